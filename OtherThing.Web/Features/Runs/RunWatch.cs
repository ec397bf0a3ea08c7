using OtherThing.Core.Access;
using OtherThing.Core.Live;
using OtherThing.Core.Results;
using OtherThing.Core.Runs;

namespace OtherThing.Web.Features.Runs;

/// <summary>Follows one run for one page: a snapshot, then what happens, told on at most four times a second.</summary>
internal sealed partial class RunWatch(
    RunService runs, ILiveFeed feed, TimeProvider clock, ILogger<RunWatch> logger, Actor actor, Guid workspaceId, Guid runId) : IAsyncDisposable
{
    /// <summary>The least time between two calls of the listener.</summary>
    public static TimeSpan Interval { get; } = TimeSpan.FromMilliseconds(250);

    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(2);
    private readonly CancellationTokenSource _disposal = new();
    private readonly Lock _gate = new();
    private readonly Dictionary<(string Path, int Attempt), int> _places = [];
    private readonly Dictionary<string, StepSaid> _said = new(StringComparer.Ordinal);
    private List<StepRun> _steps = [];
    private LiveSubscription? _subscription;
    private RunCommitted _heard = new(0, RunStatus.Queued, []);

    public Guid RunId => runId;

    /// <summary>The run; its output and sums are complete once it has ended.</summary>
    public Run? Run { get; private set; }

    /// <summary>Since when what is shown may be older than what is so, because the run could not be read (UTC); null when it is up to date.</summary>
    public DateTime? BehindSince { get; private set; }

    /// <summary>Every attempt, in the order they began.</summary>
    public IReadOnlyList<StepRun> Steps
    {
        get
        {
            lock (_gate)
            {
                return [.. _steps];
            }
        }
    }

    /// <summary>What the attempt at work of a step has said: tokens of a model, output of a command; the last part of it, see
    /// <see cref="RunTalk.Kept"/>.</summary>
    public string TextOf(string path)
    {
        lock (_gate)
        {
            return _said.GetValueOrDefault(path)?.Text ?? "";
        }
    }

    /// <summary>Reads the run and follows it until it has ended.</summary>
    /// <param name="changed">Called after each change, never two at a time.</param>
    public async Task<Error?> StartAsync(Func<Task> changed)
    {
        _subscription = feed.Subscribe(Topic.Run(runId), capacity: 4096);
        if (await ReadAsync() is { } refusal)
        {
            return refusal;
        }

        _ = FollowAsync(_subscription, changed);
        return null;
    }

    public async ValueTask DisposeAsync()
    {
        await _disposal.CancelAsync();
        _subscription?.Dispose();
        _disposal.Dispose();
    }

    private async Task<Error?> ReadAsync()
    {
        var found = await runs.GetAsync(actor, workspaceId, runId, _disposal.Token, brief: true);
        if (!found.TryGet(out var detail, out var refusal))
        {
            return refusal;
        }

        lock (_gate)
        {
            (Run, _heard) = (detail.Run, new RunCommitted(detail.Run.LastSequence, detail.Run.Status, [], detail.Run.Paused));
            _steps = [.. detail.Steps];
            _places.Clear();
            for (var at = 0; at < _steps.Count; at++)
            {
                _places[(_steps[at].Path, _steps[at].Attempt)] = at;
            }

            foreach (var said in detail.Said.Where(said => said.Talk >= (_said.GetValueOrDefault(said.Path)?.Talk ?? 0)))
            {
                _said[said.Path] = said;
            }
        }

        return null;
    }

    private async Task FollowAsync(LiveSubscription subscription, Func<Task> changed)
    {
        try
        {
            var missed = 0L;
            while (Run is { } run && !run.Status.IsFinal() && (BehindSince is not null || await subscription.Events.WaitToReadAsync(_disposal.Token)))
            {
                var reread = BehindSince is not null;
                while (subscription.Events.TryRead(out var happened))
                {
                    reread |= Take(happened);
                }

                // Ended: its output and sums are in the row. Missed, or a gap between two: only the journal knows.
                if (reread || subscription.Missed > missed)
                {
                    missed = subscription.Missed;
                    await CatchUpAsync();
                }

                await changed();
                await Task.Delay(BehindSince is null ? Interval : s_pause, clock, _disposal.Token);
            }

            subscription.Dispose();
        }
        catch (OperationCanceledException) when (_disposal.IsCancellationRequested)
        {
            // The page is closed.
        }
        catch (ObjectDisposedException)
        {
            // The page was closed between two awaits.
        }
    }

    /// <summary>Reads anew. What cannot be read now is tried again and again: a page that follows a run for an hour outlives a database that is away
    /// for a minute.</summary>
    private async Task CatchUpAsync()
    {
        try
        {
            await ReadAsync();
            BehindSince = null;
        }
        catch (Exception exception) when (exception is not (OperationCanceledException or ObjectDisposedException))
        {
            BehindSince ??= clock.GetUtcNow().UtcDateTime;
            LogBehind(exception, runId);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Run {RunId} could not be read for a page that shows it; the page says so and tries again")]
    private partial void LogBehind(Exception exception, Guid runId);

    /// <returns>True when the journal has to be read: the run ended, or something is missing before this.</returns>
    private bool Take(LiveEvent happened)
    {
        lock (_gate)
        {
            switch (happened)
            {
                case RunCommitted committed when _heard.Then(committed) is var news && news != RunNews.Known:
                    _heard = committed;
                    foreach (var step in committed.Steps)
                    {
                        Put(step);
                    }

                    var began = committed.Status == RunStatus.Queued || committed.Steps.Count == 0 ? (DateTime?)null : committed.Steps[0].StartedAt;
                    Run = Run! with { Status = committed.Status, Paused = committed.Paused, StartedAt = Run!.StartedAt ?? began };
                    return news == RunNews.Gap || committed.Status.IsFinal();
                case StepReport report:
                    Hear(report);
                    return false;
                default:
                    return false;
            }
        }
    }

    /// <summary>Takes what is new of it: what came before the run was read is in there already, and a later attempt begins anew.</summary>
    private void Hear(StepReport report)
    {
        var before = _said.GetValueOrDefault(report.Path);
        if (before?.Talk > report.Talk)
        {
            return;
        }

        var (text, end) = before?.Talk == report.Talk ? (before.Text, before.End) : ("", report.At);
        var known = (int)Math.Max(0, end - report.At);
        if (known < report.Text.Length)
        {
            _said[report.Path] =
                new StepSaid(report.Path, report.Talk, TextCut.Tail(text + report.Text[known..], RunTalk.Kept), report.At + report.Text.Length);
        }
    }

    private void Put(StepRun step)
    {
        if (step.Status.IsFinal())
        {
            _said.Remove(step.Path); // the journal has it now
        }

        if (!_places.TryGetValue((step.Path, step.Attempt), out var at))
        {
            _places[(step.Path, step.Attempt)] = _steps.Count;
            _steps.Add(step);
        }
        else if (!_steps[at].Status.IsFinal())
        {
            _steps[at] = step;
        }
    }
}
