using System.Text.Json;
using Microsoft.Extensions.Logging;
using OtherThing.Core.Access;
using OtherThing.Core.Audit;
using OtherThing.Core.Results;
using OtherThing.Core.Runs.Grains;
using OtherThing.Core.Runs.Values;
using OtherThing.Core.Steps.Configs;

namespace OtherThing.Core.Approvals;

/// <summary>Approvals of a workspace, as people see and decide them.</summary>
public sealed partial class ApprovalService(
    IApprovalStore approvals, ApprovalDesk desk, IGrainFactory grains, Door door, AuditLog audit, ILogger<ApprovalService> logger)
{
    /// <summary>The longest note, in characters.</summary>
    public const int LongestNote = 4_000;

    private static readonly TextLimit s_note = new(4_000, LongestNote);

    /// <summary>Approvals, newest first (A39).</summary>
    public async Task<Result<Page<Approval>>> ListAsync(
        Actor actor, Guid workspaceId, ApprovalFilter filter, PageRequest page, CancellationToken cancellationToken) =>
        (await door.EnterAsync(actor, workspaceId, Operations.RunRead, cancellationToken)).Error is { } refusal
            ? refusal
            : await approvals.ListAsync(workspaceId, filter, page, cancellationToken);

    /// <summary>One approval (A39).</summary>
    /// <returns>The approval, or <c>approval.not_found</c>.</returns>
    public async Task<Result<Approval>> GetAsync(Actor actor, Guid workspaceId, Guid id, CancellationToken cancellationToken)
    {
        if ((await door.EnterAsync(actor, workspaceId, Operations.RunRead, cancellationToken)).Error is { } refusal)
        {
            return refusal;
        }

        return await approvals.FindAsync(workspaceId, id, cancellationToken) is { } approval ? approval : ApprovalErrors.NotFound;
    }

    /// <summary>Decides (A41: Owners and Admins, and whoever is named); the run goes on. The first decision counts.</summary>
    /// <param name="actor">Who decides.</param>
    /// <param name="workspaceId">The workspace.</param>
    /// <param name="id">The approval, or its card.</param>
    /// <param name="approve">True for yes.</param>
    /// <param name="note">What to say about it, up to 4,000 characters.</param>
    /// <param name="values">What was filled in; required fields are required to approve.</param>
    /// <param name="cancellationToken">Stops waiting; a decision that was recorded stays.</param>
    /// <returns>The approval, or <c>approval.not_found</c>, <c>approval.already_decided</c>, <c>approval.invalid</c>, <c>approval.note_too_long</c>.</returns>
    public async Task<Result<Approval>> DecideAsync(
        Actor actor, Guid workspaceId, Guid id, bool approve, string? note, JsonElement? values, CancellationToken cancellationToken)
    {
        if (!(await door.EnterAsync(actor, workspaceId, Operations.RunApprove, cancellationToken)).TryGet(out var entry, out var refusal))
        {
            return refusal;
        }

        if (await approvals.FindAsync(workspaceId, id, cancellationToken) is not { } approval)
        {
            return ApprovalErrors.NotFound;
        }

        if (entry.Refuse(approval.AssigneeId) is { } notYours)
        {
            return notYours;
        }

        if (approval.State != ApprovalState.Open)
        {
            return ApprovalErrors.AlreadyDecided(approval.State);
        }

        if (!s_note.Holds(note))
        {
            return ApprovalErrors.NoteTooLong;
        }

        var form = JsonSerializer.Deserialize<IReadOnlyList<InputField>>(approval.Form, Json.Options)!;
        if (!InputForm.Fit(form, values, "values", complete: approve).TryGet(out var filled, out var problems))
        {
            return ApprovalErrors.Invalid(problems.Fields);
        }

        var decision = new ApprovalDecision(approve ? ApprovalState.Approved : ApprovalState.Rejected, entry.UserId, note?.Trim() ?? "", filled);
        if (!await desk.TryDecideAsync(approval, decision))
        {
            var winner = await approvals.FindAsync(workspaceId, approval.Id, cancellationToken);
            return ApprovalErrors.AlreadyDecided(winner?.State ?? ApprovalState.Withdrawn);
        }

        var detail = $"{(approve ? "approved" : "rejected")}: {approval.Title}";
        await audit.AppendAsync(actor, workspaceId, Operations.RunApprove, $"approval:{approval.Id}", detail);
        await TellAsync(approval);
        return await approvals.FindAsync(workspaceId, approval.Id, CancellationToken.None) ?? approval;
    }

    /// <summary>The decision is on disk; a run that cannot take it now is told again.</summary>
    private async Task TellAsync(Approval approval)
    {
        try
        {
            await grains.GetGrain<IRunGrain>(approval.RunId).AnsweredAsync(approval.Path);
        }
        catch (Exception exception)
        {
            LogTellFailed(exception, approval.Id, approval.RunId);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Run {RunId} did not take the decision of approval {ApprovalId} yet; telling it again")]
    private partial void LogTellFailed(Exception exception, Guid approvalId, Guid runId);
}
