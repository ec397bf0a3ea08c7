using Microsoft.JSInterop;

namespace OtherThing.Web.Components.Layout;

/// <summary>What a person chose about the pages, kept by the browser (<c>wwwroot/preferences.js</c>); one per circuit.</summary>
public sealed class Preferences(IJSRuntime js) : IAsyncDisposable
{
    private Task<IJSObjectReference>? _module;
    private Task<bool>? _sourceShown;

    /// <summary><c>light</c>, <c>dark</c> or <c>system</c>.</summary>
    public async Task<string> GetThemeAsync() => await (await ModuleAsync()).InvokeAsync<string>("getTheme");

    public async Task SetThemeAsync(string choice) => await (await ModuleAsync()).InvokeVoidAsync("setTheme", choice);

    public async Task<bool> IsRailOpenAsync() => await (await ModuleAsync()).InvokeAsync<bool>("isRailOpen");

    public async Task SetRailAsync(bool open) => await (await ModuleAsync()).InvokeVoidAsync("setRail", open);

    /// <summary>Called when something was put away, or found again.</summary>
    public event Action? PutAwayChanged;

    /// <summary>Whether the person put this away, in this browser.</summary>
    public async Task<bool> IsPutAwayAsync(string name) => await (await ModuleAsync()).InvokeAsync<bool>("isPutAway", name);

    public async Task SetPutAwayAsync(string name, bool away)
    {
        await (await ModuleAsync()).InvokeVoidAsync("setPutAway", name, away);
        PutAwayChanged?.Invoke();
    }

    /// <summary>Whether single letters are commands.</summary>
    public async Task<bool> AreLettersOnAsync() => await (await ModuleAsync()).InvokeAsync<bool>("areLettersOn");

    public async Task SetLettersAsync(bool on) => await (await ModuleAsync()).InvokeVoidAsync("setLetters", on);

    /// <summary>Whether answers of models are shown as they were written; asked of the browser once.</summary>
    public Task<bool> IsSourceShownAsync() => _sourceShown ??= AskSourceShownAsync();

    public async Task SetSourceShownAsync(bool on)
    {
        _sourceShown = Task.FromResult(on);
        await (await ModuleAsync()).InvokeVoidAsync("setSourceShown", on);
    }

    private async Task<bool> AskSourceShownAsync() => await (await ModuleAsync()).InvokeAsync<bool>("isSourceShown");

    public async ValueTask DisposeAsync()
    {
        if (_module is not null)
        {
            try
            {
                await (await _module).DisposeAsync();
            }
            catch (Exception ex) when (ex is JSDisconnectedException or OperationCanceledException)
            {
                // The browser is gone, and its module with it.
            }
        }
    }

    private Task<IJSObjectReference> ModuleAsync() => _module ??= js.InvokeAsync<IJSObjectReference>("import", "/preferences.js").AsTask();
}
