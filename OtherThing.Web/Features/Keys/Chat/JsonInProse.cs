using System.Text;
using System.Text.Json;
using OtherThing.Core.Keys;
using OtherThing.Core.Results;

namespace OtherThing.Web.Features.Keys.Chat;

/// <summary>Finds the JSON in what a model says around it: its thinking before, a fence, words before and after.</summary>
internal static class JsonInProse
{
    /// <summary>Room within the 64 levels that are written anywhere, for what an answer is put into: output, step, run, a few maps.</summary>
    public const int MaxDepth = 48;

    // Each place where a value could begin is read at the most once; a page of braces is not searched to its end.
    private const int MaxPlaces = 16;
    private const string Fence = "```";
    private static readonly string[] s_thinking = ["think", "thinking", "reasoning"];

    /// <summary>The values it may be, the likeliest first; those of a fence or within words are objects or lists.</summary>
    public static IEnumerable<JsonElement> Find(string text)
    {
        var all = text.Trim().TrimStart('\ufeff');
        if (Whole(all) is { } value)
        {
            return [value];
        }

        if (AfterThinking(all) is not { } said)
        {
            return [];
        }

        return Whole(said) is { } alone ? [alone] : Fenced(said).Take(MaxPlaces).Select(Whole).OfType<JsonElement>().Concat(Within(said));
    }

    /// <summary>True when a value is there that is nested too deep to be kept.</summary>
    public static bool IsTooDeep(string text) => Brackets(text, untilClosed: false).Deepest > MaxDepth;

    // A beginning alone means that the answer never came; an end alone, that the server swallowed the beginning.
    private static string? AfterThinking(string text)
    {
        foreach (var name in s_thinking)
        {
            var end = text.LastIndexOf($"</{name}>", StringComparison.OrdinalIgnoreCase);
            if (end >= 0)
            {
                text = text[(end + name.Length + 3)..].Trim();
            }

            if (text.StartsWith($"<{name}>", StringComparison.OrdinalIgnoreCase))
            {
                return null;
            }
        }

        return text;
    }

    private static IEnumerable<string> Fenced(string text)
    {
        for (var start = text.IndexOf(Fence, StringComparison.Ordinal); start >= 0;)
        {
            // The word behind a fence says what is in it: it goes to the end of its line, or to the value.
            var inside = start + Fence.Length;
            while (inside < text.Length && (char.IsAsciiLetterOrDigit(text[inside]) || text[inside] is '-' or '+'))
            {
                inside++;
            }

            var end = text.IndexOf(Fence, inside, StringComparison.Ordinal);
            yield return (end < 0 ? text[inside..] : text[inside..end]).Trim();
            start = end < 0 ? -1 : text.IndexOf(Fence, end + Fence.Length, StringComparison.Ordinal);
        }
    }

    private static IEnumerable<JsonElement> Within(string text)
    {
        var at = text.AsSpan().IndexOfAny('{', '[');
        for (var place = 0; place < MaxPlaces && at >= 0; place++)
        {
            var (value, length) = First(text[at..]);
            if (value is { } found)
            {
                yield return found;
            }

            at += length;
            var next = text.AsSpan(at).IndexOfAny('{', '[');
            at = next < 0 ? -1 : at + next;
        }
    }

    private static JsonElement? Whole(string text)
    {
        ReadOnlySpan<byte> rest = Encoding.UTF8.GetBytes(text);
        return Read(ref rest) is { } value && rest.Trim(" \t\r\n"u8).IsEmpty ? value : null;
    }

    private static (JsonElement? Value, int Length) First(string text)
    {
        ReadOnlySpan<byte> rest = Encoding.UTF8.GetBytes(text);
        return Read(ref rest) is { } value ? (value, Math.Max(1, text.Length - Encoding.UTF8.GetCharCount(rest))) : (null, Skipped(text));
    }

    // A part of a value that is broken or cut off is none of its own: what looks like JSON is left out to its end.
    private static int Skipped(string text)
    {
        var next = text.AsSpan(1).TrimStart();
        var isLike = !next.IsEmpty && (text[0] == '{' ? next[0] is '"' or '}' : next[0] is '{' or '[' or '"' or '-' or ']' || char.IsAsciiDigit(next[0]));
        return isLike ? Brackets(text, untilClosed: true).End : 1;
    }

    private static (int End, int Deepest) Brackets(string text, bool untilClosed)
    {
        var (depth, deepest, isText) = (0, 0, false);
        for (var at = 0; at < text.Length; at++)
        {
            switch (text[at])
            {
                case '\\' when isText:
                    at++;
                    break;
                case '"':
                    isText = !isText;
                    break;
                case '[' or '{' when !isText:
                    deepest = Math.Max(deepest, ++depth);
                    break;
                case ']' or '}' when !isText && depth > 0 && --depth == 0 && untilClosed:
                    return (at + 1, deepest);
            }
        }

        return (text.Length, deepest);
    }

    private static JsonElement? Read(ref ReadOnlySpan<byte> rest)
    {
        try
        {
            return Json.ToElement(LenientJson.Read(ref rest, MaxDepth));
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
