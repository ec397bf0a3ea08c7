using Microsoft.Extensions.Logging;
using OtherThing.Core.Access;
using OtherThing.Core.Audit;
using OtherThing.Core.Live;
using OtherThing.Core.Results;

namespace OtherThing.Core.Keys;

/// <summary>
/// The keys of a workspace: listed masked and removed; never shown. <see cref="KeyAddService"/> adds them, <see cref="KeyTestService"/> tests them.
/// </summary>
public sealed partial class KeyService(
    IKeyStore keys, IMembershipStore memberships, AuditLog audit, ILiveFeed feed, Door door, ILogger<KeyService> logger)
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

    private async Task<ApiKeyView> ViewAsync(ApiKey key, CancellationToken cancellationToken) =>
        ApiKeyView.Of(key, isLent: await memberships.FindRoleAsync(key.WorkspaceId, key.AddedBy, cancellationToken) is not null);

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
    ApiKeyStatus Status)
{
    /// <summary>A key without its value.</summary>
    /// <param name="key">The key.</param>
    /// <param name="isLent">False once the member who lent it has left.</param>
    internal static ApiKeyView Of(ApiKey key, bool isLent) => new(
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
