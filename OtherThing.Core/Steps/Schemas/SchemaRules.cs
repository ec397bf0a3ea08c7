using System.Runtime.InteropServices;
using System.Text.Json;
using OtherThing.Core.Results;

namespace OtherThing.Core.Steps.Schemas;

/// <summary>
/// Looks at a schema before anything else does: it must be small, spelled right, and stay inside itself. Linear in its size.
/// </summary>
/// <param name="withTemplates">True for a config as it is saved, where a template may stand for what is not known yet.</param>
internal sealed class SchemaRules(bool withTemplates)
{
    private readonly List<SchemaProblem> _problems = [];
    private readonly HashSet<string> _schemas = new(StringComparer.Ordinal);
    private readonly HashSet<string> _anchors = new(StringComparer.Ordinal);
    private readonly List<(string Path, string To)> _references = [];
    private int _patterns;
    private int _values;

    /// <summary>True when a template was seen, so that the schema is known for certain only when it is rendered.</summary>
    public bool HasTemplates { get; private set; }

    /// <summary>What is wrong; empty when nothing is.</summary>
    public IReadOnlyList<SchemaProblem> Check(JsonElement schema)
    {
        if (JsonMarshal.GetRawUtf8Value(schema).Length > SchemaLimits.Bytes)
        {
            Add("", $"A schema has up to {SchemaLimits.Bytes / 1024} KiB.");
        }
        else if (IsSmall(schema, 1))
        {
            Schema(schema, "");
            foreach (var (path, to) in _references)
            {
                CheckTarget(path, to);
            }
        }

        return _problems;
    }

    private bool IsSmall(JsonElement value, int depth)
    {
        if (++_values > SchemaLimits.Values)
        {
            Add("", $"A schema has up to {SchemaLimits.Values:N0} values.");
            return false;
        }

        if (depth > SchemaLimits.Depth)
        {
            Add("", $"A schema is nested up to {SchemaLimits.Depth} deep.");
            return false;
        }

        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                var names = new HashSet<string>(StringComparer.Ordinal);
                foreach (var field in value.EnumerateObject())
                {
                    if (!names.Add(field.Name))
                    {
                        Add("", $"'{Short(field.Name)}' stands twice in one object.");
                        return false;
                    }

                    if (!IsSmall(field.Value, depth + 1))
                    {
                        return false;
                    }
                }

                return true;
            case JsonValueKind.Array:
                return value.EnumerateArray().All(item => IsSmall(item, depth + 1));
            default:
                HasTemplates |= withTemplates && IsTemplate(value);
                return true;
        }
    }

    private void Schema(JsonElement schema, string path)
    {
        if (schema.ValueKind is JsonValueKind.True or JsonValueKind.False || (withTemplates && IsTemplate(schema)))
        {
            _schemas.Add(path);
            return;
        }

        if (schema.ValueKind != JsonValueKind.Object)
        {
            Add(path, "A schema is an object, true or false.");
            return;
        }

        _schemas.Add(path);
        foreach (var field in schema.EnumerateObject())
        {
            var at = Join(path, field.Name);
            if (SchemaKeywords.Find(field.Name) is { } holds)
            {
                Keyword(holds, field, at, path.Length == 0);
            }
            else if (SchemaKeywords.InAnyCase(field.Name) is { } meant)
            {
                Add(at, $"'{field.Name}' is no keyword; '{meant}' is, and case counts.");
            }
            else if (field.Name.StartsWith('$'))
            {
                Add(at, $"Draft 2020-12 has no keyword '{Short(field.Name)}'.");
            }
        }
    }

    private void Keyword(KeywordHolds holds, JsonProperty field, string at, bool isRoot)
    {
        switch (holds)
        {
            case KeywordHolds.Schema:
                Schema(field.Value, at);
                break;
            case KeywordHolds.Schemas when field.Value.ValueKind == JsonValueKind.Array:
                foreach (var (index, item) in field.Value.EnumerateArray().Index())
                {
                    Schema(item, $"{at}/{index}");
                }

                break;
            case KeywordHolds.NamedSchemas or KeywordHolds.PatternSchemas when field.Value.ValueKind == JsonValueKind.Object:
                foreach (var named in field.Value.EnumerateObject())
                {
                    if (holds == KeywordHolds.PatternSchemas)
                    {
                        Pattern(named.Name, Join(at, named.Name));
                    }

                    Schema(named.Value, Join(at, named.Name));
                }

                break;
            case KeywordHolds.Pattern when field.Value.ValueKind == JsonValueKind.String && !(withTemplates && IsTemplate(field.Value)):
                Pattern(field.Value.GetString()!, at);
                break;
            case KeywordHolds.Reference:
                Reference(field.Value, at);
                break;
            case KeywordHolds.Anchor when field.Value.ValueKind == JsonValueKind.String:
                if (!_anchors.Add(field.Value.GetString()!))
                {
                    Add(at, $"The anchor '{Short(field.Value.GetString()!)}' stands twice; each names one place.");
                }

                break;
            case KeywordHolds.Draft when !isRoot || !IsOurDraft(field.Value):
                Add(at, $"Schemas are checked by draft 2020-12; leave $schema out, or put {SchemaKeywords.Draft} at the top.");
                break;
            case KeywordHolds.Outside:
                Add(at, $"'{field.Name}' ties a schema to others, and here each stands by itself; leave it out.");
                break;
        }
    }

    private void Reference(JsonElement value, string at)
    {
        if (value.ValueKind != JsonValueKind.String || value.GetString() is not { } to || !to.StartsWith('#'))
        {
            var what = value.ValueKind == JsonValueKind.String ? $"'{Short(value.GetString()!)}'" : "something that is no text";
            Add(at, $"This refers to {what}; a schema may only refer to places inside itself (#/...).");
        }
        else if (_references.Count >= SchemaLimits.References)
        {
            Add(at, $"A schema has up to {SchemaLimits.References} references.");
        }
        else
        {
            _references.Add((at, to));
        }
    }

    private void CheckTarget(string path, string to)
    {
        var target = Uri.UnescapeDataString(to[1..]);
        if (!(target.Length == 0 || target.StartsWith('/') ? _schemas : _anchors).Contains(target))
        {
            Add(path, $"This refers to '{Short(to)}', and there is no schema there.");
        }
    }

    private void Pattern(string pattern, string at)
    {
        if (++_patterns > SchemaLimits.Patterns)
        {
            Add(at, $"A schema has up to {SchemaLimits.Patterns} patterns.");
        }
        else if (!SchemaPattern.TryCreate(pattern, out _, out var reason))
        {
            Add(at, reason);
        }
    }

    private void Add(string path, string message)
    {
        if (_problems.Count < SchemaLimits.Problems)
        {
            _problems.Add(new SchemaProblem(Short(path, 200), message));
        }
    }

    private static bool IsOurDraft(JsonElement value) =>
        value.ValueKind == JsonValueKind.String && value.GetString()!.TrimEnd('#') == SchemaKeywords.Draft;

    private static bool IsTemplate(JsonElement value) =>
        value.ValueKind == JsonValueKind.String && value.GetString() is { } text
        && (text.Contains("{{", StringComparison.Ordinal) || text.Contains("{%", StringComparison.Ordinal));

    internal static string Join(string path, string name) =>
        $"{path}/{name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal)}";

    private static string Short(string text, int most = 80) => TextCut.Shown(text, most);
}
