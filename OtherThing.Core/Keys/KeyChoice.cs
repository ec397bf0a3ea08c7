using OtherThing.Core.Access;
using OtherThing.Core.Results;

namespace OtherThing.Core.Keys;

/// <summary>Which key pays for a call.</summary>
public sealed class KeyChoice(IKeyStore keys, IMembershipStore memberships)
{
    /// <summary>The key that was named, else the workspace's oldest key of the provider that works.</summary>
    /// <returns>The key, or <c>key.not_found</c>, <c>key.provider_mismatch</c>, <c>key.missing</c>.</returns>
    public async Task<Result<ApiKey>> ChooseAsync(
        Guid workspaceId, ProviderInfo provider, Guid? keyId, CancellationToken cancellationToken)
    {
        if (keyId is { } named)
        {
            return await keys.FindAsync(workspaceId, named, cancellationToken) is not { } key ? KeyErrors.NotFound()
                : key.Provider != provider.Provider
                    ? Error.Invalid("key.provider_mismatch", "keyId", $"The key '{key.Name}' is not one of {provider.Title}.")
                : key;
        }

        ApiKey? lastResort = null;
        foreach (var key in await keys.ListAsync(workspaceId, provider.Provider, cancellationToken))
        {
            if (await memberships.FindRoleAsync(workspaceId, key.AddedBy, cancellationToken) is null)
            {
                continue;
            }

            if (key.Status is ApiKeyStatus.Ok or ApiKeyStatus.RateLimited)
            {
                return key;
            }

            lastResort ??= key;
        }

        return lastResort is not null ? lastResort : Error.Conflict(
            "key.missing", $"This workspace has no key of {provider.Title} that may be used. Add one under API keys.");
    }
}
