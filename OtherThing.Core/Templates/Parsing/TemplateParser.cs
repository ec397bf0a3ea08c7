using OtherThing.Core.Templates.Tree;

namespace OtherThing.Core.Templates.Parsing;

/// <summary>Reads a whole template. After a problem it goes on behind the tag, so several are told at once.</summary>
internal sealed class TemplateParser
{
    private readonly Scanner _scanner;
    private readonly ProblemList _problems = new();
    private readonly PathLog _paths = new();
    private readonly ExpressionParser _expressions;
    private readonly TagParser _tags;
    private int _depth;
    private bool _trimNext;

    public TemplateParser(string text)
    {
        _scanner = new Scanner(text);
        _expressions = new ExpressionParser(_scanner, _problems, _paths);
        _tags = new TagParser(_scanner, _problems, _paths, _expressions, this);
    }

    public IReadOnlyList<TemplateProblem> Problems => _problems.Problems;

    public int Locals => _paths.Locals;

    public IReadOnlyList<TemplatePath> Paths { get; private set; } = [];

    /// <summary>The template's nodes; meaningless when there are problems.</summary>
    public Node[] Parse()
    {
        if (_scanner.Text.Length > TemplateLimits.MaxSourceLength)
        {
            _problems.Add(TemplateLimits.MaxSourceLength, 0, "template.too_long", "A template has at most 100,000 characters.");
            return [];
        }

        var nodes = ParseBlock([], out _);
        Paths = _paths.Finish();
        return nodes;
    }

    /// <summary>Nodes up to one of the closing tags, whose name it tells, or up to the end of the text.</summary>
    /// <param name="closing">The tags that end this block: <c>else</c>, <c>endif</c>.</param>
    /// <param name="closedBy">The tag that did, its header still to be read; null at the end of the text.</param>
    public Node[] ParseBlock(IReadOnlyList<string> closing, out string? closedBy)
    {
        var nodes = new List<Node>();
        closedBy = null;
        if (++_depth > TemplateLimits.MaxNestedTags + 1)
        {
            _problems.Add(_scanner.Position, 0, "template.nesting", "Tags may stand 50 deep in one another.");
            _scanner.Position = _scanner.Text.Length;
        }

        while (!_scanner.AtEnd && !_problems.IsFull)
        {
            AddText(nodes);
            if (_scanner.Take("{{"))
            {
                ParseOutput(nodes);
            }
            else if (_scanner.Take("{%") && ParseTag(nodes, closing, out closedBy))
            {
                break;
            }
        }

        _depth--;
        return [.. nodes];
    }

    /// <summary>Reads the end of a tag; false, and a problem, when something else stands there.</summary>
    public bool End(string sign, int open)
    {
        _scanner.SkipSpace();
        var trims = _scanner.Current == '-' && string.CompareOrdinal(_scanner.Text, _scanner.Position + 1, sign, 0, 2) == 0;
        if (trims)
        {
            _scanner.Position++;
        }

        if (_scanner.Take(sign))
        {
            _trimNext = trims;
            return true;
        }

        if (_scanner.AtEnd)
        {
            _problems.Add(open, 2, "template.unclosed_tag", $"The tag that begins here has no closing {sign}.");
        }
        else
        {
            _problems.Add(_scanner.Position, 1, "template.unexpected", Unexpected(sign));
        }

        return false;
    }

    /// <summary>Goes on behind the tag a problem was found in.</summary>
    public void Recover(string sign)
    {
        var end = _scanner.Text.IndexOf(sign, Math.Min(_scanner.Position, _scanner.Text.Length), StringComparison.Ordinal);
        _scanner.Position = end < 0 ? _scanner.Text.Length : end + sign.Length;
    }

    /// <summary>Adds text as it is, without the space its neighbours trim.</summary>
    public void AddLiteral(List<Node> nodes, string text, int position, bool trimEnd)
    {
        text = _trimNext ? text.TrimStart() : text;
        text = trimEnd ? text.TrimEnd() : text;
        _trimNext = false;
        if (text.Length > 0)
        {
            nodes.Add(new TextNode(text, position));
        }
    }

    private void AddText(List<Node> nodes)
    {
        var start = _scanner.Position;
        var open = start;
        while (open < _scanner.Text.Length)
        {
            open = _scanner.Text.IndexOf('{', open);
            if (open < 0 || open + 1 >= _scanner.Text.Length)
            {
                open = _scanner.Text.Length;
                break;
            }

            if (_scanner.Text[open + 1] is '{' or '%')
            {
                break;
            }

            open++;
        }

        var trimEnd = open + 2 < _scanner.Text.Length && _scanner.Text[open + 2] == '-';
        _scanner.Position = open;
        if (open > start)
        {
            AddLiteral(nodes, _scanner.Text[start..open], start, trimEnd);
        }
    }

    private void ParseOutput(List<Node> nodes)
    {
        var open = _scanner.Position - 2;
        _scanner.Take("-");
        _trimNext = false;
        _expressions.Begin();
        if (_expressions.ParseFiltered() is { } expression && End("}}", open))
        {
            nodes.Add(new OutputNode(expression));
        }
        else
        {
            Recover("}}");
        }
    }

    /// <returns>True when the tag closes the block.</returns>
    private bool ParseTag(List<Node> nodes, IReadOnlyList<string> closing, out string? closedBy)
    {
        var open = _scanner.Position - 2;
        _scanner.Take("-");
        _trimNext = false;
        _expressions.Begin();
        _scanner.SkipSpace();
        var start = _scanner.Position;
        var name = _scanner.TakeName();
        if (name is not null && closing.Contains(name))
        {
            closedBy = name;
            return true;
        }

        closedBy = null;
        if (name is null)
        {
            _problems.Add(start, _scanner.AtEnd ? 0 : 1, "template.tag_expected", "The name of a tag belongs here: if, unless, for, assign, comment, raw.");
            Recover("%}");
        }
        else if (!_tags.Parse(name, nodes, start, open))
        {
            Recover("%}");
        }

        return false;
    }

    private string Unexpected(string sign) => _scanner.Current switch
    {
        '=' => "Write == to compare.",
        '<' or '>' or '!' => "A comparison belongs in {% if %} or in a condition.",
        '|' => "Filters belong in {{ }} or {% assign %}: assign the value first.",
        _ => $"This does not belong here; {sign} or a filter would.",
    };
}
