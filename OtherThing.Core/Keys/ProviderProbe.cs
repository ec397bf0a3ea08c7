using System.Text;
using System.Text.Json;
using OtherThing.Core.Egress;
using OtherThing.Core.Results;

namespace OtherThing.Core.Keys;

/// <summary>Asks a provider for its list of models: the cheapest proof that a key works.</summary>
public sealed class ProviderProbe(EgressClient egress, ProviderCatalog providers)
{
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(15);

    /// <summary>Tests a key value against the provider.</summary>
    /// <returns>
    /// The names of its models, or <c>key.rejected</c>, <c>key.rate_limited</c>, <c>key.provider_failed</c>, <c>key.provider_unreachable</c>,
    /// <c>egress.blocked</c>, <c>egress.url_invalid</c>.
    /// </returns>
    public async Task<Result<IReadOnlyList<string>>> ListModelsAsync(
        ApiProvider provider, Uri baseUrl, SecretValue value, CancellationToken cancellationToken)
    {
        var title = providers[provider].Title;
        var secret = value.Expose();
        var path = provider == ApiProvider.Anthropic ? "/v1/models" : "/models";
        var result = await egress.SendAsync(
            new EgressRequest(HttpMethod.Get, new Uri(baseUrl.AbsoluteUri.TrimEnd('/') + path))
            {
                Headers = Credential(provider, secret),
                Timeout = s_timeout,
            },
            cancellationToken);
        if (result.Error is { } error)
        {
            return error.Kind == ErrorKind.Invalid
                ? error with { Fields = [new FieldError("baseUrl", error.Message)] }
                : new Error(ErrorKind.Unavailable, "key.provider_unreachable", $"{title} could not be asked whether the key works: {error.Message}");
        }

        var response = result.Response!;
        // Whoever answers may be a proxy that sends back what it was sent: the key leaves the answer before anybody reads it.
        var redactor = new SecretRedactor(secret);
        var body = redactor.Redact(response.Body.Span);
        var words = ProviderError.Words(body, response.Status, redactor);
        return response.Status switch
        {
            200 when ReadModels(body) is { } models => Result<IReadOnlyList<string>>.Success(models),
            401 or 403 => KeyErrors.Rejected(title, words),
            400 when words.Contains("key", StringComparison.OrdinalIgnoreCase) => KeyErrors.Rejected(title, words),
            429 => new Error(ErrorKind.TooMany, "key.rate_limited", $"{title} says not now: {words}") { RetryAfter = response.RetryAfter },
            200 => Failed($"{title} did not answer with a list of models at {path}. Is the base URL right?"),
            var status => Failed($"{title} answered {status} at {path}: {words}"),
        };
    }

    private static IReadOnlyList<KeyValuePair<string, string>> Credential(ApiProvider provider, string secret) =>
        provider == ApiProvider.Anthropic
            ? [new("x-api-key", secret), new("anthropic-version", "2023-06-01")]
            : [new("Authorization", "Bearer " + secret)];

    private static List<string>? ReadModels(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            return json.RootElement.ValueKind == JsonValueKind.Object
                && json.RootElement.TryGetProperty("data", out var data) && data.ValueKind == JsonValueKind.Array
                ? [.. data.EnumerateArray()
                    .Where(model => model.ValueKind == JsonValueKind.Object && model.TryGetProperty("id", out var id) && id.ValueKind == JsonValueKind.String)
                    .Select(model => model.GetProperty("id").GetString()!)
                    .Take(2_000)]
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static Error Failed(string message) => new(ErrorKind.Unavailable, "key.provider_failed", message);
}

/// <summary>Finds the provider's own words in an error answer.</summary>
public static class ProviderError
{
    private const int MaxLength = 500;
    private static readonly string[] s_fields = ["error", "message", "detail"];

    /// <summary>The message a provider's error body holds, without the key and shortened; the status when it holds none.</summary>
    /// <param name="body">The body as it came.</param>
    /// <param name="status">The HTTP status it came with.</param>
    /// <param name="redactor">Of the key that was sent.</param>
    public static string Words(ReadOnlySpan<byte> body, int status, SecretRedactor redactor)
    {
        // Cut last: a key that is cut in two is no longer recognised.
        var text = redactor.Redact(Find(body) ?? Encoding.UTF8.GetString(body).Trim());
        if (text.Length == 0 || text.StartsWith('<'))
        {
            return $"HTTP {status} without a message.";
        }

        return text.Length <= MaxLength ? text : text[..MaxLength] + "…";
    }

    private static string? Find(ReadOnlySpan<byte> body)
    {
        try
        {
            var reader = new Utf8JsonReader(body);
            using var json = JsonDocument.ParseValue(ref reader);
            return Find(json.RootElement);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    // {"error":{"message":"…"}} of all; Google wraps it in a list, some servers send {"error":"…"} or {"message":"…"} or {"detail":"…"}.
    private static string? Find(JsonElement at) => at.ValueKind switch
    {
        JsonValueKind.Array => at.EnumerateArray().Select(Find).FirstOrDefault(found => found is not null),
        JsonValueKind.Object => s_fields
            .Select(name => at.TryGetProperty(name, out var value) ? value : default)
            .Select(value => value.ValueKind == JsonValueKind.String ? value.GetString() : Find(value))
            .FirstOrDefault(found => found is not null),
        _ => null,
    };
}
