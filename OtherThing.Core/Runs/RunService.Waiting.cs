using OtherThing.Core.Access;
using OtherThing.Core.Results;
using OtherThing.Core.Runs.Grains;
using OtherThing.Core.Runs.Journal;

namespace OtherThing.Core.Runs;

/// <summary>Waits for the end of a run, as long as whoever waits may have the answer.</summary>
public sealed partial class RunService
{
    /// <summary>Waits until a run has ended (A39).</summary>
    /// <returns>True once it ended, false when the time is up, or <c>run.not_found</c>, or the refusal of who lost the right meanwhile.</returns>
    public async Task<Result<bool>> WaitAsync(Actor actor, Guid workspaceId, Guid runId, TimeSpan limit, CancellationToken cancellationToken)
    {
        var found = await FindAsync(actor, workspaceId, runId, Operations.RunRead, cancellationToken);
        return found.TryGet(out var run, out var refusal)
            ? await WaitAsync(actor, run, Operations.RunRead, limit, cancellationToken)
            : refusal;
    }

    /// <summary>
    /// What whoever has just started a run, or repeated or settled one, is told of it. Their right to start runs is enough (A37), so a
    /// token that may only run gets its answer; it covers no run but those that act for the same person.
    /// </summary>
    /// <param name="actor">Who started it.</param>
    /// <param name="workspaceId">The workspace.</param>
    /// <param name="runId">The run.</param>
    /// <param name="wait">How long to wait for its end; null does not wait.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The run with its steps, or <c>run.not_found</c>, or the refusal of who lost the right meanwhile.</returns>
    public async Task<Result<RunDetail>> AnswerAsync(
        Actor actor, Guid workspaceId, Guid runId, TimeSpan? wait, CancellationToken cancellationToken)
    {
        var found = await FindAsync(actor, workspaceId, runId, Operations.RunStart, cancellationToken);
        if (!found.TryGet(out var run, out var refusal))
        {
            return refusal;
        }

        if (run.StartedBy != actor.UserId)
        {
            return await GetAsync(actor, workspaceId, runId, cancellationToken);
        }

        if (wait is { } limit)
        {
            var waited = await WaitAsync(actor, run, Operations.RunStart, limit, cancellationToken);
            if (waited.Error is { } gone)
            {
                return gone;
            }

            found = await FindAsync(actor, workspaceId, runId, Operations.RunStart, cancellationToken);
            if (!found.TryGet(out run, out refusal))
            {
                return refusal;
            }
        }

        return new RunDetail(run, RunHistory.Fold(await runs.ReadJournalAsync(runId, 0, cancellationToken, MostLargeBytes)));
    }

    private async Task<Result<bool>> WaitAsync(Actor actor, Run run, Operation operation, TimeSpan limit, CancellationToken cancellationToken) =>
        run.Status.IsFinal()
            ? true
            : await watch.WhileAsync(actor, run.WorkspaceId, operation, token => WaitAsync(run.Id, limit, token), cancellationToken);

    private async Task<bool> WaitAsync(Guid runId, TimeSpan limit, CancellationToken cancellationToken)
    {
        var until = clock.GetUtcNow() + (limit < LongestWait ? limit : LongestWait);
        while (clock.GetUtcNow() is var now && now < until)
        {
            var piece = until - now < s_piece ? until - now : s_piece;
            if (await grains.GetGrain<IRunGrain>(runId).WaitAsync(piece).WaitAsync(cancellationToken))
            {
                return true;
            }
        }

        return false;
    }
}
