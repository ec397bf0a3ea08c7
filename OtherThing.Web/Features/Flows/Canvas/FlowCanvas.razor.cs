using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;
using OtherThing.Core.Flows;
using OtherThing.Core.Flows.Editing;
using OtherThing.Core.Results;
using OtherThing.Web.Components.Shared;
using OtherThing.Web.Features.Runs.Picture;

namespace OtherThing.Web.Features.Flows.Canvas;

public sealed partial class FlowCanvas : IAsyncDisposable
{
    // What may be larger than one message should be travels as a stream of small ones.
    private const int SmallMessage = 20_000;
    private const long LargestAct = 8 * 1024 * 1024;
    // A document of more characters does not come with the first render, so that the page is there before it.
    private const int LargestFirst = 1_000_000;
    private readonly string _helpId = "fc-help-" + Guid.NewGuid().ToString("N")[..8];
    private readonly StateChanges _states = new();
    private BrowserModule _browser = null!;
    private ElementReference _root;
    private string? _first;
    private FlowSnapshot? _drawn;
    private bool _forgot;

    [Inject]
    public required IJSRuntime JS { get; init; }

    /// <summary>The session in which the flow is edited; null for a flow that is only looked at.</summary>
    [Parameter]
    public FlowEditor? Editor { get; set; }

    /// <summary>The flow to look at, where there is no session.</summary>
    [Parameter]
    public FlowDocument? Definition { get; set; }

    [Parameter, EditorRequired]
    public required Guid FlowId { get; set; }

    [Parameter]
    public string Label { get; set; } = "Flow";

    [Parameter]
    public bool ReadOnly { get; set; }

    /// <summary>True once the browser can be told something.</summary>
    public bool IsThere => _browser.IsAttached;

    /// <summary>The person selected these ids; notes are <c>note:id</c>.</summary>
    [Parameter]
    public EventCallback<IReadOnlyList<string>> OnSelect { get; set; }

    /// <summary>The person opened a step or note.</summary>
    [Parameter]
    public EventCallback<string> OnOpen { get; set; }

    /// <summary>The person entered a text field of a panel having seen the acts up to this one; null: they left it.</summary>
    [Parameter]
    public EventCallback<long?> OnType { get; set; }

    /// <summary>The canvas is drawn and wants statuses and problems.</summary>
    [Parameter]
    public EventCallback OnReady { get; set; }

    /// <summary>Does acts in their order; after a refusal the rest is left to the browser, which may have to change it.</summary>
    /// <returns>An answer for each act that was tried.</returns>
    [JSInvokable]
    public Task<IReadOnlyList<ActAnswer>> ApplyAsync(string? acts) => ApplyTextAsync(acts);

    [JSInvokable]
    public async Task<IReadOnlyList<ActAnswer>> ApplyLargeAsync(IJSStreamReference? acts)
    {
        if (acts is null || acts.Length > LargestAct)
        {
            return [new ActAnswer(false, "That is too much for one act: at most 8 MB.")];
        }

        await using var stream = await acts.OpenReadStreamAsync(LargestAct, _browser.Gone);
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return await ApplyTextAsync(await reader.ReadToEndAsync(_browser.Gone));
    }

    /// <summary>The browser missed something, or was away: it gets the document anew unless it has the last act already.</summary>
    [JSInvokable]
    public async Task ResyncAsync(string? session, long sequence)
    {
        if (Editor is not { Snapshot: var snapshot })
        {
            return;
        }

        if (session != snapshot.Session.ToString() || sequence != snapshot.Sequence)
        {
            await LoadAsync();
        }
        else
        {
            await _browser.CallAsync("kept", snapshot.Saved);
        }

        await ShowPeopleAsync();
    }

    /// <summary>The browser missed how the steps of the run stand, or was away: it gets all of it.</summary>
    [JSInvokable]
    public Task StatesAsync() => _states.Again() is { } said ? _browser.CallAsync("states", Json.ToElement(said)) : Task.CompletedTask;

    /// <summary>Where the person's pointer is, in canvas pixels; null when it left.</summary>
    [JSInvokable]
    public void Point(double? x, double? y)
    {
        if (x is null || y is null || Math.Abs(x.Value) <= 1_000_000 && Math.Abs(y.Value) <= 1_000_000)
        {
            Editor?.PointAt(x, y);
        }
    }

    [JSInvokable]
    public Task SelectAsync(string?[]? ids)
    {
        var known = Clean(ids);
        Editor?.Select(known);
        return OnSelect.InvokeAsync(known);
    }

    [JSInvokable]
    public Task OpenAsync(string? id) => id is { Length: > 0 and <= 80 } ? OnOpen.InvokeAsync(id) : Task.CompletedTask;

    [JSInvokable]
    public Task TypeAsync(long? sequence) => OnType.InvokeAsync(sequence);

    /// <summary>Shows the whole document as it is now.</summary>
    private async Task LoadAsync()
    {
        if (!_browser.IsAttached)
        {
            return;
        }

        var (snapshot, unsaved) = Look();
        using var stream = ToStream(Encoding.UTF8.GetBytes(FlowJson.Write(snapshot.Definition)));
        using var acts = ToStream(JsonSerializer.SerializeToUtf8Bytes(ActsOf(unsaved), Json.Options));
        await _browser.CallAsync("load", stream, snapshot.Sequence, snapshot.Session.ToString(), snapshot.Saved, acts);
    }

    private (FlowSnapshot Snapshot, IReadOnlyList<FlowEdited> Unsaved) Look() =>
        Editor?.Look() ?? (new FlowSnapshot(Definition ?? FlowDocument.Empty, 0, Guid.Empty, 0), []);

    private static IEnumerable<object> ActsOf(IReadOnlyList<FlowEdited> acts) => acts.Select(act => new { Id = act.ActId, act.Sequence, act.Edits });

    private object Options => new { FlowId, ReadOnly = ReadOnly || Editor is null, Still = Editor is null, Catalog = CanvasStepType.All };

    /// <summary>What the canvas draws with before anybody calls it: it comes with the element itself, so the first picture waits for no answer.</summary>
    private string? First()
    {
        var (snapshot, unsaved) = Look();
        var text = FlowJson.Write(snapshot.Definition);
        if (text.Length > LargestFirst)
        {
            return null;
        }

        _drawn = snapshot;
        return JsonSerializer.Serialize(
            new { Options, Definition = Json.Parse(text), snapshot.Sequence, snapshot.Session, snapshot.Saved, Unsaved = ActsOf(unsaved) }, Json.Options);
    }

    /// <summary>Shows acts that the server has applied.</summary>
    private async Task ReceiveAsync(IReadOnlyList<FlowEdited> acts)
    {
        var events = JsonSerializer.SerializeToUtf8Bytes(
            acts.Select(act => new { act.Sequence, Id = act.ActId, Own = act.EditorId == Editor?.Id, act.Edits }), Json.Options);
        if (events.Length < SmallMessage)
        {
            await _browser.CallAsync("receive", Json.Parse(events));
            return;
        }

        using var stream = ToStream(events);
        await _browser.CallAsync("receiveLarge", stream);
    }

    /// <summary>Shows how a run is going, by step id; the browser is told what changed of it.</summary>
    public Task ShowStatusesAsync(IReadOnlyDictionary<string, StepState> states) =>
        _browser.IsAttached && _states.Next(states) is { } said ? _browser.CallAsync("states", Json.ToElement(said)) : Task.CompletedTask;

    /// <summary>Shows the first problem of each step.</summary>
    public Task ShowProblemsAsync(IReadOnlyDictionary<string, string> problems) => _browser.CallAsync("problems", problems);

    /// <summary>What new steps begin with in this workspace, by type, where that differs from the catalog.</summary>
    public Task ShowFreshAsync(IReadOnlyDictionary<string, JsonElement> configs) => _browser.CallAsync("begin", configs);

    /// <summary>Selects, and brings the first into sight.</summary>
    public Task ShowSelectionAsync(IReadOnlyList<string> ids, bool reveal) => _browser.CallAsync("select", ids, reveal);

    public async ValueTask DisposeAsync()
    {
        _following?.Dispose();
        await _browser.DisposeAsync();
    }

    protected override void OnInitialized()
    {
        _browser = new BrowserModule(JS, "./Features/Flows/Canvas/FlowCanvas.razor.js");
        // First the subscription, then the snapshot: nothing falls between them, and the canvas drops what it has twice.
        _following = Editor?.Follow();
        _first = First();
    }

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (!firstRender || !await _browser.AttachAsync("mount", _root, this, Options))
        {
            return;
        }

        if (_following is { } following)
        {
            _ = FollowAsync(following);
        }

        // What the element came with is forgotten here; the browser has drawn it.
        var drawn = _drawn;
        (_first, _drawn) = (null, null);
        StateHasChanged();
        if (drawn is null || drawn != Look().Snapshot)
        {
            await LoadAsync();
        }

        await Task.WhenAll(ShowPeopleAsync(), OnReady.InvokeAsync());
    }

    // Everything on the canvas is drawn by the module; the markup changes once, when it lets go of what it came with.
    protected override bool ShouldRender() => !_browser.IsAttached || !_forgot;

    protected override void OnAfterRender(bool firstRender) => _forgot = _browser.IsAttached;

    private async Task<IReadOnlyList<ActAnswer>> ApplyTextAsync(string? text)
    {
        if (CanvasAct.Read(text) is not { } acts)
        {
            return [new ActAnswer(false, "That edit could not be read.")];
        }

        if (Editor is null)
        {
            return [new ActAnswer(false, "This flow is only shown here; open it in the builder to change it.")];
        }

        List<ActAnswer> answers = [];
        string[]? selection = null;
        foreach (var act in acts)
        {
            var answer = act is null ? new ActAnswer(false, "That edit could not be read.") : await act.ApplyAsync(Editor, _browser.Gone);
            answers.Add(answer);
            selection = act?.Selection is { } selected ? Clean(selected) : selection;
            if (!answer.Ok)
            {
                break;
            }
        }

        if (selection is not null)
        {
            Editor.Select(selection);
            await OnSelect.InvokeAsync(selection);
        }

        return answers;
    }

    private static string[] Clean(string?[]? ids) => ids is null ? [] : [.. ids.OfType<string>().Where(id => id.Length <= 80).Take(500)];

    private static DotNetStreamReference ToStream(byte[] bytes) => new(new MemoryStream(bytes));
}
