using System.Buffers;
using System.Text;
using System.Text.Json;
using OtherThing.Core.Egress;
using OtherThing.Core.Payloads;
using OtherThing.Core.Results;

namespace OtherThing.Core.Triggers;

/// <summary>Makes the input of a run from a delivery: <c>{body,headers,query}</c>.</summary>
internal static class HookInput
{
    /// <returns>The input as JSON, or <c>webhook.body_invalid</c>, <c>webhook.body_unsupported</c>, <c>webhook.too_large</c>.</returns>
    public static Result<string> Write(HookRequest request)
    {
        var packed = request.Headers.GetValueOrDefault("content-encoding");
        if (!PayloadPacking.TryUnpack(request.Body, packed, HookRequest.LargestBody, out var body, out var fault))
        {
            return fault switch
            {
                PackingFault.TooLarge => TriggerErrors.TooLarge,
                PackingFault.Unknown => TriggerErrors.BodyUnsupported(
                    "The body is packed in a way this server does not know. Send it as it is, or packed with gzip, deflate or br."),
                _ => TriggerErrors.BodyInvalid("The body cannot be unpacked: it was cut off, is damaged, or is not packed as Content-Encoding says."),
            };
        }

        var buffer = new ArrayBufferWriter<byte>(256 + body.Length);
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = Json.Options.Encoder, SkipValidation = true }))
        {
            writer.WriteStartObject();
            writer.WritePropertyName("body");
            if (WriteBody(writer, body, PayloadType.Parse(request.Headers.GetValueOrDefault("content-type"))) is { } reason)
            {
                return TriggerErrors.BodyInvalid($"The body {reason}.");
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
            writer.WriteStartObject("query");
            foreach (var (name, values) in request.Query)
            {
                WriteField(writer, name, values, static (writer, value) => writer.WriteStringValue(value));
            }

            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <summary>The body's type decides how it is read, never the body itself.</summary>
    /// <returns>Why it is refused, as the end of a sentence; null when it is written.</returns>
    private static string? WriteBody(Utf8JsonWriter writer, ReadOnlyMemory<byte> body, PayloadType type)
    {
        string? reason = null;
        if (body.IsEmpty)
        {
            writer.WriteNullValue();
        }
        else if (type.Name is PayloadForm.Multipart)
        {
            if (PayloadForm.TryReadMultipart(body, type, out var fields, out reason))
            {
                WriteForm(writer, fields);
            }
        }
        else if (type.Name is PayloadForm.UrlEncoded)
        {
            if (PayloadForm.TryReadUrlEncoded(body, type, out var fields, out reason))
            {
                WriteForm(writer, fields);
            }
        }
        else if (!PayloadText.TryToUtf8(body, type, out var text, out reason))
        {
            return reason + ". Send JSON, a form, or text in the charset that Content-Type names";
        }
        else if (!type.IsJson)
        {
            writer.WriteStringValue(text.Span);
        }
        else if (PayloadJson.TryRead(text.Span, out var json, out reason))
        {
            json.WriteTo(writer);
        }

        return reason;
    }

    private static void WriteForm(Utf8JsonWriter writer, IReadOnlyList<PayloadField> fields)
    {
        writer.WriteStartObject();
        foreach (var named in fields.GroupBy(field => field.Name, StringComparer.Ordinal))
        {
            WriteField<PayloadField>(writer, named.Key, [.. named], WriteValue);
        }

        writer.WriteEndObject();
    }

    private static void WriteField<T>(Utf8JsonWriter writer, string name, IReadOnlyList<T> values, Action<Utf8JsonWriter, T> write)
    {
        writer.WritePropertyName(name);
        if (values.Count == 1)
        {
            write(writer, values[0]);
            return;
        }

        writer.WriteStartArray();
        foreach (var value in values)
        {
            write(writer, value);
        }

        writer.WriteEndArray();
    }

    private static void WriteValue(Utf8JsonWriter writer, PayloadField field)
    {
        if (field.FileName is null)
        {
            writer.WriteStringValue(field.Text);
            return;
        }

        writer.WriteStartObject();
        writer.WriteString("name", field.FileName);
        writer.WriteString("mime", field.FileType);
        writer.WriteNumber("bytes", field.Bytes.Length);
        writer.WriteBase64String("base64", field.Bytes.Span);
        writer.WriteEndObject();
    }
}
