using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using OtherThing.Core.Egress;
using OtherThing.Core.Results;

namespace OtherThing.Core.Triggers;

/// <summary>Makes the input of a run from a delivery: <c>{body,headers,query}</c>.</summary>
internal static class HookInput
{
    /// <summary>Room is left for what a run and its journal put around the body.</summary>
    private const int DeepestBody = 48;

    /// <returns>The input as JSON, or <c>webhook.body_invalid</c>.</returns>
    public static Result<string> Write(HookRequest request)
    {
        var buffer = new ArrayBufferWriter<byte>(256 + request.Body.Length);
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = Json.Options.Encoder, SkipValidation = true }))
        {
            writer.WriteStartObject();
            writer.WritePropertyName("body");
            if (WriteBody(writer, request) is { } refusal)
            {
                return refusal;
            }

            writer.WriteStartObject("headers");
            foreach (var (name, value) in request.Headers)
            {
                // What proves who the sender is stays outside of the flow, its history and its templates.
                if (!CredentialHeaders.Contains(name))
                {
                    writer.WriteString(name, value);
                }
            }

            writer.WriteEndObject();
            WriteLists(writer, "query", request.Query);
            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <summary>The body's type decides how it is read, never the body itself.</summary>
    private static Error? WriteBody(Utf8JsonWriter writer, HookRequest request)
    {
        var body = request.Body.Span;
        if (body.IsEmpty)
        {
            writer.WriteNullValue();
            return null;
        }

        if (IsJson(request.MediaType))
        {
            return WriteJson(writer, request.Body);
        }

        if (!Utf8.IsValid(body))
        {
            return TriggerErrors.BodyInvalid("The body is neither JSON nor text in UTF-8. Send JSON, a form or text.");
        }

        if (request.MediaType == "application/x-www-form-urlencoded")
        {
            WriteLists(writer, null, ReadForm(Encoding.UTF8.GetString(body)));
            return null;
        }

        writer.WriteStringValue(body);
        return null;
    }

    private static Error? WriteJson(Utf8JsonWriter writer, ReadOnlyMemory<byte> body)
    {
        try
        {
            using var document = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = DeepestBody, AllowDuplicateProperties = false });
            document.RootElement.WriteTo(writer);
            return null;
        }
        catch (JsonException exception)
        {
            return TriggerErrors.BodyInvalid($"The body is not the JSON it says it is (each name once, up to {DeepestBody} levels deep): line {exception.LineNumber + 1}, byte {exception.BytePositionInLine}.");
        }
    }

    private static void WriteLists(Utf8JsonWriter writer, string? name, IEnumerable<KeyValuePair<string, IReadOnlyList<string>>> fields)
    {
        if (name is not null)
        {
            writer.WritePropertyName(name);
        }

        writer.WriteStartObject();
        foreach (var (field, values) in fields)
        {
            if (values.Count == 1)
            {
                writer.WriteString(field, values[0]);
                continue;
            }

            writer.WriteStartArray(field);
            foreach (var value in values)
            {
                writer.WriteStringValue(value);
            }

            writer.WriteEndArray();
        }

        writer.WriteEndObject();
    }

    private static IEnumerable<KeyValuePair<string, IReadOnlyList<string>>> ReadForm(string form) =>
        from pair in form.Split('&', StringSplitOptions.RemoveEmptyEntries)
        let parts = pair.Split('=', 2)
        group Unescape(parts.ElementAtOrDefault(1) ?? "") by Unescape(parts[0]) into field
        select KeyValuePair.Create(field.Key, (IReadOnlyList<string>)[.. field]);

    private static string Unescape(string text) => Uri.UnescapeDataString(text.Replace('+', ' '));

    private static bool IsJson(string? mediaType) =>
        mediaType is "application/json" or "text/json" || (mediaType?.EndsWith("+json", StringComparison.Ordinal) ?? false);
}
