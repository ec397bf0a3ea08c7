using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;
using MudBlazor;
using OtherThing.Core.Console;
using OtherThing.Core.Results;
using OtherThing.Web.Components.Layout;
using OtherThing.Web.Components.Shared;

namespace OtherThing.Web.Features.Console;

public sealed partial class ConsolePage
{
    private static readonly string[] s_examples = ["help", "stats", "tasks --mine", "runs --failed --since 1d", "usage --by model"];

    private ConsoleLines _lines = null!;
    private BrowserModule _browser = null!;
    private ElementReference _root;
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

    [Inject]
    internal ConsoleInbox Inbox { get; init; } = default!;

    [Inject]
    public required IDialogService Dialogs { get; init; }

    /// <summary>Called by the browser with the line that was entered. It is answered at once, so that only a line that did not get through fails.</summary>
    [JSInvokable]
    public void Enter(string? line) => _ = InvokeAsync(async () =>
    {
        try
        {
            await ExecuteAsync(line);
        }
        catch (Exception exception)
        {
            await DispatchExceptionAsync(exception);
        }
    });

    /// <summary>Runs a line, after those that wait before it.</summary>
    public async Task ExecuteAsync(string? line)
    {
        if (string.IsNullOrWhiteSpace(line))
        {
            return;
        }

        var done = await _lines.EnterAsync(TextCut.Head(line, ConsoleService.MaxLine));
        if (done.Result is { } result)
        {
            _said = result.ExitCode == 0
                ? $"{done.Line}: {(result.Output?.Rows is { } rows ? $"{rows.Count} rows" : "done")}"
                : $"{done.Line}: {result.Text}";
            StateHasChanged();
        }
    }

    /// <summary>Called by the browser on Ctrl+C while nothing is selected.</summary>
    [JSInvokable]
    public void Cancel() => _lines.CancelRunning();

    /// <summary>Called by the browser on Tab: the commands that start so.</summary>
    [JSInvokable]
    public IReadOnlyList<string> Complete(string? start) => start is { Length: <= 100 } ? Console.Complete(start) : [];

    /// <summary>Called by the browser on Ctrl+L.</summary>
    [JSInvokable]
    public void Clear()
    {
        _said = "Cleared";
        _lines.Clear();
    }

    public ValueTask DisposeAsync()
    {
        Inbox.Came -= Look;
        _lines.Dispose();
        return _browser.DisposeAsync();
    }

    /// <summary>The module takes the lines; one entered before it came waits for it.</summary>
    private void NoteEarlyLine() => _entered |= !_browser.IsAttached;

    protected override void OnInitialized()
    {
        _browser = new BrowserModule(Js, "./Features/Console/ConsolePage.razor.js");
        Inbox.Came += Look;
        _lines = new ConsoleLines(Clock, RunAsync, Show);
    }

    private void Show()
    {
        _scroll = true;
        _ = InvokeAsync(StateHasChanged);
    }

    private void Look()
    {
        if (Inbox.Take(Workspace.Id) is { } line)
        {
            Enter(line);
        }
    }

    private async Task<ConsoleResult> RunAsync(string line, CancellationToken cancellationToken)
    {
        var done = await Console.ExecuteAsync(
            Workspace.Actor, Workspace.Id, line, cancellationToken, () => ConfirmIdentityDialog.AskAsync(Dialogs));
        return done.TryGet(out var result, out var error) ? result : new ConsoleResult(1, error.Message, null, Code: error.Code);
    }

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (firstRender)
        {
            await _browser.AttachAsync("attach", _root, this, Workspace.Id.ToString());
            if (_entered)
            {
                await _browser.CallAsync("submit");
            }

            Look();
        }

        if (_scroll && _browser.IsAttached)
        {
            _scroll = false;
            await _browser.CallAsync("scrollToEnd");
        }
    }
}
