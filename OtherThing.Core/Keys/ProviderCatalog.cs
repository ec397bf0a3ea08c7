using System.Text.Json;

namespace OtherThing.Core.Keys;

/// <summary>What is known of a provider.</summary>
/// <param name="Provider">Which one.</param>
/// <param name="Title">What people call it.</param>
/// <param name="BaseUrl">Where its API lives, without a slash at the end; null for custom, where each key names it.</param>
/// <param name="Prefixes">How its keys begin, the longest first.</param>
/// <param name="KeyPage">Where a person makes a key.</param>
public sealed record ProviderInfo(
    ApiProvider Provider, string Title, Uri? BaseUrl, IReadOnlyList<string> Prefixes, Uri? KeyPage)
{
    /// <summary>The name programs use: <c>openai</c>.</summary>
    public string Name { get; } = JsonNamingPolicy.SnakeCaseLower.ConvertName(Provider.ToString());
}

/// <summary>The providers and where they are; the operator can point one elsewhere by <c>Providers:{name}:BaseUrl</c>.</summary>
public sealed class ProviderCatalog
{
    private static readonly ProviderInfo[] s_known =
    [
        new(ApiProvider.Openai, "OpenAI", new Uri("https://api.openai.com/v1"), ["sk-proj-", "sk-svcacct-", "sk-"],
            new Uri("https://platform.openai.com/api-keys")),
        new(ApiProvider.Anthropic, "Anthropic", new Uri("https://api.anthropic.com"), ["sk-ant-"],
            new Uri("https://platform.claude.com/settings/keys")),
        new(ApiProvider.Google, "Google", new Uri("https://generativelanguage.googleapis.com/v1beta/openai"), ["AIza"],
            new Uri("https://aistudio.google.com/apikey")),
        new(ApiProvider.Groq, "Groq", new Uri("https://api.groq.com/openai/v1"), ["gsk_"],
            new Uri("https://console.groq.com/keys")),
        new(ApiProvider.Custom, "Custom (OpenAI-compatible)", null, [], null),
    ];

    private readonly Dictionary<ApiProvider, ProviderInfo> _providers;

    /// <summary>The catalog with the operator's base URLs in place of the known ones.</summary>
    /// <param name="baseUrls">Base URLs by provider.</param>
    public ProviderCatalog(IReadOnlyDictionary<ApiProvider, Uri> baseUrls) =>
        _providers = s_known.ToDictionary(
            known => known.Provider,
            known => baseUrls.TryGetValue(known.Provider, out var elsewhere) ? known with { BaseUrl = Trim(elsewhere) } : known);

    /// <summary>All providers, in the order people see them.</summary>
    public IReadOnlyCollection<ProviderInfo> All => _providers.Values;

    /// <summary>What is known of one.</summary>
    public ProviderInfo this[ApiProvider provider] => _providers[provider];

    /// <summary>A provider by the name programs use; null when there is none.</summary>
    public ProviderInfo? Find(string? name) => All.FirstOrDefault(provider => provider.Name == name);

    /// <summary>The provider a key looks like, from how it begins; null when that says nothing.</summary>
    public ApiProvider? Guess(string key) => All
        .SelectMany(provider => provider.Prefixes, (provider, prefix) => (provider.Provider, prefix))
        .Where(known => key.StartsWith(known.prefix, StringComparison.Ordinal))
        .OrderByDescending(known => known.prefix.Length)
        .Select(known => (ApiProvider?)known.Provider)
        .FirstOrDefault();

    /// <summary>A base URL in the one form it is kept and compared in: no slash at the end, no query.</summary>
    public static Uri Trim(Uri url) => new(url.GetLeftPart(UriPartial.Path).TrimEnd('/'));
}
