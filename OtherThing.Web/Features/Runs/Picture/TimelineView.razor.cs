using Microsoft.AspNetCore.Components;
using OtherThing.Core.Flows;
using OtherThing.Core.Flows.Versions;
using OtherThing.Core.Results;
using OtherThing.Core.Runs;
using OtherThing.Web.Components.Layout;
using OtherThing.Web.Components.Shared;
using OtherThing.Web.Features.Flows;

namespace OtherThing.Web.Features.Runs.Picture;

public sealed partial class TimelineView
{
    private static readonly TimeSpan s_tick = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_shortest = TimeSpan.FromMilliseconds(500);
    private readonly PageLoad _load = new();
    private readonly HashSet<string> _open = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _limits = new(StringComparer.Ordinal);
    private readonly Dictionary<string, CalledRun> _called = new(StringComparer.Ordinal);
    private readonly Dictionary<TimelineLine, Guid> _runOf = [];
    private TimelineScale _scale = new(default, default);
    private List<TimelineLine> _lines = [];
    private IReadOnlyList<StepRun>? _made;
    private DateTime _now;
    private ITimer? _timer;
    private bool _reading;

    [CascadingParameter]
    public required WorkspaceContext Workspace { get; set; }

    [Parameter, EditorRequired]
    public required Run Run { get; set; }

    /// <summary>Every attempt, in the order they read.</summary>
    [Parameter, EditorRequired]
    public required IReadOnlyList<StepRun> Steps { get; set; }

    /// <summary>What a step is called, by its id.</summary>
    [Parameter, EditorRequired]
    public required Func<string, string> NameOf { get; set; }

    /// <summary>Whether an attempt at work waits for a machine.</summary>
    [Parameter, EditorRequired]
    public required Func<StepRun, bool> WaitsForMachine { get; set; }

    /// <summary>The attempt that is selected.</summary>
    [Parameter]
    public StepRun? Selected { get; set; }

    /// <summary>A person chose an attempt.</summary>
    [Parameter]
    public EventCallback<StepRun> OnSelect { get; set; }

    [Inject]
    public required RunService Runs { get; init; }

    [Inject]
    public required FlowVersionService Versions { get; init; }

    [Inject]
    public required TimeProvider Clock { get; init; }

    /// <summary>The time from acceptance to the beginning, where there was any to speak of.</summary>
    private TimelineBar? Queued => (Run.StartedAt ?? (Run.Status.IsFinal() ? Run.FinishedAt : _now)) is { } began && began - Run.CreatedAt > s_shortest
        ? new TimelineBar(Run.CreatedAt, Run.StartedAt ?? Run.FinishedAt, TimelineStretch.Waits)
        : null;

    public void Dispose()
    {
        _timer?.Dispose();
        _load.Dispose();
    }

    protected override void OnParametersSet()
    {
        if (_load.Opens(Run.Id))
        {
            _open.Clear();
            _limits.Clear();
            _called.Clear();
            _made = null;
        }

        Look();
        if (Run.Status.IsFinal())
        {
            _timer?.Dispose();
            _timer = null;
        }
        else
        {
            // What is at work grows, and so does the scale.
            _timer ??= Clock.CreateTimer(_ => _ = InvokeAsync(TickAsync), null, s_tick, s_tick);
        }
    }

    private void Look()
    {
        _now = Clock.GetUtcNow().UtcDateTime;
        if (!ReferenceEquals(_made, Steps) || !Run.Status.IsFinal())
        {
            (_made, _lines) = (Steps, Timeline.Of(Steps, NameOf, WaitsForMachine));
        }

        _scale = new TimelineScale(Run.CreatedAt, Run.FinishedAt ?? _now);
    }

    private async Task TickAsync()
    {
        if (_load.Gone.IsCancellationRequested || _timer is null)
        {
            return;
        }

        Look();
        foreach (var (key, called) in _called.Where(pair => _open.Contains(pair.Key) && !pair.Value.IsOver).ToList())
        {
            await ReadAsync(key, called.RunId);
        }

        StateHasChanged();
    }

    private List<TimelineRow> Rows()
    {
        _runOf.Clear();
        return [.. Timeline.Rows(_lines, line => _open.Contains(line.Key), ChildrenOf, key => _limits.GetValueOrDefault(key, Timeline.Piece))];
    }

    private List<TimelineLine> ChildrenOf(TimelineLine line)
    {
        if (line.CalledRun is null || !_called.TryGetValue(line.Key, out var called))
        {
            MarkAll(line.Children, _runOf.TryGetValue(line, out var outer) ? outer : null);
            return line.Children;
        }

        MarkAll(called.Lines, called.RunId);
        return called.Lines;
    }

    /// <summary>Steps of other runs lead there.</summary>
    private void MarkAll(List<TimelineLine> lines, Guid? run)
    {
        if (run is { } other)
        {
            foreach (var line in lines)
            {
                _runOf[line] = other;
            }
        }
    }

    private async Task ToggleAsync(TimelineLine line)
    {
        if (!_open.Remove(line.Key))
        {
            _open.Add(line.Key);
            if (line.CalledRun is { } called && !_called.ContainsKey(line.Key))
            {
                await ReadAsync(line.Key, called);
            }
        }
    }

    private void More(string parent) => _limits[parent] = _limits.GetValueOrDefault(parent, Timeline.Piece) + Timeline.Piece;

    private async Task ReadAsync(string key, Guid runId)
    {
        if (_reading)
        {
            return;
        }

        _reading = true;
        try
        {
            await _load.ReadAsync(gone => ReadCalledAsync(key, runId, gone), called => _called[key] = called);
        }
        finally
        {
            _reading = false;
        }
    }

    private async Task<Result<CalledRun>> ReadCalledAsync(string key, Guid runId, CancellationToken gone)
    {
        var read = await Runs.GetAsync(Workspace.Actor, Workspace.Id, runId, gone, brief: true);
        if (!read.TryGet(out var detail, out var refusal))
        {
            return refusal;
        }

        var kept = await Versions.GetAsync(Workspace.Actor, Workspace.Id, detail.Run.FlowId, detail.Run.FlowVersion, gone);
        var flow = kept.TryGet(out var version, out _) && FlowJson.Parse(version.Definition).TryGet(out var definition, out _) ? definition : null;
        var names = new StepNames(flow);
        var steps = flow is null ? detail.Steps : new StepOrder(flow).Sort(detail.Steps);
        return new CalledRun(runId, detail.Run.Status.IsFinal(), Timeline.Of(steps, id => names[id], static _ => false, key + ">"));
    }

    private bool IsSelected(TimelineLine line, StepRun step) =>
        Selected is { } selected
        && (selected.Path, selected.Attempt) == (step.Path, step.Attempt)
        && (line.Children.Count == 0 || !_open.Contains(line.Key) || line.Key == selected.Path);

    private static string Opens(TimelineLine line) => line switch
    {
        { CalledRun: not null } => $"Steps of the run that {line.Name} called",
        { HasAttempts: true } => $"Attempts of {line.Name}",
        _ => $"What is in {line.Name}",
    };

    /// <summary>The steps of a run that a step called.</summary>
    private sealed record CalledRun(Guid RunId, bool IsOver, List<TimelineLine> Lines);
}
