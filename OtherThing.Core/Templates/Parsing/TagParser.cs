using OtherThing.Core.Results;
using OtherThing.Core.Templates.Tree;

namespace OtherThing.Core.Templates.Parsing;

/// <summary>Reads <c>{% %}</c> tags, from behind their name on.</summary>
internal sealed class TagParser(Scanner scanner, ProblemList problems, PathLog paths, ExpressionParser expressions, TemplateParser blocks)
{
    private const string Close = "%}";

    private static readonly string[] s_names = ["if", "unless", "for", "assign", "break", "continue", "comment", "raw"];

    private static readonly string[] s_inner = ["elsif", "else", "endif", "endunless", "endfor", "endcomment", "endraw"];

    /// <summary>Reads one tag and all it holds.</summary>
    /// <returns>False when its header has a problem and its end was not reached.</returns>
    public bool Parse(string name, List<Node> nodes, int start, int open)
    {
        switch (name)
        {
            case "if" or "unless":
                return ParseIf(name, nodes, open);
            case "for":
                return ParseFor(nodes, open);
            case "assign":
                return ParseAssign(nodes, open);
            case "break" or "continue":
                return ParseLeave(name, nodes, start, open);
            case "comment" or "raw":
                return ParseVerbatim(name, nodes, open);
            default:
                Unknown(name, start);
                return false;
        }
    }

    private bool ParseIf(string name, List<Node> nodes, int open)
    {
        var branches = new List<Branch>();
        var end = "end" + name;
        var negated = name == "unless";
        var closedBy = name;
        var hasElse = false;
        while (closedBy != end)
        {
            ConditionExpression? condition = null;
            if (closedBy != "else")
            {
                condition = new ConditionParser(scanner, expressions).Parse();
                if (condition is null)
                {
                    blocks.Recover(Close);
                }
            }

            if ((closedBy == "else" || condition is not null) && !blocks.End(Close, open))
            {
                blocks.Recover(Close);
            }

            hasElse |= closedBy == "else";
            var body = blocks.ParseBlock(hasElse ? [end] : ["elsif", "else", end], out closedBy);
            branches.Add(new Branch(condition, negated && branches.Count == 0, body));
            if (closedBy is null)
            {
                Unclosed(name, open);
                return true;
            }
        }

        nodes.Add(new IfNode(branches));
        return blocks.End(Close, open);
    }

    private bool ParseFor(List<Node> nodes, int open)
    {
        Expression? limit = null, offset = null;
        var reversed = false;
        var slot = -1;
        if (ParseForHeader(out var name, out var list) && ParseForOptions(ref limit, ref offset, ref reversed) && blocks.End(Close, open))
        {
            slot = paths.SlotOf(name!);
        }
        else
        {
            // Its body is read all the same, for the problems in there.
            blocks.Recover(Close);
        }

        paths.EnterLoop(name ?? "", list);
        var body = blocks.ParseBlock(["else", "endfor"], out var closedBy);
        paths.LeaveLoop();
        Node[] otherwise = [];
        if (closedBy == "else")
        {
            if (!blocks.End(Close, open))
            {
                blocks.Recover(Close);
            }

            otherwise = blocks.ParseBlock(["endfor"], out closedBy);
        }

        if (closedBy is null)
        {
            Unclosed("for", open);
            return true;
        }

        if (slot >= 0)
        {
            nodes.Add(new ForNode(slot, list!, limit, offset, reversed, body, otherwise));
        }

        return blocks.End(Close, open);
    }

    private bool ParseForHeader(out string? name, out Expression? list)
    {
        list = null;
        name = TakeVariable();
        if (name is null)
        {
            return false;
        }

        scanner.SkipSpace();
        if (scanner.PeekName() != "in")
        {
            problems.Add(scanner.Position, scanner.AtEnd ? 0 : 1, "template.unexpected", "A loop is written {% for item in list %}.");
            return false;
        }

        scanner.TakeName();
        list = expressions.ParseValue();
        return list is not null;
    }

    private bool ParseForOptions(ref Expression? limit, ref Expression? offset, ref bool reversed)
    {
        while (true)
        {
            scanner.SkipSpace();
            scanner.Take(",");
            scanner.SkipSpace();
            var option = scanner.PeekName();
            if (option is not ("limit" or "offset" or "reversed"))
            {
                return true;
            }

            scanner.TakeName();
            if (option == "reversed")
            {
                reversed = true;
                continue;
            }

            scanner.SkipSpace();
            if (!scanner.Take(":"))
            {
                problems.Add(scanner.Position, scanner.AtEnd ? 0 : 1, "template.unexpected", $"A number follows: {option}: 10.");
                return false;
            }

            var value = expressions.ParseValue();
            if (value is null)
            {
                return false;
            }

            (limit, offset) = option == "limit" ? (value, offset) : (limit, value);
        }
    }

    private bool ParseAssign(List<Node> nodes, int open)
    {
        if (TakeVariable() is not { } name)
        {
            return false;
        }

        scanner.SkipSpace();
        if (scanner.At("==") || !scanner.Take("="))
        {
            problems.Add(scanner.Position, scanner.AtEnd ? 0 : 1, "template.unexpected", "An assignment is written {% assign name = value %}.");
            return false;
        }

        if (expressions.ParseFiltered() is not { } value)
        {
            return false;
        }

        paths.Assigned(name);
        nodes.Add(new AssignNode(paths.SlotOf(name), value));
        return blocks.End(Close, open);
    }

    private bool ParseLeave(string name, List<Node> nodes, int start, int open)
    {
        if (!paths.IsInLoop)
        {
            problems.Add(start, name.Length, "template.outside_loop", $"{name} belongs inside a for.");
            return false;
        }

        nodes.Add(new LeaveNode(name == "break" ? Flow.Break : Flow.Continue, start));
        return blocks.End(Close, open);
    }

    /// <summary>Takes all up to the end tag as it is: text for <c>raw</c>, nothing for <c>comment</c>.</summary>
    private bool ParseVerbatim(string name, List<Node> nodes, int open)
    {
        if (!blocks.End(Close, open))
        {
            return false;
        }

        var start = scanner.Position;
        while (!scanner.AtEnd)
        {
            var tag = scanner.Text.IndexOf("{%", scanner.Position, StringComparison.Ordinal);
            if (tag < 0)
            {
                break;
            }

            scanner.Position = tag + 2;
            var trims = scanner.Take("-");
            scanner.SkipSpace();
            if (scanner.TakeName() != "end" + name)
            {
                scanner.Position = tag + 2;
                continue;
            }

            if (name == "raw")
            {
                blocks.AddLiteral(nodes, scanner.Text[start..tag], start, trims);
            }

            return blocks.End(Close, tag);
        }

        scanner.Position = scanner.Text.Length;
        Unclosed(name, open);
        return true;
    }

    private string? TakeVariable()
    {
        scanner.SkipSpace();
        var start = scanner.Position;
        var name = scanner.TakeName();
        if (name is null or "forloop" or "true" or "false" or "nil" or "null" or "empty" or "blank")
        {
            problems.Add(start, name?.Length ?? (scanner.AtEnd ? 0 : 1), "template.name_expected", "The name of a variable belongs here.");
            return null;
        }

        return name;
    }

    private void Unclosed(string name, int open) =>
        problems.Add(open, Math.Min(name.Length + 3, scanner.Text.Length - open), "template.unclosed_tag", $"{{% {name} %}} has no {{% end{name} %}}.");

    private void Unknown(string name, int start)
    {
        if (s_inner.Contains(name))
        {
            problems.Add(start, name.Length, "template.unexpected_tag", $"{name} does not belong here: nothing before it is open that it could end.");
            return;
        }

        var nearest = Nearest.One(name, s_names) is { } near ? $" Did you mean {near}?" : "";
        problems.Add(
            start, name.Length, "template.unknown_tag",
            $"There is no tag {Values.Conversions.Quote(name)}: it is one of {string.Join(", ", s_names)}.{nearest}");
    }
}
