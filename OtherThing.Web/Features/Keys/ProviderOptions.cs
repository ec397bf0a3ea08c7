using OtherThing.Core.Egress;
using OtherThing.Core.Keys;

namespace OtherThing.Web.Features.Keys;

/// <summary>Reads <c>Providers:{openai|anthropic|google|groq}:BaseUrl</c>: a provider reached at another address (a proxy, a test server).</summary>
internal static class ProviderOptions
{
    public const string Section = "Providers";

    public static ProviderCatalog Read(IConfiguration configuration)
    {
        var baseUrls = new Dictionary<ApiProvider, Uri>();
        foreach (var section in configuration.GetSection(Section).GetChildren())
        {
            if (section["BaseUrl"] is not { Length: > 0 } text)
            {
                continue;
            }

            if (!Enum.TryParse<ApiProvider>(section.Key, ignoreCase: true, out var provider) || provider == ApiProvider.Custom)
            {
                throw new InvalidOperationException($"{Section}:{section.Key} names no provider; known are openai, anthropic, google and groq.");
            }

            baseUrls[provider] = Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https"
                ? url
                : throw new InvalidOperationException($"{Section}:{section.Key}:BaseUrl must be a whole http or https URL.");
        }

        return new ProviderCatalog(baseUrls);
    }

    /// <summary>What the operator configured may be reached, also when it is on a private network.</summary>
    public static void Allow(this EgressPolicy egress, ProviderCatalog providers)
    {
        foreach (var url in providers.All.Select(provider => provider.BaseUrl).OfType<Uri>())
        {
            egress.Allow(url.IdnHost, url.Port);
        }
    }
}
