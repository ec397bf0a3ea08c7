using System.Text;
using System.Text.Json;
using OtherThing.Core.Egress;
using OtherThing.Core.Flows;
using OtherThing.Core.Flows.Secrets;
using OtherThing.Core.Results;
using OtherThing.Core.Runs.Grains;
using OtherThing.Core.Steps.Configs;

namespace OtherThing.Core.Steps;

/// <summary>
/// <c>http.request</c>: one HTTP call through the egress client. Any answer is a success with its <c>status</c>, except a clear
/// "not now" (429, 503) when the step has retries left to spend on it.
/// </summary>
public sealed class HttpRequestExecutor(EgressClient egress, HeaderSecrets secrets) : IStepExecutor
{
    /// <inheritdoc/>
    public string Type => "http.request";

    /// <inheritdoc/>
    public async Task<StepOutcome> ExecuteAsync(StepCall call, CancellationToken cancellationToken)
    {
        var opened = await secrets.OpenAsync(call.WorkspaceId, call.Step, call.Config, cancellationToken);
        if (!opened.TryGet(out var config, out var unreadable))
        {
            return StepOutcome.Failed(unreadable.Code, unreadable.Message, noEffect: !call.Resumed);
        }

        if (!TryRead(call with { Config = config }, out var request, out var how, out var refusal))
        {
            return refusal;
        }

        var repeatable = IsRepeatable(call.Step, request.Method);
        if (call.Resumed && !repeatable)
        {
            return StepOutcome.Unknown(
                "http.interrupted",
                $"The server stopped while {request.Method} {request.Url.IdnHost} was under way; it may or may not have arrived.");
        }

        var result = await egress.SendAsync(request, cancellationToken);
        if (result.Error is { } error)
        {
            var code = "http." + error.Code["egress.".Length..];
            return result.NothingSent || repeatable
                ? StepOutcome.Failed(code, error.Message, noEffect: true)
                : StepOutcome.Unknown(code, error.Message + " Whether the request took effect is not known.");
        }

        var response = result.Response!;
        var answer = new HttpAnswer(response, how);
        if (response.Status == 508 && answer.Loop is { } loop)
        {
            return StepOutcome.Failed("run.limit.hops", loop, noEffect: true) with { Output = answer.ToOutput() };
        }

        if (response.Status is 429 or 503 && call.Step.Retry is { Max: > 0 })
        {
            return StepOutcome.Failed("http.not_now", $"{request.Url.IdnHost} answered {response.Status}: not now.", noEffect: true) with
            {
                Output = answer.ToOutput(),
                RetryAfter = response.RetryAfter,
            };
        }

        return answer.Fault is { } unread
            ? StepOutcome.Failed(unread.Code, unread.Message, noEffect: repeatable) with { Output = answer.ToOutput() }
            : StepOutcome.Succeeded(answer.ToOutput());
    }

    private static bool IsRepeatable(FlowStep step, HttpMethod method) => step.Effects switch
    {
        StepEffects.Once => false,
        StepEffects.Pure or StepEffects.Keyed => true,
        _ => method == HttpMethod.Get || method == HttpMethod.Head || method == HttpMethod.Options,
    };

    private static bool TryRead(StepCall call, out EgressRequest request, out HttpResponseBody how, out StepOutcome refusal)
    {
        (request, how, refusal) = (null!, default, null!);
        HttpRequestConfig config;
        try
        {
            config = call.Config.Deserialize<HttpRequestConfig>(Json.Options)!;
        }
        catch (JsonException wrong)
        {
            refusal = Invalid($"The config is not what http.request takes: {wrong.Path}.");
            return false;
        }

        how = config.ResponseBody;
        if (!Uri.TryCreate(config.Url.Trim(), UriKind.Absolute, out var url))
        {
            refusal = Invalid("url must be a whole URL such as https://example.com/path.");
            return false;
        }

        var (body, contentType) = Body(config.Body);
        request = new EgressRequest(HttpMethod.Parse(config.Method.ToString()), AddQuery(url, config.Query))
        {
            Headers = [.. Headers(config.Headers), .. IdempotencyKey(call, config.Headers), new(RunHops.Header, RunHops.Next(call.Hops))],
            Body = body,
            ContentType = contentType,
            Timeout = call.Timeout,
        };
        return true;
    }

    // A step declared keyed is repeated after an unclear end; the same key tells the other side that it is the same request.
    private static IEnumerable<KeyValuePair<string, string>> IdempotencyKey(
        StepCall call, IReadOnlyDictionary<string, JsonElement>? headers) =>
        call.Step.Effects == StepEffects.Keyed
        && headers?.Keys.Contains("Idempotency-Key", StringComparer.OrdinalIgnoreCase) != true
            ? [new("Idempotency-Key", $"{call.RunId:N}-{call.Path}")]
            : [];

    private static IEnumerable<KeyValuePair<string, string>> Headers(IReadOnlyDictionary<string, JsonElement>? headers) =>
        headers?.Where(header => header.Value.ValueKind is not (JsonValueKind.Null or JsonValueKind.Undefined)
                && !header.Key.Equals(RunHops.Header, StringComparison.OrdinalIgnoreCase)) // it is ours to count
            .Select(header => KeyValuePair.Create(header.Key, Text(header.Value))) ?? [];

    private static Uri AddQuery(Uri url, IReadOnlyDictionary<string, JsonElement>? query)
    {
        if (query is null or { Count: 0 })
        {
            return url;
        }

        var text = new StringBuilder(url.Query.TrimStart('?'));
        foreach (var (name, value) in query)
        {
            foreach (var one in value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray()] : new[] { value })
            {
                if (one.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined)
                {
                    continue;
                }

                text.Append(text.Length > 0 ? "&" : "").Append(Uri.EscapeDataString(name)).Append('=').Append(Uri.EscapeDataString(Text(one)));
            }
        }

        return new UriBuilder(url) { Query = text.ToString() }.Uri;
    }

    private static (byte[]? Bytes, string? ContentType) Body(JsonElement? body) => body switch
    {
        null or { ValueKind: JsonValueKind.Null or JsonValueKind.Undefined } => (null, null),
        { ValueKind: JsonValueKind.String } text => (Encoding.UTF8.GetBytes(text.GetString()!), "text/plain; charset=utf-8"),
        { } json => (JsonSerializer.SerializeToUtf8Bytes(json, Json.Options), "application/json"),
    };

    private static string Text(JsonElement value) =>
        value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();

    private static StepOutcome Invalid(string message) => StepOutcome.Failed("http.config_invalid", message, noEffect: true);
}
