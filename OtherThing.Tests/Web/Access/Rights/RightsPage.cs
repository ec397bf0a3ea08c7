using System.Globalization;
using System.Security.Claims;
using AngleSharp.Dom;
using Bunit;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using MudBlazor;
using MudBlazor.Services;
using OtherThing.Core.Access;
using OtherThing.Tests.Support;
using OtherThing.Web.Components.Layout;
using OtherThing.Web.Components.Shared.Lists;
using OtherThing.Web.Hosting.Requests;

namespace OtherThing.Tests.Web.Access.Rights;

/// <summary>One person's browser tab: a page over the server's services, with the menus, dialogs and messages beside it.</summary>
internal sealed class RightsPage : IAsyncDisposable
{
    private readonly BunitContext _bunit = new();
    private readonly AsyncServiceScope _scope;
    private readonly IRenderedComponent<MudPopoverProvider> _menus;
    private readonly IRenderedComponent<MudDialogProvider> _dialogs;
    private readonly IRenderedComponent<MudSnackbarProvider> _messages;
    private IRenderedComponent<WorkspaceScope> _page = null!;

    /// <param name="scene">Where.</param>
    /// <param name="person">Who.</param>
    /// <param name="shown">The role the page takes them for: another than they have is what a forged event comes from.</param>
    public RightsPage(RightsScene scene, RightsPerson person, Role shown)
    {
        _bunit.JSInterop.Mode = JSRuntimeMode.Loose;
        _bunit.JSInterop.SetupModule("./Features/Flows/Canvas/FlowCanvas.razor.js").SetupModule("mount", _ => true).Mode = JSRuntimeMode.Loose;
        _bunit.Services.AddMudServices();
        _scope = scene.Server.Services.CreateAsyncScope();
        _bunit.Services.AddFallbackServiceProvider(_scope.ServiceProvider);
        _bunit.Services.AddHttpContextAccessor().AddScoped<CurrentActor>().AddScoped<PageAddress>().AddScoped<Preferences>();
        var now = DateTimeOffset.UtcNow.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        _bunit.AddAuthorization().SetAuthorized(person.Name).SetClaims(
            new Claim(ClaimTypes.NameIdentifier, person.Id.ToString()), new Claim(CurrentActor.AuthenticatedAtClaim, now));
        Workspace = new WorkspaceContext(scene.WorkspaceId, scene.Slug, "Rights", shown, scene.Fresh(person));
        (_menus, _dialogs, _messages) = (_bunit.Render<MudPopoverProvider>(), _bunit.Render<MudDialogProvider>(), _bunit.Render<MudSnackbarProvider>());
    }

    public WorkspaceContext Workspace { get; }

    public string Text => _page.Markup + _menus.Markup + _dialogs.Markup + _messages.Markup;

    /// <summary>Opens a page and waits until what it is about is there.</summary>
    public void Open<TPage>(string loaded, params (string Name, object Value)[] parameters)
        where TPage : IComponent
    {
        _page = _bunit.Render<WorkspaceScope>(around => around.Add(each => each.Workspace, Workspace).AddChildContent<TPage>(builder =>
        {
            foreach (var (name, value) in parameters)
            {
                builder.TryAdd(name, value);
            }
        }));
        _page.WaitForAssertion(() => Assert.NotEmpty(_page.FindAll(loaded)));
    }

    /// <summary>What the layout says once it has noticed another role.</summary>
    public void Become(Role role) => _page.Render(around => around.Add(each => each.Workspace, Workspace with { Role = role }));

    /// <summary>Waits until a text is on the page, or is not.</summary>
    public void Shows(string text, bool isThere = true) =>
        _page.WaitForAssertion(() => Assert.Equal(isThere, _page.Markup.Contains(text, StringComparison.Ordinal)));

    /// <summary>What the address bar says, for a page that reads its query.</summary>
    public void GoTo(string query) => _bunit.Services.GetRequiredService<NavigationManager>().NavigateTo($"/w/{Workspace.Slug}{query}");

    /// <summary>Opens the menu with this label; false when there is none.</summary>
    public bool OpenMenu(string label)
    {
        if (_page.FindAll($"[aria-label='{label}']") is not [var found, ..])
        {
            return false;
        }

        Press(found.LocalName == "button" ? found : found.QuerySelector("button") ?? found);
        _menus.WaitForAssertion(() => Assert.NotEmpty(_menus.FindAll(".mud-menu-item")));
        return true;
    }

    /// <summary>What can be pressed whose label or text begins so, or is so after a <c>=</c>, on the page or in an open menu.</summary>
    public IElement? Find(string text) => _page.FindAll("button, select").Concat(_menus.FindAll(".mud-menu-item")).FirstOrDefault(element =>
        !element.HasAttribute("disabled") && (IsSo(element.GetAttribute("aria-label") ?? "", text) || IsSo(element.TextContent.Trim(), text)));

    /// <summary>The same; what ought to be there is waited for, since a page may be drawn anew at any moment.</summary>
    public async Task<IElement?> FindAsync(string text, bool isExpected)
    {
        var found = Find(text);
        if (found is null && isExpected)
        {
            await Patience.UntilAsync(() => (found = Find(text)) is not null, $"the page offers {text}");
        }

        return found;
    }

    /// <summary>Presses it, without waiting for what it leads to: that may be a question.</summary>
    public static void Press(IElement element) => _ = element.ClickAsync(new());

    /// <summary>Chooses in a list.</summary>
    public static void Choose(IElement element, string value) => _ = element.ChangeAsync(new ChangeEventArgs { Value = value });

    /// <summary>Says yes to the question that is open.</summary>
    public void Confirm(string? typed = null)
    {
        _dialogs.WaitForAssertion(() => Assert.NotEmpty(_dialogs.FindAll(".mud-dialog-actions button")));
        if (typed is not null)
        {
            _dialogs.Find(".mud-dialog input").Input(typed);
        }

        Press(_dialogs.FindAll(".mud-dialog-actions button")[^1]);
    }

    /// <summary>Fills in and sends the form of the dialog that is open.</summary>
    public void Send(string form, params (string Field, string Value, bool WhileTyping)[] fields)
    {
        _dialogs.WaitForAssertion(() => Assert.NotEmpty(_dialogs.FindAll(form)));
        foreach (var (field, value, whileTyping) in fields)
        {
            if (whileTyping)
            {
                _dialogs.Find(field).Input(value);
            }
            else
            {
                _dialogs.Find(field).Change(value);
            }
        }

        _ = _dialogs.Find(form).SubmitAsync();
    }

    /// <summary>Sends a form of the page itself.</summary>
    public void SendOwn(string form) => _ = _page.Find(form).SubmitAsync();

    /// <summary>Tells a part of the page that something happened, as its script would.</summary>
    public Task TellAsync<TPart>(Func<TPart, Task> happened)
        where TPart : IComponent => _page.InvokeAsync(() => happened(_page.FindComponent<TPart>().Instance));

    /// <summary>Waits until the service's refusal is read somewhere.</summary>
    public Task RefusedAsync() => Patience.UntilAsync(
        () => Text.Contains("Your role is ", StringComparison.Ordinal) || Text.Contains("Only the person who owns this machine", StringComparison.Ordinal)
            || Text.Contains("Only owners can revoke", StringComparison.Ordinal),
        "the refusal is shown");

    private static bool IsSo(string label, string text) =>
        text.StartsWith('=') ? label == text[1..] : label.StartsWith(text, StringComparison.Ordinal);

    public async ValueTask DisposeAsync()
    {
        await _bunit.DisposeAsync();
        await _scope.DisposeAsync();
    }
}
