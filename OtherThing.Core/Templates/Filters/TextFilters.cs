using OtherThing.Core.Results;
using OtherThing.Core.Templates.Values;

namespace OtherThing.Core.Templates.Filters;

/// <summary>Filters about text.</summary>
internal static class TextFilters
{
    public static IReadOnlyList<TemplateFilter> All { get; } =
    [
        new("upcase", "All letters in upper case.", (input, call) => call.Made(call.Text(input).ToUpperInvariant()))
        {
            Examples = [new("{{ input.title | upcase }}", "\"HELLO, WORLD\"")],
        },
        new("downcase", "All letters in lower case.", (input, call) => call.Made(call.Text(input).ToLowerInvariant()))
        {
            Examples = [new("{{ input.title | downcase }}", "\"hello, world\"")],
        },
        new("capitalize", "The first letter in upper case, the others in lower case.", Capitalize)
        {
            Examples = [new("{{ \"hELLO\" | capitalize }}", "\"Hello\"")],
        },
        new("strip", "Without the white space at both ends.", (input, call) => call.Made(call.Text(input).Trim()))
        {
            Examples = [new("{{ \"  a b  \" | strip }}", "\"a b\"")],
        },
        new("lstrip", "Without the white space at the start.", (input, call) => call.Made(call.Text(input).TrimStart()))
        {
            Examples = [new("{{ \"  a b  \" | lstrip }}", "\"a b  \"")],
        },
        new("rstrip", "Without the white space at the end.", (input, call) => call.Made(call.Text(input).TrimEnd()))
        {
            Examples = [new("{{ \"  a b  \" | rstrip }}", "\"  a b\"")],
        },
        new("truncate", "At most so many characters, the ellipsis among them.", Truncate)
        {
            Arguments = [new("length", "50"), new("ellipsis", "\"...\"")],
            Examples = [new("{{ input.title | truncate: 8 }}", "\"Hello...\""), new("{{ input.title | truncate: 6, \"\" }}", "\"Hello,\"")],
        },
        new("truncatewords", "At most so many words, then the ellipsis.", TruncateWords)
        {
            Arguments = [new("words", "15"), new("ellipsis", "\"...\"")],
            Examples = [new("{{ \"one two three\" | truncatewords: 2 }}", "\"one two...\"")],
        },
        new("replace", "Every occurrence of one text replaced by another.", (input, call) => Replace(input, call, call.Text(1)))
        {
            Arguments = [new("search"), new("replacement")],
            Examples = [new("{{ input.title | replace: \"l\", \"L\" }}", "\"HeLLo, worLd\"")],
        },
        new("replace_first", "The first occurrence of one text replaced by another.", ReplaceFirst)
        {
            Arguments = [new("search"), new("replacement")],
            Examples = [new("{{ input.title | replace_first: \"l\", \"L\" }}", "\"HeLlo, world\"")],
        },
        new("remove", "Without any occurrence of a text.", (input, call) => Replace(input, call, ""))
        {
            Arguments = [new("search")],
            Examples = [new("{{ input.title | remove: \"l\" }}", "\"Heo, word\"")],
        },
        new("append", "The text with another behind it.", (input, call) => call.Made(Join(call.Text(input), call.Text(0), call)))
        {
            Arguments = [new("text")],
            Examples = [new("{{ \"report\" | append: \".pdf\" }}", "\"report.pdf\"")],
        },
        new("prepend", "The text with another before it.", (input, call) => call.Made(Join(call.Text(0), call.Text(input), call)))
        {
            Arguments = [new("text")],
            Examples = [new("{{ \"report\" | prepend: \"my-\" }}", "\"my-report\"")],
        },
        new("split", "The parts of a text between separators; with \"\" its characters.", Split)
        {
            Arguments = [new("separator")],
            Examples = [new("{{ \"a,b,,c\" | split: \",\" }}", "[\"a\",\"b\",\"\",\"c\"]"), new("{{ \"abc\" | split: \"\" }}", "[\"a\",\"b\",\"c\"]")],
        },
        new("strip_html", "Without HTML tags, comments, scripts and styles. For reading, not for safety.",
            (input, call) => call.Made(Html.Strip(call.Text(input))))
        {
            Examples = [new("{{ \"<p>Hello <b>you</b></p>\" | strip_html }}", "\"Hello you\"")],
        },
        new("newline_to_br", "A <br /> before each line break.", (input, call) => Replaced(call.Text(input).ReplaceLineEndings("\n"), "\n", "<br />\n", call))
        {
            Examples = [new("{{ \"a\nb\" | newline_to_br }}", "\"a<br />\\nb\"")],
        },
    ];

    /// <summary>All occurrences replaced, refused before it is made when it would be too long.</summary>
    public static Value Replaced(string text, string search, string replacement, FilterCall call)
    {
        if (search.Length == 0)
        {
            return Value.From(text);
        }

        // The scan for each occurrence costs as much as the two texts are long together.
        call.Context.Charge(4 * text.Length, call.Position);
        var count = text.AsSpan().Count(search);
        Tree.RenderContext.CheckLength(text.Length + ((long)count * (replacement.Length - search.Length)), call.Position);
        call.Charge(1 + (count / 16));
        return call.Made(text.Replace(search, replacement, StringComparison.Ordinal));
    }

    private static Value Replace(Value input, FilterCall call, string replacement) => Replaced(call.Text(input), call.Text(0), replacement, call);

    private static Value ReplaceFirst(Value input, FilterCall call)
    {
        var text = call.Text(input);
        var search = call.Text(0);
        call.Context.Charge(4 * text.Length, call.Position);
        var at = search.Length == 0 ? -1 : text.IndexOf(search, StringComparison.Ordinal);
        return at < 0 ? Value.From(text) : call.Made(string.Concat(text.AsSpan(0, at), call.Text(1), text.AsSpan(at + search.Length)));
    }

    private static string Join(string first, string second, FilterCall call)
    {
        Tree.RenderContext.CheckLength((long)first.Length + second.Length, call.Position);
        return first + second;
    }

    private static Value Capitalize(Value input, FilterCall call)
    {
        var text = call.Text(input);
        var first = Characters.IndexOf(text, 1);
        return call.Made(text[..first].ToUpperInvariant() + text[first..].ToLowerInvariant());
    }

    private static Value Truncate(Value input, FilterCall call)
    {
        var text = call.Text(input);
        var length = call.Whole(0, 50);
        var ellipsis = call.Text(1, "...");
        if (Characters.Count(text, call.Context, call.Position) <= length)
        {
            return Value.From(text);
        }

        var kept = Math.Max(0, length - Characters.Count(ellipsis, call.Context, call.Position));
        return call.Made(Join(TextCut.Head(text, Characters.IndexOf(text, kept)), ellipsis, call));
    }

    private static Value TruncateWords(Value input, FilterCall call)
    {
        var text = call.Text(input);
        var words = Math.Max(1, call.Whole(0, 15));
        var ellipsis = call.Text(1, "...");
        call.Context.Charge(4 * text.Length, call.Position);
        var parts = text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        return parts.Length <= words ? Value.From(text) : call.Made(Join(string.Join(' ', parts[..words]), ellipsis, call));
    }

    private static Value Split(Value input, FilterCall call)
    {
        var text = call.Text(input);
        var separator = call.Text(0);
        call.Context.Charge(4 * text.Length, call.Position);
        if (text.Length == 0)
        {
            return Value.From([]);
        }

        if (separator.Length > 0)
        {
            call.Charge(text.AsSpan().Count(separator) / 4);
            return Value.From([.. text.Split(separator).Select(Value.From)]);
        }

        call.Charge(text.Length / 4);
        var characters = new List<Value>(text.Length);
        for (var at = 0; at < text.Length;)
        {
            var length = at + 1 < text.Length && char.IsSurrogatePair(text[at], text[at + 1]) ? 2 : 1;
            characters.Add(Value.From(text.Substring(at, length)));
            at += length;
        }

        return Value.From([.. characters]);
    }
}
