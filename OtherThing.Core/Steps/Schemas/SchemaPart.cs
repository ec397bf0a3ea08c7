using System.Runtime.InteropServices;
using System.Text.Json;

namespace OtherThing.Core.Steps.Schemas;

/// <summary>One schema inside a schema: which others it leads to, by number, and with which value.</summary>
internal sealed class SchemaPart
{
    /// <summary>Keywords and plain values that stand in it and in no part below.</summary>
    public long Own { get; private set; } = 1;

    /// <summary>Bytes of what a value is compared with.</summary>
    public int Bytes { get; private set; }

    /// <summary>True when a keyword reads or repeats the value byte by byte.</summary>
    public bool RepeatsValue { get; private set; }

    /// <summary>True when a keyword looks through the results of the others.</summary>
    public bool LooksBack { get; private set; }

    /// <summary>True when items are compared with one another.</summary>
    public bool ComparesItems { get; private set; }

    /// <summary>How many names are looked for among the members of an object.</summary>
    public int Names { get; private set; }

    /// <summary>Parts that are held against the same value.</summary>
    public List<int> SameValue { get; } = [];

    /// <summary>Parts for the same value when it has a member of that name.</summary>
    public Dictionary<string, int> Dependent { get; } = new(StringComparer.Ordinal);

    /// <summary>Parts for members by name.</summary>
    public Dictionary<string, int> Properties { get; } = new(StringComparer.Ordinal);

    /// <summary>Parts for members whose name fits a pattern.</summary>
    public List<int> ByPattern { get; } = [];

    /// <summary>Parts for members that no name leads to.</summary>
    public List<int> OtherMembers { get; } = [];

    /// <summary>The part for the names themselves; -1 for none.</summary>
    public int MemberNames { get; private set; } = -1;

    /// <summary>Parts for items by their place.</summary>
    public List<int> Prefix { get; } = [];

    /// <summary>Parts for each item.</summary>
    public List<int> Items { get; } = [];

    /// <summary>All parts of a schema; the first is the schema itself.</summary>
    public static List<SchemaPart> ReadAll(JsonElement schema)
    {
        var reader = new Reader();
        reader.Read(schema, "");
        reader.Resolve();
        return reader.Parts;
    }

    private sealed class Reader
    {
        private readonly Dictionary<string, int> _places = new(StringComparer.Ordinal);
        private readonly List<(SchemaPart From, string To)> _references = [];

        public List<SchemaPart> Parts { get; } = [];

        public int Read(JsonElement schema, string path)
        {
            var (part, index) = (new SchemaPart(), Parts.Count);
            Parts.Add(part);
            _places[path] = index;
            if (schema.ValueKind == JsonValueKind.Object)
            {
                foreach (var field in schema.EnumerateObject())
                {
                    part.Own++;
                    Keyword(part, index, field.Name, field.Value, SchemaRules.Join(path, field.Name));
                }
            }

            return index;
        }

        // Nothing here has an $id, so a dynamic reference finds the one anchor of its name, like any other.
        public void Resolve()
        {
            foreach (var (from, to) in _references)
            {
                var target = Uri.UnescapeDataString(to[1..]);
                if (_places.TryGetValue(target.Length == 0 || target.StartsWith('/') ? target : "#" + target, out var part))
                {
                    from.SameValue.Add(part);
                }
            }
        }

        private void Keyword(SchemaPart part, int index, string name, JsonElement value, string at)
        {
            switch (name, value.ValueKind)
            {
                case ("$ref" or "$dynamicRef", JsonValueKind.String):
                    _references.Add((part, value.GetString()!));
                    break;
                case ("$anchor" or "$dynamicAnchor", JsonValueKind.String):
                    _places["#" + value.GetString()] = index;
                    break;
                case ("allOf" or "anyOf" or "oneOf", JsonValueKind.Array):
                    part.SameValue.AddRange(value.EnumerateArray().Index().Select(item => Read(item.Item, $"{at}/{item.Index}")));
                    break;
                case ("not" or "if" or "then" or "else", _):
                    part.SameValue.Add(Read(value, at));
                    break;
                case ("prefixItems", JsonValueKind.Array):
                    part.Prefix.AddRange(value.EnumerateArray().Index().Select(item => Read(item.Item, $"{at}/{item.Index}")));
                    break;
                case ("items" or "contains" or "unevaluatedItems", _):
                    part.LooksBack |= name == "unevaluatedItems";
                    part.Items.Add(Read(value, at));
                    break;
                case ("additionalProperties" or "unevaluatedProperties", _):
                    part.LooksBack |= name == "unevaluatedProperties";
                    part.OtherMembers.Add(Read(value, at));
                    break;
                case ("propertyNames", _):
                    part.MemberNames = Read(value, at);
                    break;
                case ("properties", JsonValueKind.Object):
                    Named(value, at, (member, number) => part.Properties[member] = number);
                    part.Names += part.Properties.Count;
                    break;
                case ("dependentSchemas", JsonValueKind.Object):
                    Named(value, at, (member, number) => part.Dependent[member] = number);
                    part.Names += part.Dependent.Count;
                    break;
                case ("patternProperties", JsonValueKind.Object):
                    Named(value, at, (_, number) => part.ByPattern.Add(number));
                    break;
                case ("$defs" or "definitions", JsonValueKind.Object):
                    Named(value, at, static (_, _) => { });
                    break;
                case ("contentSchema", _):
                    Read(value, at); // says something to readers and is held against nothing, but may be referred to
                    break;
                case ("pattern" or "format" or "const" or "enum", _):
                    part.RepeatsValue = true;
                    part.Bytes += JsonMarshal.GetRawUtf8Value(value).Length;
                    part.Own += PlainValues(value);
                    break;
                case ("uniqueItems", JsonValueKind.True):
                    part.ComparesItems = true;
                    break;
                default:
                    var plain = PlainValues(value);
                    part.Own += plain;
                    part.Names += name is "required" or "dependentRequired" ? plain : 0;
                    break;
            }
        }

        private void Named(JsonElement schemas, string at, Action<string, int> add)
        {
            foreach (var named in schemas.EnumerateObject())
            {
                add(named.Name, Read(named.Value, SchemaRules.Join(at, named.Name)));
            }
        }

        private static int PlainValues(JsonElement value) => value.ValueKind switch
        {
            JsonValueKind.Object => value.EnumerateObject().Sum(static field => 1 + PlainValues(field.Value)),
            JsonValueKind.Array => value.EnumerateArray().Sum(static item => 1 + PlainValues(item)),
            _ => 0,
        };
    }
}
