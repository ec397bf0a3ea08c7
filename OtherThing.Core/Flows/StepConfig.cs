using System.Buffers;
using System.Text.Json;
using OtherThing.Core.Results;

namespace OtherThing.Core.Flows;

/// <summary>Changes one field of a step's config and leaves every other byte of it as it was.</summary>
internal static class StepConfig
{
    public static (JsonElement Config, JsonElement? Old) Set(JsonElement config, string field, JsonElement value, int? at)
    {
        var fields = Fields(config);
        var index = fields.FindIndex(pair => pair.Name == field);
        JsonElement? old = index >= 0 ? fields[index].Value : null;
        if (index >= 0)
        {
            fields[index] = (field, value);
        }
        else
        {
            fields.Insert(at is { } place ? Math.Clamp(place, 0, fields.Count) : fields.Count, (field, value));
        }

        return (Write(fields), old);
    }

    public static (JsonElement Config, JsonElement? Old, int At) Remove(JsonElement config, string field)
    {
        var fields = Fields(config);
        var index = fields.FindIndex(pair => pair.Name == field);
        if (index < 0)
        {
            return (config, null, 0);
        }

        var old = fields[index].Value;
        fields.RemoveAt(index);
        return (Write(fields), old, index);
    }

    private static List<(string Name, JsonElement Value)> Fields(JsonElement config) =>
        config.ValueKind == JsonValueKind.Object ? [.. config.EnumerateObject().Select(field => (field.Name, field.Value))] : [];

    private static JsonElement Write(List<(string Name, JsonElement Value)> fields)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = Json.Options.Encoder }))
        {
            writer.WriteStartObject();
            foreach (var (name, value) in fields)
            {
                writer.WritePropertyName(name);
                value.WriteTo(writer);
            }

            writer.WriteEndObject();
        }

        return Json.Parse(buffer.WrittenSpan);
    }
}
