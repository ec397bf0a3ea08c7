using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using OtherThing.Core.Egress;
using OtherThing.Core.Payloads;
using OtherThing.Core.Results;
using OtherThing.Core.Steps.Configs;

namespace OtherThing.Core.Steps;

/// <summary>An answer as <c>http.request</c> puts it out; its body is read once.</summary>
internal sealed class HttpAnswer
{
    private readonly EgressResponse _response;
    private readonly HttpResponseBody _how;
    private readonly JsonElement? _json;
    private readonly ReadOnlyMemory<byte> _text;

    public HttpAnswer(EgressResponse response, HttpResponseBody how)
    {
        (_response, _how) = (response, how);
        if (response.Body.IsEmpty || how == HttpResponseBody.Base64)
        {
            return;
        }

        if (response.Headers.TryGetValue("content-encoding", out var packing) && !packing.Trim().Equals("identity", StringComparison.OrdinalIgnoreCase))
        {
            Fault = new Error(
                ErrorKind.Invalid,
                "http.body_undecodable",
                $"The answer's body is packed with {Shown(packing)}, which this server cannot unpack. To have its bytes, set responseBody to base64.");
        }
        else if (!PayloadText.TryToUtf8(response.Body, response.Type, out _text, out var reason))
        {
            Fault = new Error(
                ErrorKind.Invalid,
                "http.body_not_text",
                $"The answer's body ({(response.Type.Name is { } name ? Shown(name) : "no Content-Type")}, {response.Body.Length:N0} bytes) {reason}. "
                + "To have its bytes, set responseBody to base64.");
        }
        else if (response.Type.IsJson && PayloadJson.TryRead(_text.Span, out var json, out _))
        {
            _json = json; // What says JSON and is none is still worth having as text.
        }
    }

    /// <summary>Why the body cannot be put out; null when it can.</summary>
    public Error? Fault { get; }

    /// <summary>Why a server of this kind stopped a call that led back to itself; null when the answer is somebody else's.</summary>
    public string? Loop =>
        _json is { ValueKind: JsonValueKind.Object } problem && TryText(problem, "code", out var code) && code == "run.limit.hops"
            ? TryText(problem, "detail", out var detail) ? detail : "Runs of this server start one another over HTTP without an end."
            : null;

    /// <summary><c>{status,headers,body}</c>; the body is null when it cannot be put out.</summary>
    public JsonElement ToOutput()
    {
        var buffer = new ArrayBufferWriter<byte>(512 + (_response.Body.Length * (_how == HttpResponseBody.Base64 ? 2 : 1)));
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = Json.Options.Encoder, SkipValidation = true }))
        {
            writer.WriteStartObject();
            writer.WriteNumber("status", _response.Status);
            WriteHeaders(writer);
            writer.WritePropertyName("body");
            WriteBody(writer);
            writer.WriteEndObject();
        }

        return Json.Parse(buffer.WrittenSpan);
    }

    private void WriteHeaders(Utf8JsonWriter writer)
    {
        writer.WriteStartObject("headers");
        foreach (var (name, value) in _response.Headers)
        {
            writer.WriteString(name, value);
        }

        if (_response.SetCookies.Count > 0)
        {
            writer.WriteStartArray("set-cookie");
            foreach (var cookie in _response.SetCookies)
            {
                writer.WriteStringValue(cookie);
            }

            writer.WriteEndArray();
        }

        writer.WriteEndObject();
    }

    private void WriteBody(Utf8JsonWriter writer)
    {
        if (_response.Body.IsEmpty || Fault is not null)
        {
            writer.WriteNullValue();
        }
        else if (_how == HttpResponseBody.Base64)
        {
            writer.WriteBase64StringValue(_response.Body.Span);
        }
        else if (_json is { } json)
        {
            json.WriteTo(writer);
        }
        else
        {
            writer.WriteStringValue(_text.Span);
        }
    }

    private static bool TryText(JsonElement group, string name, [NotNullWhen(true)] out string? text)
    {
        text = group.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        return text is not null;
    }

    private static string Shown(string text) => text.Length <= 60 ? text : text[..60] + "…";
}
