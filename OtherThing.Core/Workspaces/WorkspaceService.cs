using System.Globalization;
using Microsoft.Extensions.Logging;
using OtherThing.Core.Access;
using OtherThing.Core.Audit;
using OtherThing.Core.Live;
using OtherThing.Core.Results;

namespace OtherThing.Core.Workspaces;

/// <summary>Makes, finds, changes and deletes workspaces.</summary>
public sealed partial class WorkspaceService(
    Door door,
    IWorkspaceStore workspaces,
    IEnumerable<IWorkspaceSeed> seeds,
    AuditLog audit,
    ILiveFeed feed,
    TimeProvider clock,
    ILogger<WorkspaceService> logger)
{
    /// <summary>The most workspaces one person may own.</summary>
    public const int MaxOwned = 500;

    /// <summary>Makes a workspace; its creator becomes the Owner.</summary>
    /// <returns>The workspace, or <c>workspace.invalid</c>, <c>workspace.quota</c>.</returns>
    public async Task<Result<WorkspaceView>> CreateAsync(Actor actor, WorkspaceDraft draft, CancellationToken cancellationToken)
    {
        if (!door.EnterOwn(actor, Operations.WorkspaceCreate).TryGet(out var userId, out var error)
            || !WorkspaceRules.Check(draft).TryGet(out var good, out error))
        {
            return error;
        }

        if (await workspaces.CountOwnedAsync(userId, cancellationToken) >= MaxOwned)
        {
            return WorkspaceErrors.Quota(MaxOwned);
        }

        var workspace = await AddAsync(userId, good, cancellationToken);
        await SeedAsync(workspace, actor, cancellationToken);
        await audit.AppendAsync(
            actor, workspace.Id, Operations.WorkspaceCreate, $"workspace:{workspace.Id}", workspace.Name);
        feed.Publish(Topic.User(userId), new WorkspaceChanged());
        LogCreated(workspace.Id, userId);
        return new WorkspaceView(workspace, Role.Owner, userId, 1);
    }

    /// <summary>The person's workspaces, newest first.</summary>
    public async Task<Result<Page<WorkspaceView>>> ListMineAsync(Actor actor, PageRequest page, CancellationToken cancellationToken) =>
        door.EnterOwn(actor, Operations.WorkspaceRead).TryGet(out var userId, out var error)
            ? await workspaces.ListMineAsync(userId, page, cancellationToken)
            : error;

    /// <summary>The public directory, newest first; for anyone signed in.</summary>
    public async Task<Result<Page<WorkspaceView>>> ListPublicAsync(Actor actor, PageRequest page, CancellationToken cancellationToken) =>
        door.EnterOwn(actor, Operations.WorkspaceRead).TryGet(out var userId, out var error)
            ? await workspaces.ListPublicAsync(userId, page, cancellationToken)
            : error;

    /// <summary>One workspace as its member sees it.</summary>
    /// <returns>The workspace, or <c>workspace.not_found</c>.</returns>
    public async Task<Result<WorkspaceView>> FindAsync(Actor actor, Guid workspaceId, CancellationToken cancellationToken)
    {
        if (!(await door.EnterAsync(actor, workspaceId, Operations.WorkspaceRead, cancellationToken)).TryGet(out var entry, out var error))
        {
            return error;
        }

        return await workspaces.FindAsync(workspaceId, entry.UserId, cancellationToken) is { } view ? view : WorkspaceErrors.NotFound;
    }

    /// <summary>The same, by the name in the address.</summary>
    /// <returns>The workspace, or <c>workspace.not_found</c>.</returns>
    public async Task<Result<WorkspaceView>> FindBySlugAsync(Actor actor, string slug, CancellationToken cancellationToken)
    {
        if (!door.EnterOwn(actor, Operations.WorkspaceRead).TryGet(out _, out var error))
        {
            return error;
        }

        return await workspaces.FindIdAsync(slug, cancellationToken) is { } id
            ? await FindAsync(actor, id, cancellationToken)
            : WorkspaceErrors.NotFound;
    }

    /// <summary>Renames, describes, or changes who can see it.</summary>
    /// <returns>The workspace, or <c>workspace.invalid</c>, <c>workspace.changed</c>.</returns>
    public async Task<Result<WorkspaceView>> UpdateAsync(
        Actor actor, Guid workspaceId, WorkspaceChange change, CancellationToken cancellationToken)
    {
        if (!WorkspaceRules.Check(change).TryGet(out var good, out var wrong))
        {
            return await RefuseAsync(actor, workspaceId, Operations.WorkspaceEdit, wrong, cancellationToken);
        }

        // To keep less is to delete runs.
        if (good.Retention is { } retention
            && (await FindAsync(actor, workspaceId, cancellationToken)).TryGet(out var view, out _)
            && retention.ApplyTo(view.Workspace.Retention).KeepsLessThan(view.Workspace.Retention)
            && (await door.EnterAsync(actor, workspaceId, Operations.RunDelete, cancellationToken)).Error is { } refusal)
        {
            return refusal;
        }

        var detail = $"name: {good.Name ?? "unchanged"}"
            + (good.Retention is { } kept
                ? $", runs kept: {kept.Days?.ToString(CultureInfo.InvariantCulture) ?? "as many"} days, "
                    + $"{kept.Runs?.ToString(CultureInfo.InvariantCulture) ?? "as many"} runs"
                : "")
            + (good.LeastSandbox.IsSet ? $", jobs in: {good.LeastSandbox.Value ?? "any sandbox or none"}" : "");
        return await ChangeAsync(actor, workspaceId, Operations.WorkspaceEdit, w => w.Apply(good), detail, cancellationToken, change.Version);
    }

    /// <summary>Replaces the standing invite code; the old one stops working at once.</summary>
    /// <returns>The workspace with its new code, or <c>workspace.changed</c>.</returns>
    public Task<Result<WorkspaceView>> RenewInviteCodeAsync(Actor actor, Guid workspaceId, CancellationToken cancellationToken) =>
        ChangeAsync(
            actor, workspaceId, Operations.InviteCreate, w => w.RenewInviteCode(SecretCode.New()), "standing invite renewed", cancellationToken);

    /// <summary>Deletes a workspace: from now on it exists for nobody; its Owner may restore it for seven days.</summary>
    /// <returns>The workspace as it was, or <c>workspace.changed</c>.</returns>
    public async Task<Result<WorkspaceView>> DeleteAsync(Actor actor, Guid workspaceId, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow().UtcDateTime;
        return await ChangeAsync(actor, workspaceId, Operations.WorkspaceDelete, w => w.Delete(now), "deleted", cancellationToken);
    }

    /// <summary>The workspaces that the person owned and can still bring back, last deleted first.</summary>
    public async Task<Result<Page<Workspace>>> ListDeletedAsync(Actor actor, PageRequest page, CancellationToken cancellationToken) =>
        door.EnterOwn(actor, Operations.WorkspaceRead).TryGet(out var userId, out var error)
            ? await workspaces.ListDeletedAsync(userId, clock.GetUtcNow().UtcDateTime - Workspace.RestoreFor, page, cancellationToken)
            : error;

    /// <summary>Brings back a workspace its Owner deleted within the last seven days.</summary>
    /// <returns>The workspace, or <c>workspace.not_found</c>.</returns>
    public async Task<Result<WorkspaceView>> RestoreAsync(Actor actor, Guid workspaceId, CancellationToken cancellationToken)
    {
        if (!door.EnterOwn(actor, Operations.WorkspaceDelete).TryGet(out var userId, out var error))
        {
            return error;
        }

        var now = clock.GetUtcNow().UtcDateTime;
        if (await workspaces.FindDeletedAsync(workspaceId, userId, cancellationToken) is not { } workspace
            || now - workspace.DeletedAt > Workspace.RestoreFor)
        {
            return WorkspaceErrors.NotFound;
        }

        workspace.Restore();
        if (!await workspaces.TrySaveAsync(workspace, cancellationToken))
        {
            return WorkspaceErrors.Changed;
        }

        await audit.AppendAsync(
            actor, workspaceId, Operations.WorkspaceDelete, $"workspace:{workspaceId}", "restored", "workspace.restore");
        feed.Publish(Topic.Workspace(workspaceId), new WorkspaceChanged());
        return await FindAsync(actor, workspaceId, cancellationToken);
    }

    private async Task<Result<WorkspaceView>> ChangeAsync(
        Actor actor, Guid workspaceId, Operation operation, Action<Workspace> change, string detail, CancellationToken cancellationToken, Guid? from = null)
    {
        if (!(await door.EnterAsync(actor, workspaceId, operation, cancellationToken)).TryGet(out var entry, out var error))
        {
            return error;
        }

        if (await workspaces.FindAsync(workspaceId, entry.UserId, cancellationToken) is not { } view)
        {
            return WorkspaceErrors.NotFound;
        }

        if (from is { } version && version != view.Workspace.Version)
        {
            return WorkspaceErrors.Changed;
        }

        change(view.Workspace);
        if (!await workspaces.TrySaveAsync(view.Workspace, cancellationToken))
        {
            return WorkspaceErrors.Changed;
        }

        await audit.AppendAsync(actor, workspaceId, operation, $"workspace:{workspaceId}", detail);
        feed.Publish(Topic.Workspace(workspaceId), new WorkspaceChanged());
        return view;
    }

    /// <summary>Whoever may not act hears that, not what is wrong with the input.</summary>
    private async Task<Result<WorkspaceView>> RefuseAsync(
        Actor actor, Guid workspaceId, Operation operation, Error wrong, CancellationToken cancellationToken) =>
        (await door.EnterAsync(actor, workspaceId, operation, cancellationToken)).Error ?? wrong;

    private async Task<Workspace> AddAsync(Guid userId, WorkspaceDraft draft, CancellationToken cancellationToken)
    {
        var slug = WorkspaceRules.SlugOf(draft.Name!);
        while (true)
        {
            var taken = await workspaces.ListSlugsAsync(slug, cancellationToken);
            var free = taken.Contains(slug) ? Enumerable.Range(2, taken.Count + 1).Select(n => $"{slug}-{n}").First(s => !taken.Contains(s)) : slug;
            var workspace = new Workspace(
                free, draft.Name!, draft.Description!, draft.IsPrivate, SecretCode.New(), userId, clock.GetUtcNow().UtcDateTime);
            if (await workspaces.TryAddAsync(workspace, userId, cancellationToken))
            {
                return workspace;
            }
        }
    }

    private async Task SeedAsync(Workspace workspace, Actor creator, CancellationToken cancellationToken)
    {
        foreach (var seed in seeds)
        {
            try
            {
                await seed.SeedAsync(workspace, creator, cancellationToken);
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                // The workspace exists and is usable without its sample; the owner must not be told that it failed.
                LogSeedFailed(exception, seed.GetType().Name, workspace.Id);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Workspace {WorkspaceId} created by {UserId}")]
    private partial void LogCreated(Guid workspaceId, Guid userId);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Seed} failed for workspace {WorkspaceId}")]
    private partial void LogSeedFailed(Exception exception, string seed, Guid workspaceId);
}
