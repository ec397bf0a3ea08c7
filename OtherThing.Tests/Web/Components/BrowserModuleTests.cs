using Microsoft.JSInterop;
using OtherThing.Web.Components.Shared;

namespace OtherThing.Tests.Web.Components;

public sealed class BrowserModuleTests
{
    private readonly SlowBrowser _browser = new();

    [Fact]
    public async Task AttachAsync_ComponentGoneBeforeTheModuleCame_CallsNothing()
    {
        var module = new BrowserModule(_browser, "./a.js");
        var attaching = module.AttachAsync("attach", default, this);

        await module.DisposeAsync();
        _browser.Import.SetResult(_browser.Module);

        Assert.False(await attaching);
        Assert.Equal(["dispose-reference"], _browser.Module.Calls);
    }

    [Fact]
    public async Task AttachAsync_ComponentGoneWhileAttaching_LetsGoOfWhatCame()
    {
        _browser.Import.SetResult(_browser.Module);
        var module = new BrowserModule(_browser, "./a.js");
        var attaching = module.AttachAsync("attach", default, this);

        await module.DisposeAsync();
        _browser.Module.Attached.SetResult(_browser.Handle);

        Assert.False(await attaching);
        Assert.Equal(["dispose", "dispose-reference"], _browser.Handle.Calls);
    }

    [Fact]
    public async Task CallAsync_AfterDisposal_IsNotSent()
    {
        _browser.Import.SetResult(_browser.Module);
        _browser.Module.Attached.SetResult(_browser.Handle);
        var module = new BrowserModule(_browser, "./a.js");

        Assert.True(await module.AttachAsync("attach", default, this));
        await module.CallAsync("show");
        await module.DisposeAsync();
        await module.CallAsync("show");

        Assert.Equal(["show", "dispose", "dispose-reference"], _browser.Handle.Calls);
        Assert.Equal(["attach", "dispose-reference"], _browser.Module.Calls);
    }

    [Fact]
    public async Task AskAsync_CircuitGone_AnswersTheDefault()
    {
        _browser.Import.SetException(new JSDisconnectedException("gone"));
        var module = new BrowserModule(_browser, "./a.js");

        Assert.Null(await module.AskAsync<string>("system"));
        await module.DisposeAsync();
    }

    private sealed class SlowBrowser : IJSRuntime
    {
        public TaskCompletionSource<IJSObjectReference> Import { get; } = new();

        public Handle Module { get; } = new();

        public Handle Handle { get; } = new();

        public ValueTask<TValue> InvokeAsync<TValue>(string identifier, object?[]? args) => InvokeAsync<TValue>(identifier, default, args);

        public async ValueTask<TValue> InvokeAsync<TValue>(string identifier, CancellationToken cancellationToken, object?[]? args) =>
            (TValue)await Import.Task;
    }

    private sealed class Handle : IJSObjectReference
    {
        public List<string> Calls { get; } = [];

        public TaskCompletionSource<IJSObjectReference> Attached { get; } = new();

        public ValueTask<TValue> InvokeAsync<TValue>(string identifier, object?[]? args) => InvokeAsync<TValue>(identifier, default, args);

        public async ValueTask<TValue> InvokeAsync<TValue>(string identifier, CancellationToken cancellationToken, object?[]? args)
        {
            Calls.Add(identifier);
            return identifier == "attach" ? (TValue)await Attached.Task : default!;
        }

        public ValueTask DisposeAsync()
        {
            Calls.Add("dispose-reference");
            return ValueTask.CompletedTask;
        }
    }
}
