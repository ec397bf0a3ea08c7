using System.Buffers;
using System.Text.Json;
using OtherThing.Core.Flows.Validation;
using OtherThing.Core.Results;

namespace OtherThing.Core.Steps;

/// <summary>Which parts of a config are templates, which are conditions, and which are taken as they are.</summary>
internal static class ConfigTemplates
{
    /// <summary>The config without its conditions and verbatim fields: every string left in it is a template.</summary>
    public static JsonElement TemplatedPart(StepType type, JsonElement config) =>
        type.ConditionFields.Count == 0 && type.VerbatimFields.Count == 0
            ? config
            : Write(config.EnumerateObject().Where(field => !IsSpecial(type, field.Name)));

    /// <summary>The rendered part with the verbatim fields of the document put back.</summary>
    public static JsonElement WithVerbatim(StepType type, JsonElement rendered, JsonElement config) =>
        type.VerbatimFields.Any(field => config.TryGetProperty(field, out _))
            ? Write(rendered.EnumerateObject().Concat(config.EnumerateObject().Where(field => type.VerbatimFields.Contains(field.Name))))
            : rendered;

    /// <summary>The settings of a step the engine itself carries out; a template in a number or choice counts as left out.</summary>
    public static T ReadStatic<T>(JsonElement config)
        where T : class => ConfigValidator.ReadTolerant<T>(config);

    private static bool IsSpecial(StepType type, string field) => type.ConditionFields.Contains(field) || type.VerbatimFields.Contains(field);

    private static JsonElement Write(IEnumerable<JsonProperty> fields)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = Json.Options.Encoder }))
        {
            writer.WriteStartObject();
            foreach (var field in fields)
            {
                field.WriteTo(writer);
            }

            writer.WriteEndObject();
        }

        return Json.Parse(buffer.WrittenSpan);
    }
}
