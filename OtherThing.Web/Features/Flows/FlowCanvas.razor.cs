using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;
using OtherThing.Core.Flows;
using OtherThing.Core.Results;

namespace OtherThing.Web.Features.Flows;

/// <summary>What the canvas hears about an act it sent.</summary>
public sealed record ActAnswer(bool Ok, string? Message, string? Code = null, long Sequence = 0);

public sealed partial class FlowCanvas : IAsyncDisposable
{
    // One hub message holds 32 KB; what may be larger travels as a stream of small ones.
    private const int SmallMessage = 20_000;
    private const long LargestAct = 8 * 1024 * 1024;
    private readonly string _helpId = "fc-help-" + Guid.NewGuid().ToString("N")[..8];
    private readonly CancellationTokenSource _disposal = new();
    private ElementReference _root;
    private IJSObjectReference? _module;
    private IJSObjectReference? _canvas;
    private DotNetObjectReference<FlowCanvas>? _self;

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

        await using var stream = await edits.OpenReadStreamAsync(LargestAct, _disposal.Token);
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return await ApplyTextAsync(actId, await reader.ReadToEndAsync(_disposal.Token), selection);
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
    public async Task<string?> UndoAsync() => (await Editor.UndoAsync(_disposal.Token))?.Message;

    [JSInvokable]
    public async Task<string?> RedoAsync() => (await Editor.RedoAsync(_disposal.Token))?.Message;

    /// <summary>Shows the whole document as it is now.</summary>
    public async Task LoadAsync()
    {
        if (_canvas is null)
        {
            return;
        }

        var snapshot = Editor.Snapshot;
        using var stream = ToStream(Encoding.UTF8.GetBytes(FlowJson.Write(snapshot.Definition)));
        await CallAsync("load", stream, snapshot.Sequence);
    }

    /// <summary>Shows acts that the server has applied.</summary>
    public async Task ReceiveAsync(IReadOnlyList<FlowEdited> acts)
    {
        var events = JsonSerializer.SerializeToUtf8Bytes(
            acts.Select(act => new { act.Sequence, Id = act.ActId, act.Edits }), Json.Options);
        if (events.Length < SmallMessage)
        {
            await CallAsync("receive", JsonElement.Parse(events));
            return;
        }

        using var stream = ToStream(events);
        await CallAsync("receiveLarge", stream);
    }

    /// <summary>Shows how a run is going, by step id.</summary>
    public Task ShowStatusesAsync(object statuses) => CallAsync("statuses", Json.ToElement(statuses));

    /// <summary>Shows the first problem of each step.</summary>
    public Task ShowProblemsAsync(IReadOnlyDictionary<string, string> problems) => CallAsync("problems", problems);

    /// <summary>Shows what others have selected, by step id.</summary>
    public Task ShowOthersAsync(object others) => CallAsync("others", Json.ToElement(others));

    /// <summary>Selects, and brings the first into sight.</summary>
    public Task ShowSelectionAsync(IReadOnlyList<string> ids, bool reveal) => CallAsync("select", ids, reveal);

    public async ValueTask DisposeAsync()
    {
        await _disposal.CancelAsync();
        try
        {
            if (_canvas is not null)
            {
                await _canvas.InvokeVoidAsync("dispose");
                await _canvas.DisposeAsync();
            }

            if (_module is not null)
            {
                await _module.DisposeAsync();
            }
        }
        catch (Exception exception) when (exception is JSDisconnectedException or OperationCanceledException)
        {
            // The browser is gone.
        }

        _self?.Dispose();
        _disposal.Dispose();
    }

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (!firstRender)
        {
            return;
        }

        _self = DotNetObjectReference.Create(this);
        _module = await JS.InvokeAsync<IJSObjectReference>("import", _disposal.Token, "./Features/Flows/FlowCanvas.razor.js");
        _canvas = await _module.InvokeAsync<IJSObjectReference>("mount", _disposal.Token, _root, _self, new
        {
            FlowId,
            ReadOnly,
            Catalog = CanvasStepType.All,
        });
        await LoadAsync();
        await OnReady.InvokeAsync();
    }

    // Everything on the canvas is drawn by the module; the markup never changes after the first render.
    protected override bool ShouldRender() => _canvas is null;

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

        var applied = await Editor.ApplyAsync(actId ?? "", edits, _disposal.Token);
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

    private async Task CallAsync(string name, params object?[] arguments)
    {
        if (_canvas is null || _disposal.IsCancellationRequested)
        {
            return;
        }

        try
        {
            await _canvas.InvokeVoidAsync(name, _disposal.Token, arguments);
        }
        catch (Exception exception) when (exception is JSDisconnectedException or OperationCanceledException)
        {
            // The browser is gone; the page is disposed next.
        }
    }
}
