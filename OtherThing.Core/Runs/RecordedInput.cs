using System.Buffers;
using System.Text.Json;
using OtherThing.Core.Egress;
using OtherThing.Core.Results;

namespace OtherThing.Core.Runs;

/// <summary>
/// What a run's history keeps of what a step was given. Values of headers that carry credentials, and the schema of an answer, which is
/// in the flow's version, are left out; an attempt that goes on after a restart renders its config anew.
/// </summary>
internal static class RecordedInput
{
    private const string Headers = "headers";
    private const string Schema = "responseSchema";

    /// <summary>The input as it is kept.</summary>
    public static JsonElement? Of(string stepType, JsonElement? input)
    {
        if (input is not { ValueKind: JsonValueKind.Object } config || !IsCut(stepType, input))
        {
            return input;
        }

        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = Json.Options.Encoder, SkipValidation = true }))
        {
            writer.WriteStartObject();
            foreach (var field in config.EnumerateObject())
            {
                Write(writer, stepType, field);
            }

            writer.WriteEndObject();
        }

        var reader = new Utf8JsonReader(buffer.WrittenSpan);
        return JsonElement.ParseValue(ref reader);
    }

    /// <summary>Whether something of an input of this type is left out of the history.</summary>
    public static bool IsCut(string stepType, JsonElement? input) => input is { ValueKind: JsonValueKind.Object } config && stepType switch
    {
        "http.request" => config.TryGetProperty(Headers, out var headers) && headers.ValueKind == JsonValueKind.Object
            && headers.EnumerateObject().Any(header => CredentialHeaders.Contains(header.Name)),
        "ai.chat" => config.TryGetProperty(Schema, out var schema) && schema.ValueKind is not JsonValueKind.Null,
        _ => false,
    };

    private static void Write(Utf8JsonWriter writer, string stepType, JsonProperty field)
    {
        if (stepType == "ai.chat" && field.NameEquals(Schema))
        {
            writer.WriteString(Schema, CredentialHeaders.Mask);
        }
        else if (stepType == "http.request" && field.NameEquals(Headers) && field.Value.ValueKind == JsonValueKind.Object)
        {
            writer.WriteStartObject(Headers);
            foreach (var header in field.Value.EnumerateObject())
            {
                if (CredentialHeaders.Contains(header.Name))
                {
                    writer.WriteString(header.Name, CredentialHeaders.Mask);
                }
                else
                {
                    header.WriteTo(writer);
                }
            }

            writer.WriteEndObject();
        }
        else
        {
            field.WriteTo(writer);
        }
    }
}
