using System.Text.Json;
using System.Text.Json.Serialization;

namespace OtherThing.Core.Payloads;

/// <summary>
/// Reads a member of a request's body that takes any JSON the way <see cref="PayloadJson"/> does; a fault names the member and the reason. Such a
/// member may stand for what a run has made of an answer or a delivery, so it takes as many levels as that.
/// </summary>
public class PayloadConverter : JsonConverter<JsonElement>
{
    /// <summary>The most levels.</summary>
    protected virtual int Depth => PayloadLimits.ValueDepth;

    /// <inheritdoc/>
    public override JsonElement Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => Take(ref reader, Depth);

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, JsonElement value, JsonSerializerOptions options) => value.WriteTo(writer);

    internal static JsonElement Take(ref Utf8JsonReader reader, int depth) =>
        PayloadJson.TryRead(JsonElement.ParseValue(ref reader), out var value, out var reason, depth) ? value : throw new JsonException($"it {reason}.");
}

/// <summary>The same for a member that is also read from where it is kept, with what was put around it since.</summary>
public sealed class KeptPayloadConverter : PayloadConverter
{
    /// <inheritdoc/>
    protected override int Depth => PayloadLimits.KeptDepth;
}

/// <summary>The same for a member that holds any JSON by name.</summary>
public sealed class PayloadMapConverter : JsonConverter<IReadOnlyDictionary<string, JsonElement>>
{
    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, JsonElement> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var values = PayloadConverter.Take(ref reader, PayloadLimits.ValueDepth + 1);
        return values.ValueKind == JsonValueKind.Object
            ? values.EnumerateObject().ToDictionary(member => member.Name, member => member.Value, StringComparer.Ordinal)
            : throw new JsonException("it is not an object.");
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, IReadOnlyDictionary<string, JsonElement> value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        foreach (var (name, member) in value)
        {
            writer.WritePropertyName(name);
            member.WriteTo(writer);
        }

        writer.WriteEndObject();
    }
}
