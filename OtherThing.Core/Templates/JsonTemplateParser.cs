using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using OtherThing.Core.Templates.Values;

namespace OtherThing.Core.Templates;

/// <summary>Finds the templates in a JSON value.</summary>
internal sealed class JsonTemplateParser
{
    private const int MostProblems = 200;

    private readonly List<(string Path, TemplateProblem Problem)> _problems = [];
    private readonly List<(string Path, TemplatePath Read)> _paths = [];
    private readonly StringBuilder _path = new();
    private int _depth;

    /// <summary>Stands for everything after the last problem that is told: what is so wrong is not looked at further.</summary>
    private BrokenJsonNode? _rest;

    public IReadOnlyList<(string Path, TemplateProblem Problem)> Problems => _problems;

    public IReadOnlyList<(string Path, TemplatePath Read)> Paths => _paths;

    /// <summary>The part with its templates; null when it has none.</summary>
    public JsonTemplateNode? Parse(JsonElement value)
    {
        if (_problems.Count >= MostProblems)
        {
            return _rest ??= new BrokenJsonNode(_problems[^1].Problem, _problems[^1].Path);
        }

        if (value.ValueKind == JsonValueKind.String)
        {
            return ParseText(value);
        }

        if (value.ValueKind is not (JsonValueKind.Object or JsonValueKind.Array))
        {
            return null;
        }

        if (_depth == TemplateLimits.MaxJsonDepth)
        {
            return Broken(new TemplateProblem(0, 0, "template.nesting", $"Arrays and objects may stand {TemplateLimits.MaxJsonDepth} deep in one another."));
        }

        _depth++;
        JsonTemplateNode? node = value.ValueKind == JsonValueKind.Object ? ParseObject(value) : ParseArray(value);
        _depth--;
        return node;
    }

    private JsonTemplateNode? ParseText(JsonElement value)
    {
        string text;
        try
        {
            text = JsonReads.Text(value, 0);
        }
        catch (TemplateError error)
        {
            return Broken(new TemplateProblem(0, 0, error.Code, error.Message));
        }

        if (!Template.HasTags(text))
        {
            return null;
        }

        if (!Template.TryParse(text, out var template, out var problems))
        {
            var broken = Broken(problems[0]);
            _problems.AddRange(problems.Skip(1).Select(p => (_path.ToString(), p)));
            return broken;
        }

        var path = _path.ToString();
        _paths.AddRange(template.Paths.Select(read => (path, read)));
        return new TextJsonNode(template, path);
    }

    private ObjectJsonNode? ParseObject(JsonElement value)
    {
        var members = new List<(JsonEncodedText, JsonTemplateNode)>();
        var found = false;
        foreach (var property in value.EnumerateObject())
        {
            var length = _path.Length;
            JsonEncodedText name;
            try
            {
                PathText.Append(_path, JsonReads.Name(property, 0));
                name = JsonEncodedText.Encode(property.Name, JavaScriptEncoder.UnsafeRelaxedJsonEscaping);
            }
            catch (TemplateError error)
            {
                members.Add((JsonEncodedText.Encode(""), Broken(new TemplateProblem(0, 0, error.Code, error.Message))));
                found = true;
                continue;
            }

            var node = Parse(property.Value);
            found |= node is not null;
            members.Add((name, node ?? new LiteralJsonNode(property.Value)));
            _path.Length = length;
        }

        return found ? new ObjectJsonNode(members) : null;
    }

    private ArrayJsonNode? ParseArray(JsonElement value)
    {
        // Nodes are made from the first template on: a long array of plain values costs a look at each.
        List<JsonTemplateNode>? items = null;
        var index = 0;
        foreach (var item in value.EnumerateArray())
        {
            var node = item.ValueKind is JsonValueKind.String or JsonValueKind.Object or JsonValueKind.Array ? ParseItem(item, index) : null;
            if (node is not null)
            {
                items ??= [.. value.EnumerateArray().Take(index).Select(plain => new LiteralJsonNode(plain))];
            }

            items?.Add(node ?? new LiteralJsonNode(item));
            index++;
            if (node is not null && node == _rest)
            {
                break;
            }
        }

        return items is null ? null : new ArrayJsonNode(items);
    }

    private JsonTemplateNode? ParseItem(JsonElement item, int index)
    {
        var length = _path.Length;
        _path.Append('[').Append(CultureInfo.InvariantCulture, $"{index}").Append(']');
        var node = Parse(item);
        _path.Length = length;
        return node;
    }

    private BrokenJsonNode Broken(TemplateProblem problem)
    {
        var path = _path.ToString();
        _problems.Add((path, problem));
        return new BrokenJsonNode(problem, path);
    }
}
