using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace OtherThing.Web.Components.Shared;

/// <summary>
/// A component's ES module in the browser and the object it attached to the component's element. A person may leave the page while
/// the module is still on its way; whatever is asked for after that is quietly not done.
/// </summary>
/// <param name="js">The circuit's browser.</param>
/// <param name="path">The module, as <c>import</c> takes it.</param>
public sealed class BrowserModule(IJSRuntime js, string path) : IAsyncDisposable
{
    private readonly CancellationTokenSource _disposal = new();
    private IJSObjectReference? _module;
    private IJSObjectReference? _attached;
    private Action? _releaseOwner;

    /// <summary>Cancelled when the component goes.</summary>
    public CancellationToken Gone => _disposal.Token;

    public bool IsAttached => _attached is not null && !_disposal.IsCancellationRequested;

    /// <summary>
    /// Calls the export with the element, the owner (for calls back) and the rest, and keeps what it returns: an object with a
    /// <c>dispose</c> function, called when the component goes.
    /// </summary>
    /// <returns>False when the component went meanwhile.</returns>
    public async Task<bool> AttachAsync<TOwner>(string export, ElementReference element, TOwner owner, params object?[] rest)
        where TOwner : class
    {
        try
        {
            if (await ImportAsync() is not { } module)
            {
                return false;
            }

            var self = DotNetObjectReference.Create(owner);
            _releaseOwner = self.Dispose;
            var attached = await module.InvokeAsync<IJSObjectReference>(export, _disposal.Token, [element, self, .. rest]);
            if (_disposal.IsCancellationRequested)
            {
                await LetGoAsync(attached);
                return false;
            }

            _attached = attached;
            return true;
        }
        catch (Exception exception) when (IsGone(exception))
        {
            return false;
        }
    }

    /// <summary>Calls a function of the attached object, if it is still there.</summary>
    public async Task CallAsync(string function, params object?[] arguments)
    {
        if (_attached is not { } attached || _disposal.IsCancellationRequested)
        {
            return;
        }

        try
        {
            await attached.InvokeVoidAsync(function, _disposal.Token, arguments);
        }
        catch (Exception exception) when (IsGone(exception))
        {
            // The page is disposed next.
        }
    }

    /// <summary>Calls a function of the attached object.</summary>
    /// <returns>What it answered, or the type's default when it is not there, or not any more.</returns>
    public async Task<T?> AskAttachedAsync<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors
        | DynamicallyAccessedMemberTypes.PublicFields | DynamicallyAccessedMemberTypes.PublicProperties)] T>(string function, params object?[] arguments)
    {
        try
        {
            return _attached is { } attached && !_disposal.IsCancellationRequested
                ? await attached.InvokeAsync<T>(function, _disposal.Token, arguments)
                : default;
        }
        catch (Exception exception) when (IsGone(exception))
        {
            return default;
        }
    }

    /// <summary>Calls an export of the module.</summary>
    /// <returns>What it answered, or the type's default when the component went meanwhile.</returns>
    public async Task<T?> AskAsync<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors
        | DynamicallyAccessedMemberTypes.PublicFields | DynamicallyAccessedMemberTypes.PublicProperties)] T>(string export, params object?[] arguments)
    {
        try
        {
            return await ImportAsync() is { } module ? await module.InvokeAsync<T>(export, _disposal.Token, arguments) : default;
        }
        catch (Exception exception) when (IsGone(exception))
        {
            return default;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_disposal.IsCancellationRequested)
        {
            return;
        }

        await _disposal.CancelAsync();
        await LetGoAsync(_attached);
        _releaseOwner?.Invoke();
        try
        {
            if (_module is not null)
            {
                await _module.DisposeAsync();
            }
        }
        catch (Exception exception) when (IsGone(exception))
        {
            // The module went with its browser.
        }
    }

    private static async Task LetGoAsync(IJSObjectReference? attached)
    {
        try
        {
            if (attached is not null)
            {
                await attached.InvokeVoidAsync("dispose");
                await attached.DisposeAsync();
            }
        }
        catch (Exception exception) when (IsGone(exception))
        {
            // The browser is gone, and the object with it.
        }
    }

    private static bool IsGone(Exception exception) => exception is JSDisconnectedException or OperationCanceledException or ObjectDisposedException;

    // One await of the import, then a look whether anybody still wants it.
    private async Task<IJSObjectReference?> ImportAsync()
    {
        if (_disposal.IsCancellationRequested)
        {
            return null;
        }

        _module ??= await js.InvokeAsync<IJSObjectReference>("import", _disposal.Token, path);
        if (!_disposal.IsCancellationRequested)
        {
            return _module;
        }

        await _module.DisposeAsync();
        return null;
    }
}
