using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using System.Text.Unicode;
using OtherThing.Core.Flows.Validation;
using OtherThing.Core.Payloads;
using OtherThing.Core.Results;

namespace OtherThing.Core.Flows;

/// <summary>Reads and writes flow documents: nothing unknown is swallowed, the same document always gives the same bytes.</summary>
public static class FlowJson
{
    private static readonly JsonSerializerOptions s_options = Create();

    /// <summary>Reads a document.</summary>
    /// <returns>
    /// The document, or <c>flow.malformed</c>, <c>flow.too_large</c> with the place and reason, or <c>flow.invalid</c> when it has more
    /// steps, connections or notes than a flow takes: those are not read at all.
    /// </returns>
    public static Result<FlowDocument> Parse(JsonElement document)
    {
        if (document.ValueKind != JsonValueKind.Object)
        {
            return Error.Invalid("flow.malformed", "flow", "A flow is a JSON object with steps and connections.");
        }

        var raw = JsonMarshal.GetRawUtf8Value(document);
        if (raw.Length > FlowLimits.Characters && Encoding.UTF8.GetCharCount(raw) > FlowLimits.Characters)
        {
            return TooLarge;
        }

        // A text that cannot be read would be a fault wherever the flow is shown, edited or run.
        if (!Utf8.IsValid(raw) || PayloadJson.HasHalfCharacter(raw))
        {
            return Error.Invalid(
                "flow.malformed", "flow", "A text in the flow is no whole Unicode: it holds half of a surrogate pair, or bytes that are not UTF-8.");
        }

        if (FlowValidator.CheckCounts(Count(document, "steps"), Count(document, "connections"), Count(document, "notes")) is { Count: > 0 } problems)
        {
            return FlowErrors.Invalid(problems);
        }

        try
        {
            return document.Deserialize<FlowDocument>(s_options)!;
        }
        catch (JsonException exception)
        {
            return Malformed(exception);
        }
    }

    /// <summary>Reads a document.</summary>
    /// <returns>The document, or <c>flow.malformed</c>, <c>flow.too_large</c> with the place and reason.</returns>
    public static Result<FlowDocument> Parse(string document)
    {
        if (document.Length > FlowLimits.Characters)
        {
            return TooLarge;
        }

        try
        {
            return JsonSerializer.Deserialize<FlowDocument>(document, s_options) is { } flow
                ? flow
                : Error.Invalid("flow.malformed", "flow", "A flow is a JSON object with steps and connections.");
        }
        catch (JsonException exception)
        {
            return Malformed(exception);
        }
    }

    /// <summary>The document as JSON.</summary>
    public static string Write(FlowDocument flow) => JsonSerializer.Serialize(flow, s_options);

    private static int Count(JsonElement document, string field) =>
        document.TryGetProperty(field, out var list) && list.ValueKind == JsonValueKind.Array ? list.GetArrayLength() : 0;

    private static Error TooLarge { get; } =
        new(ErrorKind.TooLarge, "flow.too_large", $"A flow document has up to {FlowLimits.Characters:N0} characters.");

    internal static Error Malformed(JsonException exception)
    {
        var path = exception.Path is { Length: > 2 } found ? found[2..] : "flow";
        var reason = exception.Message.Split(" Path:", 2)[0].Replace("OtherThing.Core.Flows.", "", StringComparison.Ordinal);
        return Error.Invalid("flow.malformed", "flow." + path, reason);
    }

    private static JsonSerializerOptions Create()
    {
        var options = new JsonSerializerOptions { TypeInfoResolver = new DefaultJsonTypeInfoResolver() };
        Json.Configure(options);
        options.MaxDepth = FlowLimits.JsonDepth;
        options.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;
        options.RespectNullableAnnotations = true;
        options.MakeReadOnly();
        return options;
    }
}
