using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;
using OtherThing.Core.Flows;
using OtherThing.Core.Results;
using OtherThing.Web.Components.Shared;

namespace OtherThing.Web.Features.Flows;

/// <summary>What the canvas hears about an act it sent.</summary>
public sealed record ActAnswer(bool Ok, string? Message, string? Code = null, long Sequence = 0);

public sealed partial class FlowCanvas : IAsyncDisposable
{
    // One hub message holds 32 KB; what may be larger travels as a stream of small ones.
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

    /// <summary>The canvas is drawn and wants statuses and problems.</summary>
    [Parameter]
    public EventCallback OnReady { get; set; }

    [JSInvokable]
    public Task<ActAnswer> ApplyAsync(string? actId, string? edits, string?[]? selection) => ApplyTextAsync(actId, edits, selection);

    [JSInvokable]
    public async Task<ActAnswer> ApplyLargeAsync(string? actId, IJSStreamReference? edits, string?[]? selection)
    {
        if (edits is null || edits.Length > LargestAct)
        {
            return new ActAnswer(false, "That is too much for one act: at most 8 MB.");
        }

        await using var stream = await edits.OpenReadStreamAsync(LargestAct, _browser.Gone);
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return await ApplyTextAsync(actId, await reader.ReadToEndAsync(_browser.Gone), selection);
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

    /// <summary>Takes the person's last act back; answers why not.</summary>
    [JSInvokable]
    public async Task<string?> UndoAsync() => (await Editor.UndoAsync(_browser.Gone))?.Message;

    [JSInvokable]
    public async Task<string?> RedoAsync() => (await Editor.RedoAsync(_browser.Gone))?.Message;

    /// <summary>Shows the whole document as it is now.</summary>
    public async Task LoadAsync()
    {
        if (!_browser.IsAttached)
        {
            return;
        }

        var snapshot = Editor.Snapshot;
        using var stream = ToStream(Encoding.UTF8.GetBytes(FlowJson.Write(snapshot.Definition)));
        await _browser.CallAsync("load", stream, snapshot.Sequence);
    }

    /// <summary>Shows acts that the server has applied.</summary>
    public async Task ReceiveAsync(IReadOnlyList<FlowEdited> acts)
    {
        var events = JsonSerializer.SerializeToUtf8Bytes(
            acts.Select(act => new { act.Sequence, Id = act.ActId, act.Edits }), Json.Options);
        if (events.Length < SmallMessage)
        {
            await _browser.CallAsync("receive", JsonElement.Parse(events));
            return;
        }

        using var stream = ToStream(events);
        await _browser.CallAsync("receiveLarge", stream);
    }

    /// <summary>Shows how a run is going, by step id.</summary>
    public Task ShowStatusesAsync(object statuses) => _browser.CallAsync("statuses", Json.ToElement(statuses));

    /// <summary>Shows the first problem of each step.</summary>
    public Task ShowProblemsAsync(IReadOnlyDictionary<string, string> problems) => _browser.CallAsync("problems", problems);

    /// <summary>Shows what others have selected, by step id.</summary>
    public Task ShowOthersAsync(object others) => _browser.CallAsync("others", Json.ToElement(others));

    /// <summary>Selects, and brings the first into sight.</summary>
    public Task ShowSelectionAsync(IReadOnlyList<string> ids, bool reveal) => _browser.CallAsync("select", ids, reveal);

    public ValueTask DisposeAsync() => _browser.DisposeAsync();

    protected override void OnInitialized() => _browser = new BrowserModule(JS, "./Features/Flows/FlowCanvas.razor.js");

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (firstRender && await _browser.AttachAsync("mount", _root, this, new { FlowId, ReadOnly, Catalog = CanvasStepType.All }))
        {
            await LoadAsync();
            await OnReady.InvokeAsync();
        }
    }

    // Everything on the canvas is drawn by the module; the markup never changes after the first render.
    protected override bool ShouldRender() => !_browser.IsAttached;

    private async Task<ActAnswer> ApplyTextAsync(string? actId, string? text, string?[]? selection)
    {
        var known = Clean(selection);
        IReadOnlyList<FlowEdit>? edits;
        try
        {
            edits = JsonSerializer.Deserialize<IReadOnlyList<FlowEdit>>(text ?? "", Json.Options);
        }
        catch (Exception exception) when (exception is JsonException or NotSupportedException)
        {
            return new ActAnswer(false, "That edit could not be read.");
        }

        if (edits is not { Count: > 0 })
        {
            return new ActAnswer(false, "An act needs at least one edit.");
        }

        var applied = await Editor.ApplyAsync(actId ?? "", edits, _browser.Gone);
        if (selection is not null)
        {
            Editor.Select(known);
            await OnSelect.InvokeAsync(known);
        }

        return applied.TryGet(out var snapshot, out var refusal)
            ? new ActAnswer(true, null, Sequence: snapshot.Sequence)
            : new ActAnswer(false, refusal.Message, refusal.Code);
    }

    private static string[] Clean(string?[]? ids) => ids is null ? [] : [.. ids.OfType<string>().Where(id => id.Length <= 80).Take(500)];

    private static DotNetStreamReference ToStream(byte[] bytes) => new(new MemoryStream(bytes));
}
