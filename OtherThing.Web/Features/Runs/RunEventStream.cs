using System.Globalization;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using OtherThing.Core.Access;
using OtherThing.Core.Live;
using OtherThing.Core.Results;
using OtherThing.Core.Runs;
using OtherThing.Web.Hosting;

namespace OtherThing.Web.Features.Runs;

/// <summary>
/// A run's events as server-sent events. Each commit carries its journal sequence as id, so <c>Last-Event-ID</c> resumes without loss
/// and over restarts; what a step says while at work (<c>report</c>) has no id and is not repeated.
/// </summary>
internal static class RunEventStream
{
    public static async Task<Results<ServerSentEventsResult<string>, ProblemHttpResult>> StreamAsync(
        Guid workspaceId, Guid runId, HttpRequest request, RunService runs, ILiveFeed feed, CurrentActor current, CancellationToken cancellationToken)
    {
        var actor = await current.GetAsync();
        var after = int.TryParse(request.Headers["Last-Event-ID"], NumberStyles.None, CultureInfo.InvariantCulture, out var last) ? last : 0;
        var subscription = feed.Subscribe(Topic.Run(runId)); // before the first read, so that nothing falls between the two
        var past = await runs.ReadEventsAsync(actor, workspaceId, runId, after, cancellationToken);
        if (past.Error is { } refusal)
        {
            subscription.Dispose();
            return refusal.ToProblem();
        }

        return TypedResults.ServerSentEvents(FollowAsync(actor, workspaceId, runId, after, past.Value, subscription, runs, cancellationToken));
    }

    private static async IAsyncEnumerable<SseItem<string>> FollowAsync(
        Actor actor, Guid workspaceId, Guid runId, int after, IReadOnlyList<RunCommitted> past,
        LiveSubscription subscription, RunService runs, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var listening = subscription;
        var (sequence, ended, told) = (after, false, false);
        foreach (var commit in past)
        {
            (sequence, ended) = (commit.Sequence, commit.Status.IsFinal());
            told = ended;
            yield return Write(commit);
        }

        ended |= past.Count == 0 && await HasEndedAsync();
        while (!ended)
        {
            var (happened, lost) = await NextAsync(subscription, cancellationToken);
            if (happened is { Payload: StepReport report })
            {
                yield return new SseItem<string>(JsonSerializer.Serialize(report, Json.Options), "report");
            }
            else if (happened is { Payload: RunCommitted commit } && commit.Sequence == sequence + 1)
            {
                (sequence, ended) = (commit.Sequence, commit.Status.IsFinal());
                told = ended;
                yield return Write(commit);
            }
            else if (happened is { Payload: RunCommitted } || lost)
            {
                // A gap, an event seen already, or a quiet while: the journal knows, and the door is asked again.
                var again = await runs.ReadEventsAsync(actor, workspaceId, runId, sequence, cancellationToken);
                if (again.Error is not null)
                {
                    yield break;
                }

                foreach (var missed in again.Value)
                {
                    (sequence, ended) = (missed.Sequence, missed.Status.IsFinal());
                    told = ended;
                    yield return Write(missed);
                }

                ended |= await HasEndedAsync();
            }
        }

        // The end may come with no step of its own, or before the event a client resumes after: it is said all the same.
        if (!told && (await runs.GetAsync(actor, workspaceId, runId, cancellationToken, brief: true)).TryGet(out var detail, out _))
        {
            yield return Write(new RunCommitted(detail.Run.LastSequence, detail.Run.Status, []));
        }

        async Task<bool> HasEndedAsync() =>
            (await runs.WaitAsync(actor, workspaceId, runId, TimeSpan.Zero, cancellationToken)) is not { IsSuccess: true, Value: false };
    }

    /// <summary>The next event, or after some seconds of quiet a word that the journal should be asked.</summary>
    private static async Task<(LiveEvent? Happened, bool Quiet)> NextAsync(LiveSubscription subscription, CancellationToken cancellationToken)
    {
        using var quiet = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        quiet.CancelAfter(TimeSpan.FromSeconds(5));
        try
        {
            return (await subscription.Events.ReadAsync(quiet.Token), false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return (null, true);
        }
    }

    private static SseItem<string> Write(RunCommitted commit) => new(
        JsonSerializer.Serialize(
            new RunEventResponse(commit.Sequence, commit.Status, [.. commit.Steps.Select(StepRunResponse.From)]), Json.Options),
        "committed")
    {
        EventId = commit.Sequence.ToString(CultureInfo.InvariantCulture),
    };
}
