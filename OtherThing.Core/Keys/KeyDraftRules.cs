using OtherThing.Core.Egress;
using OtherThing.Core.Results;

namespace OtherThing.Core.Keys;

/// <summary>What a key must look like before a provider is asked about it.</summary>
public sealed class KeyDraftRules(ProviderCatalog providers, EgressPolicy egress)
{
    internal const int MaxNameLength = 100;
    internal const int MaxValueLength = 4_096;

    private static readonly TextLimit s_name = new(100, MaxNameLength);

    internal sealed record Checked(ProviderInfo Provider, string Name, string Value, Uri BaseUrl);

    internal Result<Checked> Check(KeyDraft draft)
    {
        var wrong = new List<FieldError>();
        var provider = providers.Find(draft.Provider);
        if (provider is null)
        {
            wrong.Add(new FieldError("provider", $"provider must be one of {string.Join(", ", providers.All.Select(known => known.Name))}."));
        }

        var name = string.IsNullOrWhiteSpace(draft.Name) ? provider?.Title ?? "" : draft.Name.Trim();
        if (name.Length > 0 && s_name.Line(name) is null)
        {
            wrong.Add(new FieldError("name", $"name must be at most {s_name} on one line."));
        }

        var value = draft.Value?.Trim() ?? "";
        if (value.Length is 0 or > MaxValueLength || !value.All(letter => letter is > ' ' and <= '~'))
        {
            wrong.Add(new FieldError("key", $"key must be the value as the provider gave it out: 1 to {MaxValueLength} visible ASCII characters."));
        }

        var baseUrl = BaseUrl(draft, provider, wrong);
        return wrong.Count > 0
            ? Error.Invalid("key.invalid", "The key cannot be added: " + string.Join(" ", wrong.Select(field => field.Message)), wrong)
            : new Checked(provider!, name, value, baseUrl!);
    }

    private Uri? BaseUrl(KeyDraft draft, ProviderInfo? provider, List<FieldError> wrong)
    {
        if (provider is null)
        {
            return null;
        }

        if (provider.BaseUrl is { } known)
        {
            // A known provider's key goes to that provider: a caller cannot send it elsewhere.
            if (!string.IsNullOrWhiteSpace(draft.BaseUrl))
            {
                wrong.Add(new FieldError("baseUrl", $"baseUrl is for custom providers only; {provider.Title} has an address of its own."));
            }

            return known;
        }

        if (!egress.CheckUrl(draft.BaseUrl?.Trim(), "baseUrl").TryGet(out var url, out var refusal))
        {
            wrong.AddRange(refusal.Fields);
            return null;
        }

        var trimmed = ProviderCatalog.Trim(url);
        if (trimmed.AbsoluteUri.Length > 500)
        {
            wrong.Add(new FieldError("baseUrl", "baseUrl must be at most 500 characters."));
        }

        return trimmed;
    }
}
