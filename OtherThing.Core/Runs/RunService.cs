using Microsoft.Extensions.Logging;
using OtherThing.Core.Access;
using OtherThing.Core.Audit;
using OtherThing.Core.Results;
using OtherThing.Core.Runs.Grains;
using OtherThing.Core.Runs.Journal;
using OtherThing.Core.Runs.Repeat;

namespace OtherThing.Core.Runs;

/// <summary>A run with its steps.</summary>
/// <param name="Run">The run.</param>
/// <param name="Steps">Every attempt of every step, in the order they began.</param>
public sealed record RunDetail(Run Run, IReadOnlyList<StepRun> Steps)
{
    /// <summary>What the attempts at work have said so far.</summary>
    public IReadOnlyList<StepSaid> Said { get; init; } = [];
}

/// <summary>Runs of a workspace: listed, watched, held, cancelled. <see cref="RunStartService"/> and <see cref="RunRepeatService"/> begin them.</summary>
public sealed partial class RunService(
    IRunStore runs, IGrainFactory grains, AuditLog audit, Door door, AccessWatch watch, RunTalk talk, TimeProvider clock, ILogger<RunService> logger)
{
    // A grain call has a time limit of its own, so a longer wait is made of pieces.
    private static readonly TimeSpan s_piece = TimeSpan.FromSeconds(20);

    /// <summary>The longest a caller may wait for a run in one call.</summary>
    public static TimeSpan LongestWait { get; } = TimeSpan.FromMinutes(5);

    /// <summary>How often a run may change hands while something is said to it.</summary>
    private const int MostOwners = 5;

    /// <summary>The most bytes of large values that one answer holds; the others stay references.</summary>
    public const long MostLargeBytes = 32 * 1024 * 1024;

    /// <summary>A run with its steps (A39).</summary>
    /// <param name="actor">Who asks.</param>
    /// <param name="workspaceId">The workspace.</param>
    /// <param name="runId">The run.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <param name="brief">True leaves large values as references; false puts them in as long as they fit <see cref="MostLargeBytes"/> together.</param>
    /// <returns>The run, or <c>run.not_found</c>.</returns>
    public async Task<Result<RunDetail>> GetAsync(Actor actor, Guid workspaceId, Guid runId, CancellationToken cancellationToken, bool brief = false)
    {
        if ((await door.EnterAsync(actor, workspaceId, Operations.RunRead, cancellationToken)).Error is { } refusal)
        {
            return refusal;
        }

        var run = brief
            ? await runs.FindBriefAsync(workspaceId, runId, cancellationToken)
            : await runs.FindAsync(workspaceId, runId, cancellationToken);
        return run is null
            ? RunErrors.NotFound
            : new RunDetail(run, RunHistory.Fold(await runs.ReadJournalAsync(runId, 0, cancellationToken, brief ? 0 : MostLargeBytes)))
            {
                Said = run.Status.IsFinal() ? [] : talk.Of(runId),
            };
    }

    /// <summary>The runs of a workspace, newest first (A39).</summary>
    public async Task<Result<Page<Run>>> ListAsync(
        Actor actor, Guid workspaceId, RunFilter filter, PageRequest page, CancellationToken cancellationToken) =>
        (await door.EnterAsync(actor, workspaceId, Operations.RunRead, cancellationToken)).Error is { } refusal
            ? refusal
            : await runs.ListAsync(workspaceId, filter, page, cancellationToken);

    /// <summary>How the last runs of some flows went (A39); flows that have not run are missing.</summary>
    public async Task<Result<IReadOnlyList<FlowRunRecord>>> ListRecordsAsync(
        Actor actor, Guid workspaceId, IReadOnlyCollection<Guid> flowIds, CancellationToken cancellationToken) =>
        (await door.EnterAsync(actor, workspaceId, Operations.RunRead, cancellationToken)).Error is { } refusal
            ? refusal
            : Result<IReadOnlyList<FlowRunRecord>>.Success(await runs.ListRecordsAsync(workspaceId, flowIds, cancellationToken));

    /// <summary>How many runs of the workspace have not ended (A39): queued, at work or waiting.</summary>
    public async Task<Result<int>> CountLiveAsync(Actor actor, Guid workspaceId, CancellationToken cancellationToken) =>
        (await door.EnterAsync(actor, workspaceId, Operations.RunRead, cancellationToken)).Error is { } refusal
            ? refusal
            : await runs.CountLiveAsync(workspaceId, cancellationToken);

    /// <summary>What differs between two runs of a workspace (A39), of the same flow or not.</summary>
    /// <returns>The comparison, or <c>run.not_found</c>.</returns>
    public async Task<Result<RunComparison>> CompareAsync(
        Actor actor, Guid workspaceId, Guid firstId, Guid secondId, CancellationToken cancellationToken)
    {
        var first = await GetAsync(actor, workspaceId, firstId, cancellationToken);
        if (!first.TryGet(out var before, out var refusal)
            || !(await GetAsync(actor, workspaceId, secondId, cancellationToken)).TryGet(out var after, out refusal))
        {
            return refusal;
        }

        return RunComparison.Between(before, after);
    }

    /// <summary>What happened in a run after a journal sequence (A39), for an event stream that resumes.</summary>
    /// <returns>The commits in order and where the run stands, or <c>run.not_found</c>.</returns>
    public async Task<Result<RunEvents>> ReadEventsAsync(
        Actor actor, Guid workspaceId, Guid runId, int afterSequence, CancellationToken cancellationToken)
    {
        if ((await door.EnterAsync(actor, workspaceId, Operations.RunRead, cancellationToken)).Error is { } refusal)
        {
            return refusal;
        }

        // The entries first: the row is then as new as the last of them or newer, and the last event says truly where the run stands.
        var entries = await runs.ReadJournalAsync(runId, afterSequence, cancellationToken, MostLargeBytes);
        if (await runs.FindBriefAsync(workspaceId, runId, cancellationToken) is not { } run)
        {
            return RunErrors.NotFound;
        }

        var now = new RunCommitted(run.LastSequence, run.Status, [], run.Paused);
        return new RunEvents(
            [.. entries.Select(entry => (entry.Sequence == now.Sequence ? now : now with { Status = RunStatus.Running, Paused = false }) with
            {
                Sequence = entry.Sequence,
                Steps = RunHistory.Read(entry),
            })],
            now);
    }

    /// <summary>Stops a live run (A40: Members their own); what it has at work is stopped within 2 s.</summary>
    /// <returns>The run, or <c>run.not_found</c>, <c>run.already_finished</c>.</returns>
    public async Task<Result<Run>> CancelAsync(Actor actor, Guid workspaceId, Guid runId, CancellationToken cancellationToken)
    {
        var entered = await door.EnterAsync(actor, workspaceId, Operations.RunCancel, cancellationToken);
        if (!entered.TryGet(out var entry, out var refusal))
        {
            return refusal;
        }

        if (await runs.FindAsync(workspaceId, runId, cancellationToken) is not { } run)
        {
            return RunErrors.NotFound;
        }

        if (entry.Refuse(run.StartedBy) is { } notYours)
        {
            return notYours;
        }

        if (run.Status.IsFinal())
        {
            return RunErrors.AlreadyFinished(run.Status);
        }

        var cancelled = await grains.GetGrain<IRunGrain>(runId).CancelAsync();
        run = await runs.FindAsync(workspaceId, runId, cancellationToken) ?? run;
        for (var again = 0; !cancelled && !run.Status.IsFinal() && again < MostOwners; again++)
        {
            // It changed hands just then: the new owner is told.
            cancelled = await grains.GetGrain<IRunGrain>(runId).CancelAsync();
            run = await runs.FindAsync(workspaceId, runId, cancellationToken) ?? run;
        }

        if (!cancelled)
        {
            return run.Status.IsFinal() ? RunErrors.AlreadyFinished(run.Status) : RunErrors.Busy;
        }

        LogCancelled(runId, workspaceId);
        await audit.AppendAsync(actor, workspaceId, Operations.RunCancel, $"run:{runId}", run.FlowName);
        return run;
    }

    private async Task<Result<Run>> FindAsync(
        Actor actor, Guid workspaceId, Guid runId, Operation operation, CancellationToken cancellationToken)
    {
        if ((await door.EnterAsync(actor, workspaceId, operation, cancellationToken)).Error is { } refusal)
        {
            return refusal;
        }

        return await runs.FindAsync(workspaceId, runId, cancellationToken) is { } run ? run : RunErrors.NotFound;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Run {RunId} of workspace {WorkspaceId} cancelled")]
    private partial void LogCancelled(Guid runId, Guid workspaceId);
}
