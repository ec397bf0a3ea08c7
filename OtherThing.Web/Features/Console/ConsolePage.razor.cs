using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;
using OtherThing.Core.Console;
using OtherThing.Core.Results;
using OtherThing.Web.Components.Layout;
using OtherThing.Web.Components.Shared;

namespace OtherThing.Web.Features.Console;

public sealed partial class ConsolePage
{
    /// <summary>Blocks past this many leave at the top.</summary>
    private const int MaxBlocks = 200;

    private static readonly string[] s_examples = ["help", "stats", "tasks --mine", "runs --failed --since 1d", "usage --by model"];

    private readonly List<ConsoleEntry> _blocks = [];
    private BrowserModule _browser = null!;
    private ElementReference _root;
    private bool _busy;
    private bool _scroll;
    private bool _entered;
    private string _said = "";

    [Parameter]
    public string Slug { get; set; } = "";

    [CascadingParameter]
    public required WorkspaceContext Workspace { get; set; }

    [Inject]
    public required ConsoleService Console { get; init; }

    [Inject]
    public required TimeProvider Clock { get; init; }

    [Inject]
    public required IJSRuntime Js { get; init; }

    /// <summary>Called by the browser with the line that was entered.</summary>
    [JSInvokable]
    public async Task ExecuteAsync(string? line)
    {
        if (string.IsNullOrWhiteSpace(line) || _busy)
        {
            return;
        }

        var block = new ConsoleEntry(TextCut.Head(line, ConsoleService.MaxLine), Clock.GetUtcNow().UtcDateTime);
        _blocks.Add(block);
        if (_blocks.Count > MaxBlocks)
        {
            _blocks.RemoveAt(0);
        }

        (_busy, _scroll) = (true, true);
        StateHasChanged();
        try
        {
            var done = await Console.ExecuteAsync(Workspace.Actor, Workspace.Id, block.Line, _browser.Gone);
            block.Result = done.TryGet(out var result, out var error)
                ? result
                : new ConsoleResult(1, error.Message, null, Code: error.Code);
            block.Took = Clock.GetUtcNow().UtcDateTime - block.At;
            _said = block.Result.ExitCode == 0
                ? $"{block.Line}: {(block.Result.Output?.Rows is { } rows ? $"{rows.Count} rows" : "done")}"
                : $"{block.Line}: {block.Result.Text}";
        }
        catch (OperationCanceledException) when (_browser.Gone.IsCancellationRequested)
        {
            return;
        }
        finally
        {
            _busy = false;
        }

        _scroll = true;
        StateHasChanged();
    }

    /// <summary>Called by the browser on Tab: the commands that start so.</summary>
    [JSInvokable]
    public IReadOnlyList<string> Complete(string? start) => start is { Length: <= 100 } ? Console.Complete(start) : [];

    /// <summary>Called by the browser on Ctrl+L.</summary>
    [JSInvokable]
    public void Clear()
    {
        _blocks.Clear();
        _said = "Cleared";
        StateHasChanged();
    }

    public ValueTask DisposeAsync() => _browser.DisposeAsync();

    /// <summary>The module takes the lines; one entered before it came waits for it.</summary>
    private void NoteEarlyLine() => _entered |= !_browser.IsAttached;

    protected override void OnInitialized() => _browser = new BrowserModule(Js, "./Features/Console/ConsolePage.razor.js");

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (firstRender)
        {
            await _browser.AttachAsync("attach", _root, this, Workspace.Id.ToString());
            if (_entered)
            {
                await _browser.CallAsync("submit");
            }
        }

        if (_scroll && _browser.IsAttached)
        {
            _scroll = false;
            await _browser.CallAsync("scrollToEnd");
        }
    }
}
