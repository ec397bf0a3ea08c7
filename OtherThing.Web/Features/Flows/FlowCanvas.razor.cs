using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;
using OtherThing.Core.Flows;
using OtherThing.Core.Results;
using OtherThing.Web.Components.Shared;

namespace OtherThing.Web.Features.Flows;

public sealed partial class FlowCanvas : IAsyncDisposable
{
    // What may be larger than one message should be travels as a stream of small ones.
    private const int SmallMessage = 20_000;
    private const long LargestAct = 8 * 1024 * 1024;
    private readonly string _helpId = "fc-help-" + Guid.NewGuid().ToString("N")[..8];
    private BrowserModule _browser = null!;
    private ElementReference _root;

    [Inject]
    public required IJSRuntime JS { get; init; }

    [Parameter, EditorRequired]
    public required FlowEditor Editor { get; set; }

    [Parameter, EditorRequired]
    public required Guid FlowId { get; set; }

    [Parameter]
    public string Label { get; set; } = "Flow";

    [Parameter]
    public bool ReadOnly { get; set; }

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
        var snapshot = Editor.Snapshot;
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

    /// <summary>Where the person's pointer is, in canvas pixels; null when it left.</summary>
    [JSInvokable]
    public void Point(double? x, double? y)
    {
        if (x is null || y is null || Math.Abs(x.Value) <= 1_000_000 && Math.Abs(y.Value) <= 1_000_000)
        {
            Editor.PointAt(x, y);
        }
    }

    [JSInvokable]
    public Task SelectAsync(string?[]? ids)
    {
        var known = Clean(ids);
        Editor.Select(known);
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

        var (snapshot, unsaved) = Editor.Look();
        using var stream = ToStream(Encoding.UTF8.GetBytes(FlowJson.Write(snapshot.Definition)));
        using var acts = ToStream(JsonSerializer.SerializeToUtf8Bytes(unsaved.Select(act => new { Id = act.ActId, act.Sequence, act.Edits }), Json.Options));
        await _browser.CallAsync("load", stream, snapshot.Sequence, snapshot.Session.ToString(), snapshot.Saved, acts);
    }

    /// <summary>Shows acts that the server has applied.</summary>
    private async Task ReceiveAsync(IReadOnlyList<FlowEdited> acts)
    {
        var events = JsonSerializer.SerializeToUtf8Bytes(
            acts.Select(act => new { act.Sequence, Id = act.ActId, Own = act.EditorId == Editor.Id, act.Edits }), Json.Options);
        if (events.Length < SmallMessage)
        {
            await _browser.CallAsync("receive", Json.Parse(events));
            return;
        }

        using var stream = ToStream(events);
        await _browser.CallAsync("receiveLarge", stream);
    }

    /// <summary>Shows how a run is going, by step id.</summary>
    public Task ShowStatusesAsync(object statuses) => _browser.CallAsync("statuses", Json.ToElement(statuses));

    /// <summary>Shows the first problem of each step.</summary>
    public Task ShowProblemsAsync(IReadOnlyDictionary<string, string> problems) => _browser.CallAsync("problems", problems);

    /// <summary>Selects, and brings the first into sight.</summary>
    public Task ShowSelectionAsync(IReadOnlyList<string> ids, bool reveal) => _browser.CallAsync("select", ids, reveal);

    public async ValueTask DisposeAsync()
    {
        _following?.Dispose();
        await _browser.DisposeAsync();
    }

    protected override void OnInitialized() => _browser = new BrowserModule(JS, "./Features/Flows/FlowCanvas.razor.js");

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (!firstRender || !await _browser.AttachAsync("mount", _root, this, new { FlowId, ReadOnly, Catalog = CanvasStepType.All }))
        {
            return;
        }

        // First the subscription, then the snapshot: nothing falls between them, and the canvas drops what it has twice.
        _following = Editor.Follow();
        _ = FollowAsync(_following);
        await LoadAsync();
        await ShowPeopleAsync();
        await OnReady.InvokeAsync();
    }

    // Everything on the canvas is drawn by the module; the markup never changes after the first render.
    protected override bool ShouldRender() => !_browser.IsAttached;

    private async Task<IReadOnlyList<ActAnswer>> ApplyTextAsync(string? text)
    {
        if (CanvasAct.Read(text) is not { } acts)
        {
            return [new ActAnswer(false, "That edit could not be read.")];
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
