using System.Text.Json;
using Microsoft.Extensions.Logging;
using OtherThing.Core.Access;
using OtherThing.Core.Live;
using OtherThing.Core.Results;
using OtherThing.Core.Runs;
using OtherThing.Core.Runs.Grains;
using OtherThing.Core.Runs.Machine;
using OtherThing.Core.Steps;
using OtherThing.Core.Steps.Configs;
using OtherThing.Core.Tasks;

namespace OtherThing.Core.Approvals;

/// <summary>
/// What runs use: puts a question with its card, says what became of it, takes it back. Everything may be repeated at any time; the row
/// of the approval is the truth, also about whether a decision came in time.
/// </summary>
public sealed partial class ApprovalDesk(
    IApprovalStore approvals, IMembershipStore memberships, TaskService tasks, ILiveFeed feed, TimeProvider clock, ILogger<ApprovalDesk> logger)
{

    private DateTime Now => clock.GetUtcNow().UtcDateTime;

    /// <summary>Puts a question, or finds what became of it.</summary>
    /// <returns>How the step ends; null while the question is open.</returns>
    internal async Task<StepOutcome?> AskAsync(Guid id, Run run, AskPerson ask, DateTime utcNow)
    {
        var known = await approvals.FindAsync(run.WorkspaceId, id, CancellationToken.None);
        if (known is null)
        {
            if (!(await QuestionAsync(id, run, ask)).TryGet(out var question, out var refusal))
            {
                return StepOutcome.Failed(refusal.Code, refusal.Message, noEffect: true);
            }

            known = new Approval(id, run.WorkspaceId, run.FlowId, run.Id, ask.Path, question, ask.Due, utcNow);
            await approvals.AddAsync(known, CancellationToken.None);
            feed.Publish(Topic.Workspace(run.WorkspaceId), new ApprovalsChanged());
            LogAsked(id, run.Id);
        }

        if (known.State == ApprovalState.Open && ask.Due <= utcNow
            && await TryDecideAsync(known, new ApprovalDecision(ApprovalState.Expired)))
        {
            LogExpired(id, run.Id);
        }

        known = await approvals.FindAsync(run.WorkspaceId, id, CancellationToken.None) ?? known;
        return known.State == ApprovalState.Open ? null : OutcomeOf(known);
    }

    /// <summary>Decides an open approval and puts its card into Done.</summary>
    /// <returns>False when it was decided before.</returns>
    internal async Task<bool> TryDecideAsync(Approval approval, ApprovalDecision decision)
    {
        if (!await approvals.TryDecideAsync(approval.Id, decision, Now, CancellationToken.None))
        {
            return false;
        }

        await tasks.FinishAsync(approval.WorkspaceId, approval.TaskId, CancellationToken.None);
        feed.Publish(Topic.Workspace(approval.WorkspaceId), new ApprovalsChanged());
        return true;
    }

    /// <summary>Takes a question back: its run ended or went on without it.</summary>
    internal async Task WithdrawAsync(Guid workspaceId, Guid id)
    {
        try
        {
            if (await approvals.FindAsync(workspaceId, id, CancellationToken.None) is { } approval
                && await TryDecideAsync(approval, new ApprovalDecision(ApprovalState.Withdrawn)))
            {
                await approvals.SettleAsync(id, Now, CancellationToken.None);
            }
        }
        catch (Exception exception)
        {
            LogWithdrawFailed(exception, id); // the sweeper finds it
        }
    }

    /// <summary>The run has taken the decision.</summary>
    internal Task SettledAsync(Guid id) => approvals.SettleAsync(id, Now, CancellationToken.None);

    private async Task<Result<ApprovalQuestion>> QuestionAsync(Guid id, Run run, AskPerson ask)
    {
        ApprovalConfig config;
        try
        {
            config = ask.Config.Deserialize<ApprovalConfig>(Json.Options)!;
        }
        catch (JsonException exception)
        {
            return Error.Invalid("approval.invalid", "config", $"The approval cannot be asked for: {exception.Path} is not what it should be.");
        }

        Guid? assignee = null;
        Role? role = null;
        if (!string.IsNullOrWhiteSpace(config.AssigneeId))
        {
            role = Guid.TryParse(config.AssigneeId, out var named) ? await memberships.FindRoleAsync(run.WorkspaceId, named, CancellationToken.None) : null;
            if (role is null)
            {
                return Error.Invalid("approval.assignee_invalid", "assigneeId", "The approval names somebody who is not a member of this workspace.");
            }

            assignee = named;
        }

        // A Viewer can be asked, but cards are given to Members and above.
        var draft = new TaskDraft(
            OneLine(config.Title), TaskRules.Description.Cut(config.Text ?? ""), AssigneeId: role >= Role.Member ? assignee : null, Labels: ["approval"],
            RunId: run.Id, Id: StepRunner.IdOf(run.Id, ask.Path + "/card", ask.Attempt));
        var made = await tasks.CreateAsync(Actor.Run(run.StartedBy), run.WorkspaceId, draft, CancellationToken.None);
        return made.TryGet(out var card, out var refusal)
            ? new ApprovalQuestion(
                card.Title, TaskRules.Description.Cut(config.Text ?? ""), assignee, JsonSerializer.Serialize(config.Form, Json.Options), card.Id)
            : refusal;
    }

    private static StepOutcome OutcomeOf(Approval approval) => StepOutcome.Succeeded(
        Json.ToElement(new
        {
            decision = approval.State == ApprovalState.Approved ? "approved" : "rejected",
            approval.Note,
            values = Json.Parse(approval.Values ?? "{}"),
            approval.DecidedBy,
            approval.DecidedAt,
            timedOut = approval.State == ApprovalState.Expired,
            approval.TaskId,
        }),
        approval.State == ApprovalState.Approved ? "approved" : "rejected");

    /// <summary>A title as a card takes it: templates may bring line breaks and length.</summary>
    private static string OneLine(string title)
    {
        var line = string.Concat(title.Select(letter => char.IsControl(letter) ? ' ' : letter)).Trim();
        return line.Length == 0 ? "Approval" : TaskRules.Title.Cut(line);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Approval {ApprovalId} of run {RunId} waits for a person")]
    private partial void LogAsked(Guid approvalId, Guid runId);

    [LoggerMessage(Level = LogLevel.Information, Message = "Approval {ApprovalId} of run {RunId} was not decided in time")]
    private partial void LogExpired(Guid approvalId, Guid runId);

    [LoggerMessage(Level = LogLevel.Error, Message = "Approval {ApprovalId} could not be withdrawn; trying again")]
    private partial void LogWithdrawFailed(Exception exception, Guid approvalId);
}
