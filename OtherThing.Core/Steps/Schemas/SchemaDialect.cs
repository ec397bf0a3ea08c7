extern alias schemas;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using OtherThing.Core.Results;
using schemas::Json.Schema;
using schemas::Json.Schema.Keywords;

namespace OtherThing.Core.Steps.Schemas;

/// <summary>Draft 2020-12 with patterns that cannot hang and references that can be stopped.</summary>
internal static class SchemaDialect
{
    private static readonly Dialect s_dialect = Dialect.Draft202012.With(
        [new Pattern(), new PatternProperties(), new AdditionalProperties(), new Reference(), new DynamicReference(), new MinLength(), new MaxLength()]);

    private static readonly FormatRegistry s_formats = CreateFormats();

    /// <summary>How values are looked at; formats are checked, as people expect who write one down.</summary>
    public static EvaluationOptions Options(OutputFormat output) => new()
    {
        OutputFormat = output,
        RequireFormatValidation = true,
        FormatRegistry = s_formats,
        Culture = System.Globalization.CultureInfo.InvariantCulture,
    };

    /// <summary>A registry of its own for each schema: it knows nothing else, and fetches nothing.</summary>
    public static JsonSchema Build(JsonElement schema) =>
        JsonSchema.Build(schema, new BuildOptions { Dialect = s_dialect, SchemaRegistry = new SchemaRegistry { Fetch = static (_, _) => null } });

    private static FormatRegistry CreateFormats()
    {
        var formats = new FormatRegistry();
        formats.Register(
            new PredicateFormat("regex", static value => value.ValueKind != JsonValueKind.String || SchemaPattern.TryCreate(value.GetString()!, out _, out _)));
        return formats;
    }

    private static Regex Create(string pattern) =>
        SchemaPattern.TryCreate(pattern, out var regex, out var reason) ? regex : throw new JsonSchemaException(reason);

    private sealed class Pattern : PatternKeyword
    {
        public override object? ValidateKeywordValue(JsonElement value) =>
            value.ValueKind == JsonValueKind.String ? Create(value.GetString()!) : throw new JsonSchemaException("pattern must be text.");

        public override KeywordEvaluation Evaluate(KeywordData keyword, EvaluationContext context)
        {
            SchemaWatch.Look();
            return base.Evaluate(keyword, context);
        }
    }

    private sealed class PatternProperties : PatternPropertiesKeyword
    {
        public override object? ValidateKeywordValue(JsonElement value) => value.ValueKind == JsonValueKind.Object
            ? value.EnumerateObject().ToDictionary(pair => pair.Name, pair => Create(pair.Name), StringComparer.Ordinal)
            : throw new JsonSchemaException("patternProperties must be an object.");

        public override KeywordEvaluation Evaluate(KeywordData keyword, EvaluationContext context)
        {
            SchemaWatch.Look();
            return base.Evaluate(keyword, context);
        }
    }

    private sealed class AdditionalProperties : AdditionalPropertiesKeyword
    {
        /// <summary>The library would make the patterns beside it once more, in its own way, and never use them.</summary>
        public override void BuildSubschemas(KeywordData keyword, BuildContext context)
        {
            if (context.LocalSchema.TryGetProperty("patternProperties", out _))
            {
                context.LocalSchema = context.LocalSchema.TryGetProperty("properties", out var named)
                    ? Json.ToElement(new JsonObject { ["properties"] = JsonNode.Parse(named.GetRawText()) })
                    : Json.EmptyObject;
            }

            base.BuildSubschemas(keyword, context);
        }
    }

    private sealed class MinLength : MinLengthKeyword
    {
        public override KeywordEvaluation Evaluate(KeywordData keyword, EvaluationContext context) =>
            CheckLength(this, keyword, context, static (length, limit) => length >= limit, "at least");
    }

    private sealed class MaxLength : MaxLengthKeyword
    {
        public override KeywordEvaluation Evaluate(KeywordData keyword, EvaluationContext context) =>
            CheckLength(this, keyword, context, static (length, limit) => length <= limit, "at most");
    }

    /// <summary>A text is as long as it has code points; the library counts what readers see.</summary>
    private static KeywordEvaluation CheckLength(
        IKeywordHandler handler, KeywordData keyword, EvaluationContext context, Func<long, long, bool> fits, string words)
    {
        if (context.Instance.ValueKind != JsonValueKind.String)
        {
            return KeywordEvaluation.Ignore;
        }

        var (length, limit) = (context.Instance.GetString()!.EnumerateRunes().LongCount(), (long)keyword.Value!);
        return fits(length, limit)
            ? new KeywordEvaluation { Keyword = handler.Name, IsValid = true }
            : new KeywordEvaluation { Keyword = handler.Name, IsValid = false, Error = $"Value has {length} characters and must have {words} {limit}" };
    }

    private sealed class Reference : RefKeyword
    {
        public override KeywordEvaluation Evaluate(KeywordData keyword, EvaluationContext context)
        {
            SchemaWatch.Look();
            return base.Evaluate(keyword, context);
        }
    }

    private sealed class DynamicReference : schemas::Json.Schema.Keywords.Draft202012.DynamicRefKeyword
    {
        public override KeywordEvaluation Evaluate(KeywordData keyword, EvaluationContext context)
        {
            SchemaWatch.Look();
            return base.Evaluate(keyword, context);
        }
    }
}
