using System.Buffers;
using System.Text.Json;
using OtherThing.Core.Egress;
using OtherThing.Core.Results;

namespace OtherThing.Core.Runs.Machine;

/// <summary>
/// What a run's history keeps of what a step was given. Values of headers and query parameters that carry credentials, and the schema of an answer, which is
/// in the flow's version, are left out; an attempt that goes on after a restart renders its config anew.
/// </summary>
internal static class RecordedInput
{
    private const string Headers = "headers";
    private const string Query = "query";
    private const string Url = "url";
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

        return Json.Parse(buffer.WrittenSpan);
    }

    /// <summary>Whether something of an input of this type is left out of the history.</summary>
    public static bool IsCut(string stepType, JsonElement? input) => input is { ValueKind: JsonValueKind.Object } config && stepType switch
    {
        "http.request" => Has(config, Headers, CredentialHeaders.Contains) || Has(config, Query, CredentialQuery.Contains)
            || (config.TryGetProperty(Url, out var url) && url.ValueKind == JsonValueKind.String && CredentialQuery.In(url.GetString()!).Any()),
        "ai.chat" => config.TryGetProperty(Schema, out var schema) && schema.ValueKind is not JsonValueKind.Null,
        _ => false,
    };

    private static void Write(Utf8JsonWriter writer, string stepType, JsonProperty field)
    {
        if (stepType == "ai.chat" && field.NameEquals(Schema))
        {
            writer.WriteString(Schema, CredentialHeaders.Mask);
        }
        else if (stepType == "http.request" && field.Value.ValueKind == JsonValueKind.Object && (field.NameEquals(Headers) || field.NameEquals(Query)))
        {
            WriteMasked(writer, field, field.NameEquals(Headers) ? CredentialHeaders.Contains : CredentialQuery.Contains);
        }
        else if (stepType == "http.request" && field.NameEquals(Url) && field.Value.ValueKind == JsonValueKind.String)
        {
            writer.WriteString(Url, CredentialQuery.Change(field.Value.GetString()!, static (_, _) => CredentialHeaders.Mask));
        }
        else
        {
            field.WriteTo(writer);
        }
    }

    private static void WriteMasked(Utf8JsonWriter writer, JsonProperty fields, Func<string, bool> isCredential)
    {
        writer.WriteStartObject(fields.Name);
        foreach (var field in fields.Value.EnumerateObject())
        {
            if (isCredential(field.Name))
            {
                writer.WriteString(field.Name, CredentialHeaders.Mask);
            }
            else
            {
                field.WriteTo(writer);
            }
        }

        writer.WriteEndObject();
    }

    private static bool Has(JsonElement config, string fields, Func<string, bool> isCredential) =>
        config.TryGetProperty(fields, out var named)
        && named.ValueKind == JsonValueKind.Object
        && named.EnumerateObject().Any(field => isCredential(field.Name));
}
