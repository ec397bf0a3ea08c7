using Microsoft.Extensions.Logging;
using OtherThing.Core.Access;
using OtherThing.Core.Audit;
using OtherThing.Core.Egress;
using OtherThing.Core.Live;
using OtherThing.Core.Results;

namespace OtherThing.Core.Keys;

/// <summary>A key someone wants to lend.</summary>
/// <param name="Provider">The provider's name: <c>openai anthropic google groq custom</c>.</param>
/// <param name="Name">What to call it; null takes the provider's title.</param>
/// <param name="Value">The value as the provider gave it out.</param>
/// <param name="BaseUrl">Where a custom provider lives; null for the known ones.</param>
public sealed record KeyDraft(string? Provider, string? Name, string? Value, string? BaseUrl);

/// <summary>The keys of a workspace: added, listed masked, tested, removed; never shown.</summary>
public sealed partial class KeyService(
    IKeyStore keys,
    IVault vault,
    SecretBroker broker,
    ProviderProbe probe,
    ProviderCatalog providers,
    EgressPolicy egress,
    IMembershipStore memberships,
    AuditLog audit,
    ILiveFeed feed,
    Door door,
    TimeProvider clock,
    ILogger<KeyService> logger)
{
    /// <summary>The workspace's keys, newest first, without their values.</summary>
    public async Task<Result<Page<ApiKeyView>>> ListAsync(
        Actor actor, Guid workspaceId, PageRequest page, CancellationToken cancellationToken)
    {
        if (!(await door.EnterAsync(actor, workspaceId, Operations.KeyList, cancellationToken)).TryGet(out _, out var refusal))
        {
            return refusal;
        }

        var found = await keys.ListAsync(workspaceId, page, cancellationToken);
        var views = new List<ApiKeyView>(found.Items.Count);
        foreach (var key in found.Items)
        {
            views.Add(await ViewAsync(key, cancellationToken));
        }

        return new Page<ApiKeyView>(views, found.Next);
    }

    /// <summary>One key without its value.</summary>
    public async Task<Result<ApiKeyView>> GetAsync(Actor actor, Guid workspaceId, Guid keyId, CancellationToken cancellationToken)
    {
        if (!(await door.EnterAsync(actor, workspaceId, Operations.KeyList, cancellationToken)).TryGet(out _, out var refusal))
        {
            return refusal;
        }

        return await keys.FindAsync(workspaceId, keyId, cancellationToken) is { } key
            ? await ViewAsync(key, cancellationToken)
            : KeyErrors.NotFound();
    }

    /// <summary>Tests a key against its provider and keeps it, sealed.</summary>
    /// <returns>
    /// The key without its value, or <c>key.invalid</c> with the fields at fault, <c>key.duplicate</c>, <c>vault.cannot_open</c>, or what
    /// <see cref="ProviderProbe.ListModelsAsync"/> answers.
    /// </returns>
    public async Task<Result<ApiKeyView>> AddAsync(Actor actor, Guid workspaceId, KeyDraft draft, CancellationToken cancellationToken)
    {
        if (!(await door.EnterAsync(actor, workspaceId, Operations.KeyAdd, cancellationToken)).TryGet(out var entry, out var refusal))
        {
            return refusal;
        }

        if (!KeyDraftRules.Check(draft, providers, egress).TryGet(out var wanted, out var invalid))
        {
            return invalid;
        }

        if (await vault.CheckAsync(workspaceId, cancellationToken) is { } locked)
        {
            return locked;
        }

        using var value = new SecretValue(wanted.Value);
        var (info, baseUrl) = (wanted.Provider, wanted.BaseUrl);
        if (!(await probe.ListModelsAsync(info.Provider, baseUrl, value, cancellationToken)).TryGet(out _, out var rejected))
        {
            return rejected;
        }

        var now = clock.GetUtcNow().UtcDateTime;
        var key = new ApiKey(
            Guid.CreateVersion7(), workspaceId, info.Provider, wanted.Name, baseUrl, ApiKey.MaskOf(wanted.Value), entry.UserId, now);
        key.Seal(
            await vault.SealAsync(SecretBroker.Binding(key, key.Host), value, cancellationToken),
            await vault.FingerprintAsync(workspaceId, key.Host, value, cancellationToken));
        if (!await keys.TryAddAsync(key, cancellationToken))
        {
            return KeyErrors.Duplicate;
        }

        await audit.AppendAsync(actor, workspaceId, Operations.KeyAdd, $"key:{key.Id}", $"{info.Name} '{key.Name}'");
        LogAdded(key.Id, workspaceId, info.Name);
        feed.Publish(Topic.Workspace(workspaceId), new KeysChanged());
        return await ViewAsync(key, cancellationToken);
    }

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

        var baseUrl = BaseUrlOf(key);
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

    /// <summary>Removes a key; its value is gone for good.</summary>
    /// <returns>True, or <c>key.not_found</c>.</returns>
    public async Task<Result<bool>> RemoveAsync(Actor actor, Guid workspaceId, Guid keyId, CancellationToken cancellationToken)
    {
        if (!(await door.EnterAsync(actor, workspaceId, Operations.KeyRemove, cancellationToken)).TryGet(out var entry, out var refusal))
        {
            return refusal;
        }

        if (await keys.FindAsync(workspaceId, keyId, cancellationToken) is not { } key)
        {
            return KeyErrors.NotFound();
        }

        if (entry.Refuse(key.AddedBy) is { } notTheirs)
        {
            return notTheirs;
        }

        if (!await keys.RemoveAsync(workspaceId, keyId, cancellationToken))
        {
            return KeyErrors.NotFound();
        }

        await audit.AppendAsync(actor, workspaceId, Operations.KeyRemove, $"key:{keyId}", $"'{key.Name}'");
        LogRemoved(keyId, workspaceId);
        feed.Publish(Topic.Workspace(workspaceId), new KeysChanged());
        return true;
    }

    private Uri BaseUrlOf(ApiKey key) => providers[key.Provider].BaseUrl ?? new Uri(key.BaseUrl);

    private async Task<ApiKeyView> ViewAsync(ApiKey key, CancellationToken cancellationToken)
    {
        var isLent = await memberships.FindRoleAsync(key.WorkspaceId, key.AddedBy, cancellationToken) is not null;
        return new ApiKeyView(
            key.Id,
            key.Provider,
            key.Name,
            key.Mask,
            key.Provider == ApiProvider.Custom ? key.BaseUrl : null,
            key.AddedBy,
            key.AddedAt,
            key.LastUsedAt,
            isLent ? key.Status : ApiKeyStatus.Paused);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Key {KeyId} of workspace {WorkspaceId} added for {Provider}")]
    private partial void LogAdded(Guid keyId, Guid workspaceId, string provider);

    [LoggerMessage(Level = LogLevel.Information, Message = "Key {KeyId} of workspace {WorkspaceId} removed")]
    private partial void LogRemoved(Guid keyId, Guid workspaceId);
}

/// <summary>A key as people and programs see it: everything but its value.</summary>
public sealed record ApiKeyView(
    Guid Id,
    ApiProvider Provider,
    string Name,
    string Mask,
    string? BaseUrl,
    Guid AddedBy,
    DateTime AddedAt,
    DateTime? LastUsedAt,
    ApiKeyStatus Status);

/// <summary>How a test of a key went.</summary>
/// <param name="Status">How the key was found.</param>
/// <param name="Models">The models it opens; empty when the test failed.</param>
/// <param name="Message">The provider's words when it failed; null when it went well.</param>
public sealed record KeyTest(ApiKeyStatus Status, IReadOnlyList<string> Models, string? Message);
