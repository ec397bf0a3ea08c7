using System.Collections.Frozen;

namespace OtherThing.Core.Steps.Schemas;

/// <summary>What stands behind a keyword.</summary>
internal enum KeywordHolds
{
    /// <summary>A plain value that says how to check.</summary>
    Value,

    /// <summary>Any JSON, which is data and no schema.</summary>
    Data,

    /// <summary>A schema.</summary>
    Schema,

    /// <summary>A list of schemas.</summary>
    Schemas,

    /// <summary>Schemas by names that are free to choose.</summary>
    NamedSchemas,

    /// <summary>Schemas by patterns.</summary>
    PatternSchemas,

    /// <summary>A pattern.</summary>
    Pattern,

    /// <summary>A reference.</summary>
    Reference,

    /// <summary>A name that references may use.</summary>
    Anchor,

    /// <summary>The draft.</summary>
    Draft,

    /// <summary>It ties the schema to something outside of it.</summary>
    Outside,
}

/// <summary>The keywords of draft 2020-12.</summary>
internal static class SchemaKeywords
{
    public const string Draft = "https://json-schema.org/draft/2020-12/schema";

    private static readonly FrozenDictionary<string, KeywordHolds> s_known = new (KeywordHolds Holds, string Names)[]
    {
        (KeywordHolds.Reference, "$ref $dynamicRef"),
        (KeywordHolds.Anchor, "$anchor $dynamicAnchor"),
        (KeywordHolds.Draft, "$schema"),
        (KeywordHolds.Outside, "$id $vocabulary $recursiveRef $recursiveAnchor"),
        (KeywordHolds.Schema, "not if then else items contains additionalProperties propertyNames unevaluatedItems unevaluatedProperties contentSchema"),
        (KeywordHolds.Schemas, "allOf anyOf oneOf prefixItems"),
        (KeywordHolds.NamedSchemas, "properties $defs definitions dependentSchemas"),
        (KeywordHolds.PatternSchemas, "patternProperties"),
        (KeywordHolds.Pattern, "pattern"),
        (KeywordHolds.Data, "const enum default examples"),
        (KeywordHolds.Value, "$comment type title description format required dependentRequired minimum maximum exclusiveMinimum exclusiveMaximum multipleOf"
            + " minLength maxLength minItems maxItems uniqueItems minContains maxContains minProperties maxProperties"
            + " contentEncoding contentMediaType readOnly writeOnly deprecated"),
    }.SelectMany(group => group.Names.Split(' ').Select(name => KeyValuePair.Create(name, group.Holds))).ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, string> s_anyCase = s_known.Keys.ToFrozenDictionary(name => name, StringComparer.OrdinalIgnoreCase);

    public static KeywordHolds? Find(string name) => s_known.TryGetValue(name, out var holds) ? holds : null;

    /// <summary>The keyword that differs from a name by case only.</summary>
    public static string? InAnyCase(string name) => s_anyCase.GetValueOrDefault(name);
}
