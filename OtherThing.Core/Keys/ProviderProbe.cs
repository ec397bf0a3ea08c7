using System.Text.Json;
using System.Text.Json.Nodes;
using OtherThing.Core.Egress;
using OtherThing.Core.Results;

namespace OtherThing.Core.Keys;

/// <summary>Asks a provider for its list of models: the cheapest proof that a key works.</summary>
public sealed class ProviderProbe(EgressClient egress, ProviderCatalog providers)
{
    private const int MaxDepth = 64;
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
                : new Error(ErrorKind.Unavailable, "key.provider_unreachable", $"{title} could not be reached to test the key: {error.Message}");
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
            429 => new Error(ErrorKind.TooMany, "key.rate_limited", $"{title} is overloaded or limits requests: {words}") { RetryAfter = response.RetryAfter },
            200 => Failed($"{title} did not answer with a list of models at {path}. Is the base URL right?"),
            var status => Failed($"{title} answered {status} at {path}: {words}"),
        };
    }

    private static IReadOnlyList<KeyValuePair<string, string>> Credential(ApiProvider provider, string secret) =>
        provider == ApiProvider.Anthropic
            ? [new("x-api-key", secret), new("anthropic-version", "2023-06-01")]
            : [new("Authorization", "Bearer " + secret)];

    private static List<string>? ReadModels(ReadOnlySpan<byte> body)
    {
        try
        {
            return LenientJson.Read(ref body, MaxDepth) is JsonObject answer && answer["data"] is JsonArray data
                ? [.. data.OfType<JsonObject>()
                    .Select(model => model["id"]).OfType<JsonValue>()
                    .Where(id => id.GetValueKind() == JsonValueKind.String)
                    .Select(id => id.GetValue<string>())
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
