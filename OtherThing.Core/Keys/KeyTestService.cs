using OtherThing.Core.Access;
using OtherThing.Core.Live;
using OtherThing.Core.Results;

namespace OtherThing.Core.Keys;

/// <summary>Asks providers whether they still take a workspace's keys.</summary>
public sealed class KeyTestService(
    IKeyStore keys, SecretBroker broker, ProviderProbe probe, ProviderCatalog providers, ILiveFeed feed, Door door)
{
    /// <summary>Asks the provider again whether it takes the key.</summary>
    /// <returns>The key as it was found and the models it opens, or why it could not be asked.</returns>
    public async Task<Result<KeyTest>> TestAsync(Actor actor, Guid workspaceId, Guid keyId, CancellationToken cancellationToken)
    {
        if (!(await door.EnterAsync(actor, workspaceId, Operations.KeyUse, cancellationToken)).TryGet(out _, out var refusal))
        {
            return refusal;
        }

        if (await keys.FindAsync(workspaceId, keyId, cancellationToken) is not { } key)
        {
            return KeyErrors.NotFound();
        }

        var baseUrl = providers[key.Provider].BaseUrl ?? new Uri(key.BaseUrl);
        var used = await broker.UseAsync(
            actor, key, ApiKey.HostOf(baseUrl), "test",
            value => probe.ListModelsAsync(key.Provider, baseUrl, value, cancellationToken), cancellationToken);
        if (!used.TryGet(out var tested, out var closed))
        {
            feed.Publish(Topic.Workspace(workspaceId), new KeysChanged());
            return closed;
        }

        var status = tested.Error?.Code switch
        {
            null => ApiKeyStatus.Ok,
            "key.rejected" => ApiKeyStatus.Invalid,
            "key.rate_limited" => ApiKeyStatus.RateLimited,
            _ => key.Status,
        };
        await keys.NoteAsync(workspaceId, keyId, status, null, cancellationToken);
        feed.Publish(Topic.Workspace(workspaceId), new KeysChanged());
        return new KeyTest(status, tested.IsSuccess ? tested.Value : [], tested.Error?.Message);
    }
}

/// <summary>How a test of a key went.</summary>
/// <param name="Status">How the key was found.</param>
/// <param name="Models">The models it opens; empty when the test failed.</param>
/// <param name="Message">The provider's words when it failed; null when it went well.</param>
public sealed record KeyTest(ApiKeyStatus Status, IReadOnlyList<string> Models, string? Message);
