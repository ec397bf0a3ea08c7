using System.Globalization;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using OtherThing.Core.Access;
using OtherThing.Core.Live;
using OtherThing.Core.Results;
using OtherThing.Core.Runs;
using OtherThing.Web.Hosting.Requests;
using OtherThing.Web.Hosting.Rest;

namespace OtherThing.Web.Features.Runs;

/// <summary>
/// A run's events as server-sent events. Each commit carries its journal sequence as id, so <c>Last-Event-ID</c> resumes without loss
/// and over restarts; what a step says while at work (<c>report</c>) has no id and is not repeated.
/// </summary>
internal static class RunEventStream
{
    public static async Task<Results<ServerSentEventsResult<string>, ProblemHttpResult>> StreamAsync(
        Guid workspaceId, Guid runId, HttpRequest request, RunService runs, ILiveFeed feed, AccessWatch watch, PersonCaps caps, CurrentActor current,
        CancellationToken cancellationToken)
    {
        var actor = await current.GetAsync();
        var after = int.TryParse(request.Headers["Last-Event-ID"], NumberStyles.None, CultureInfo.InvariantCulture, out var last) ? last : 0;
        var seat = caps.Take(OpenThing.Stream, actor);
        if (!seat.TryGet(out var taken, out var full))
        {
            return full.ToProblem();
        }

        // Subscribed before the first read, so that nothing falls between the two; given back also when that fails or nobody reads.
        var open = new OpenStream(watch.Hold(actor, workspaceId, Operations.RunRead), feed.Subscribe(Topic.Run(runId)), taken);
        request.HttpContext.Response.RegisterForDispose(open);
        var past = await runs.ReadEventsAsync(actor, workspaceId, runId, after, cancellationToken);
        if (past.Error is { } refusal)
        {
            open.Dispose();
            return refusal.ToProblem();
        }

        return TypedResults.ServerSentEvents(FollowAsync(actor, workspaceId, runId, after, past.Value, open, runs, cancellationToken));
    }

    private static async IAsyncEnumerable<SseItem<string>> FollowAsync(
        Actor actor, Guid workspaceId, Guid runId, int after, RunEvents past,
        OpenStream open, RunService runs, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var listening = open;
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, open.Access.Gone);
        // Whoever begins at the beginning knows that a run is not paused; whoever comes back is told where it stands.
        var said = new RunCommitted(after, RunStatus.Running, [], Paused: after > 0 && !past.Now.Paused);
        foreach (var commit in Unsaid(past, said))
        {
            if (open.Access.Reason is null)
            {
                yield return Write(said = commit);
            }
        }

        while (!said.Status.IsFinal())
        {
            var (happened, quiet) = await NextAsync(open.Events, either.Token);
            if (happened is RunCommitted last && last.Status.IsFinal())
            {
                // The run may have ended because its person lost access, which is heard here before the watch has looked.
                await open.Access.AskAsync();
            }

            if (open.Access.Reason is { } gone)
            {
                yield return WriteEnd(gone);
                yield break;
            }

            if (happened is StepReport report)
            {
                yield return new SseItem<string>(JsonSerializer.Serialize(report, Json.Options), "report");
            }
            else if (happened is RunCommitted next && said.Then(next) == RunNews.Next)
            {
                yield return Write(said = next);
            }
            else if (quiet || (happened is RunCommitted other && (said.Then(other) == RunNews.Gap || other.Status.IsFinal())))
            {
                // A gap, an end that was not said, or a quiet while: the journal knows, and the door is asked again.
                if (!(await runs.ReadEventsAsync(actor, workspaceId, runId, said.Sequence, cancellationToken)).TryGet(out var missed, out var refusal))
                {
                    yield return WriteEnd(refusal);
                    yield break;
                }

                foreach (var commit in Unsaid(missed, said))
                {
                    if (open.Access.Reason is null)
                    {
                        yield return Write(said = commit);
                    }
                }
            }
        }
    }

    /// <summary>The commits, and where the run stands if they do not say it: an end or a pause may come with no step of its own.</summary>
    private static IEnumerable<RunCommitted> Unsaid(RunEvents events, RunCommitted said)
    {
        var last = events.Commits.Count > 0 ? events.Commits[^1] : said;
        return events.Now.Sequence <= last.Sequence && (events.Now.Paused != last.Paused || (events.Now.Status.IsFinal() && !last.Status.IsFinal()))
            ? events.Commits.Append(events.Now)
            : events.Commits;
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
        catch (OperationCanceledException)
        {
            return (null, true); // what was cancelled is for the caller to see
        }
    }

    private static SseItem<string> WriteEnd(Error reason) =>
        new(JsonSerializer.Serialize(new StreamEndResponse(reason.Code, reason.Message), Json.Options), "ended");

    private static SseItem<string> Write(RunCommitted commit) => new(
        JsonSerializer.Serialize(
            new RunEventResponse(commit.Sequence, commit.Status, commit.Paused, [.. commit.Steps.Select(StepRunResponse.From)]), Json.Options),
        "committed")
    {
        EventId = commit.Sequence.ToString(CultureInfo.InvariantCulture),
    };

    /// <summary>What a stream holds while it is open.</summary>
    private sealed record OpenStream(AccessHold Access, LiveSubscription Events, PersonCaps.Seat Seat) : IDisposable
    {
        public void Dispose()
        {
            Events.Dispose();
            Access.Dispose();
            Seat.Dispose();
        }
    }
}

/// <summary>Why a stream ends before its run: what a fresh request would be answered.</summary>
public sealed record StreamEndResponse(string Code, string Message);
