using System.Globalization;
using System.Text.Json;
using OtherThing.Core.Templates.Filters;
using OtherThing.Core.Templates.Tree;
using OtherThing.Core.Templates.Values;

namespace OtherThing.Core.Templates.Parsing;

/// <summary>Reads values and the filters after them. A method that returns null has told the problem.</summary>
internal sealed class ExpressionParser(Scanner scanner, ProblemList problems, PathLog paths)
{
    private int _brackets;

    /// <summary>Forgets brackets a problem left open; call before each tag.</summary>
    public void Begin() => _brackets = 0;

    /// <summary>A value and the filters after it.</summary>
    public Expression? ParseFiltered()
    {
        scanner.SkipSpace();
        var start = scanner.Position;
        if (ParseValue() is not { } value)
        {
            return null;
        }

        var filters = new List<FilterUse>();
        var parser = new FilterParser(scanner, problems, this);
        while (true)
        {
            var end = scanner.Position;
            scanner.SkipSpace();
            if (scanner.Current != '|')
            {
                scanner.Position = end;
                return filters.Count == 0 ? value : new FilteredExpression(value, filters, start, end - start);
            }

            scanner.Position++;
            if (parser.Parse() is not { } filter)
            {
                return null;
            }

            filters.Add(filter);
        }
    }

    /// <summary>A value without filters: a path, a literal or a range.</summary>
    public Expression? ParseValue()
    {
        scanner.SkipSpace();
        var start = scanner.Position;
        if (scanner.Current is '"' or '\'')
        {
            return ParseText();
        }

        if (scanner.Current == '(')
        {
            return ParseRange();
        }

        if (scanner.TakeNumber() is { } digits)
        {
            if (Number.TryParse(digits, out var number) && !number.IsOutOfRange)
            {
                // What no number type keeps whole stays as it was written.
                var value = digits.Length <= 28 && number.TryExact(out _) ? Value.From(number) : Value.From(JsonElement.Parse(digits));
                return new LiteralExpression(value, start, scanner.Position - start);
            }

            problems.Add(start, digits.Length, "template.number_invalid", $"{Conversions.Quote(digits)} is not a number as JSON writes it.");
            return null;
        }

        if (scanner.TakeName() is not { } name)
        {
            problems.Add(
                start, scanner.AtEnd ? 0 : 1, "template.value_expected", "A value belongs here: a path like input.name, a text in quotes, or a number.");
            return null;
        }

        if (scanner.Current is not ('.' or '[') && Word(name) is { } word)
        {
            return new LiteralExpression(word, start, name.Length);
        }

        return name == "forloop" ? ParseLoop(start) : ParsePath(name, start);
    }

    private static Value? Word(string name) => name switch
    {
        "true" => Value.From(true),
        "false" => Value.From(false),
        "nil" or "null" => Value.Null,
        "empty" => Value.Empty,
        "blank" => Value.Blank,
        _ => null,
    };

    private LiteralExpression? ParseText()
    {
        var start = scanner.Position;
        var close = scanner.Text.IndexOf(scanner.Current, start + 1);
        if (close < 0)
        {
            problems.Add(start, 1, "template.text_unclosed", $"The text that begins here has no closing {scanner.Current}.");
            return null;
        }

        scanner.Position = close + 1;
        return new LiteralExpression(Value.From(scanner.Text[(start + 1)..close]), start, scanner.Position - start);
    }

    private RangeExpression? ParseRange()
    {
        var start = scanner.Position;
        if (!Enter(start))
        {
            return null;
        }

        scanner.Position++;
        var from = ParseValue();
        scanner.SkipSpace();
        if (from is null || !Expect("..", "A range is written (1..5)."))
        {
            return null;
        }

        var to = ParseValue();
        scanner.SkipSpace();
        if (to is null || !Expect(")", "The range has no closing parenthesis."))
        {
            return null;
        }

        _brackets--;
        return new RangeExpression(from, to, start, scanner.Position - start);
    }

    private LoopExpression? ParseLoop(int start)
    {
        var property = scanner.Take(".") ? scanner.TakeName() : null;
        if (property is null || !LoopExpression.Properties.Contains(property))
        {
            problems.Add(
                start, scanner.Position - start, "template.forloop_invalid",
                $"forloop has {string.Join(", ", LoopExpression.Properties)}: write forloop.index.");
            return null;
        }

        if (paths.IsInLoop)
        {
            return new LoopExpression(property, start, scanner.Position - start);
        }

        problems.Add(start, scanner.Position - start, "template.outside_loop", "forloop is known only inside a for.");
        return null;
    }

    private PathExpression? ParsePath(string root, int start)
    {
        var segments = new List<PathSegment>();
        while (true)
        {
            var at = scanner.Position;
            if (scanner.Current == '.' && scanner.Next != '.')
            {
                scanner.Position++;
                if (scanner.TakeName() is { } name)
                {
                    segments.Add(PathSegment.Named(name));
                }
                else if (TakeIndex() is { } index)
                {
                    segments.Add(PathSegment.At(index));
                }
                else
                {
                    problems.Add(at, 1, "template.name_expected", "A name follows the dot; write other names in brackets: [\"odd name\"].");
                    return null;
                }
            }
            else if (scanner.Current == '[')
            {
                if (ParseBracket() is not { } segment)
                {
                    return null;
                }

                segments.Add(segment);
            }
            else
            {
                var path = new PathExpression(root, segments, start, scanner.Position - start);
                paths.Add(path);
                return path;
            }
        }
    }

    private PathSegment? ParseBracket()
    {
        var at = scanner.Position;
        if (!Enter(at))
        {
            return null;
        }

        scanner.Position++;
        var inner = ParseValue();
        scanner.SkipSpace();
        if (inner is null || !Expect("]", "The bracket is not closed."))
        {
            return null;
        }

        _brackets--;
        if (inner is PathExpression or LoopExpression)
        {
            return PathSegment.Of(inner);
        }

        if (inner is LiteralExpression literal)
        {
            if (literal.Value.TryNumber(out var number) && number.TryInt(out var index))
            {
                return PathSegment.At(index);
            }

            if (literal.Value.TryText(at, out var name))
            {
                return PathSegment.Named(name);
            }
        }

        problems.Add(at, scanner.Position - at, "template.index_invalid", "In brackets stands a whole number, a name in quotes, or a path.");
        return null;
    }

    private int? TakeIndex()
    {
        var start = scanner.Position;
        while (char.IsAsciiDigit(scanner.Current))
        {
            scanner.Position++;
        }

        return int.TryParse(scanner.Text.AsSpan(start, scanner.Position - start), NumberStyles.None, CultureInfo.InvariantCulture, out var index)
            ? index
            : null;
    }

    private bool Enter(int position)
    {
        if (++_brackets <= TemplateLimits.MaxNestedBrackets)
        {
            return true;
        }

        problems.Add(position, 1, "template.nesting", "Brackets may stand 10 deep in one another.");
        return false;
    }

    private bool Expect(string sign, string otherwise)
    {
        if (scanner.Take(sign))
        {
            return true;
        }

        problems.Add(scanner.Position, scanner.AtEnd ? 0 : 1, "template.unexpected", otherwise);
        return false;
    }
}
