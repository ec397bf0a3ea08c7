using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using OtherThing.Core.Access;
using OtherThing.Core.Nodes;
using OtherThing.Tests.Browser.Support;
using OtherThing.Tests.Support;
using OtherThing.Tests.Web.Account;
using OtherThing.Tests.Web.Runs;
using OtherThing.Web.Hosting.Requests;
using static Microsoft.Playwright.Assertions;

namespace OtherThing.Tests.Browser;

/// <summary>Every dialog begins where one goes on: in its first field, or on its act where it only asks; no menu stays over it.</summary>
[Collection(Lanes.Pages)]
public sealed class DialogFocusTests(Chromium chromium, ClockedServer server) : IClassFixture<ClockedServer>
{
    private const string IsWhereOneGoesOn = """
        () => {
          const dialogs = document.querySelectorAll('.mud-dialog');
          const dialog = dialogs[dialogs.length - 1];
          if (!dialog) return 'there is no dialog';
          const fields = [...dialog.querySelectorAll('input:not([type=hidden]):not([type=file]), textarea, select')].filter(each => each.checkVisibility() && !each.disabled && !each.readOnly);
          const first = fields[0] ?? [...dialog.querySelectorAll('.mud-dialog-actions button')].at(-1);
          const menus = [...document.querySelectorAll('.mud-menu-item')].filter(each => each.checkVisibility());
          return menus.length > 0 ? 'a menu is open' : document.activeElement === first ? '' : `the focus is on ${document.activeElement?.outerHTML.slice(0, 120)}, not on ${first?.outerHTML.slice(0, 120)}`;
        }
        """;

    private readonly HashSet<string> _opened = [];

    [Fact]
    public async Task EveryDialog_Opened_BeginsWhereOneGoesOn()
    {
        await using var visit = await WorkspaceVisit.StartAsync(chromium, server);
        var client = new RunClient(visit.Rest, $"/api/v1/workspaces/{visit.Id}");
        var flow = (await client.PostAsync(
            "/flows",
            """{"name":"Ask","flow":{"steps":[{"id":"start","type":"trigger.manual","config":{"fields":[{"name":"topic","required":true}]}},{"id":"out","type":"output","config":{"value":"{{ input.topic }}"}}],"connections":[{"from":"start","port":"out","to":"out"}]}}"""))
                .GetProperty("id")
                .GetString();
        var run = (await client.RunAsync(flow!, """{"input":{"topic":"tides"}}""")).GetProperty("id").GetString();
        await client.PostAsync($"/flows/{flow}/tests", $$"""{"runId":"{{run}}","name":"Tides"}""");
        await AddMemberAsync(visit);
        await AddMachineAsync(visit);
        var page = visit.Page;

        await page.GotoAsync("/");
        await OpenAsync(page, "CreateWorkspaceDialog", Button(page, "New workspace"));
        await OpenAsync(page, "JoinWorkspaceDialog", Button(page, "Join with a code"));
        await visit.GoAsync("tasks");
        await OpenAsync(page, "TaskDialog", Button(page, "New task"));
        await OpenAsync(page, "PaletteDialog", () => page.Keyboard.PressAsync("Control+k"));
        await OpenAsync(page, "KeysDialog", () => page.Keyboard.PressAsync("?"));
        await visit.GoAsync("members");
        await OpenAsync(page, "InviteDialog", Button(page, "Invite people"));
        await OpenAsync(page, "RemoveMemberDialog", () => page.Locator(".ot-button-danger").First.ClickAsync());
        await visit.GoAsync("keys");
        await OpenAsync(page, "AddKeyDialog", Button(page, "Add key"));
        await visit.GoAsync("resources");
        await OpenAsync(page, "NodeDialog", Item(page, "Actions for Attic box", "Name, limits, workspaces"));
        await OpenAsync(page, "ConfirmDialog", Item(page, "Actions for Attic box", "Remove machine"));
        await visit.GoAsync("flows");
        await OpenAsync(page, "ImportFlowDialog", Button(page, "Import"));
        await OpenAsync(page, "FlowSettingsDialog", Item(page, "More about Ask", "Settings…"));
        await OpenAsync(page, "ConfirmDialog", Item(page, "More about Ask", "Delete…"));
        await OpenAsync(page, "RunInputDialog", Button(page, "Run Ask"));
        await visit.GoAsync($"flows/{flow}/tests");
        await OpenAsync(page, "FlowTestDialog", Button(page, "Edit Tides"));
        await visit.GoAsync($"runs/{run}");
        await OpenAsync(page, "RunAgainDialog", Button(page, "Run again with…"));
        await page.GotoAsync($"/w/{visit.Slug}/flows/{flow}");
        await page.Locator("[data-part=host][data-ready=true]").WaitForAsync();
        await OpenAsync(page, "PublishDialog", () => page.GetByRole(AriaRole.Button, new() { Name = "Publish", Exact = true }).ClickAsync());
        await visit.GoAsync("settings");
        await OpenAsync(page, "ConfirmDialog", Button(page, "Delete workspace"));
        await visit.GoAsync("members");
        server.Clock.Advance(Door.FreshFor + TimeSpan.FromSeconds(2));
        await OpenAsync(page, "ConfirmIdentityDialog", () => page.Locator(".members-role").SelectOptionAsync("Admin"));

        var all = typeof(CurrentActor).Assembly.GetTypes()
            .Where(type => typeof(IComponent).IsAssignableFrom(type) && type.Name.EndsWith("Dialog", StringComparison.Ordinal)).Select(type => type.Name);
        Assert.Equal(all.Order(StringComparer.Ordinal), _opened.Order(StringComparer.Ordinal));
    }

    private static Func<Task> Button(IPage page, string name) => () => page.GetByRole(AriaRole.Button, new() { Name = name }).First.ClickAsync();

    private static Func<Task> Item(IPage page, string menu, string item) => async () =>
    {
        await page.GetByRole(AriaRole.Button, new() { Name = menu }).ClickAsync();
        await page.GetByRole(AriaRole.Menuitem, new() { Name = item }).ClickAsync();
    };

    private async Task OpenAsync(IPage page, string dialog, Func<Task> open)
    {
        var said = "";
        await open();
        await Expect(page.GetByRole(AriaRole.Dialog)).ToHaveCountAsync(1);
        await Patience.UntilAsync(
            async () => (said = await page.EvaluateAsync<string>(IsWhereOneGoesOn)).Length == 0, () => $"{dialog} begins where one goes on: {said}");
        await DraftTests.EscapeAsync(page);
        await Expect(page.Locator(".mud-menu-item:visible")).ToHaveCountAsync(0);
        _opened.Add(dialog);
    }

    private async Task AddMemberAsync(WorkspaceVisit visit)
    {
        var workspace = await visit.Rest.GetFromJsonAsync<JsonElement>($"/api/v1/workspaces/{visit.Id}", TestContext.Current.CancellationToken);
        using var person = await server.RegisterAsync();
        using var joined = await person.PostAsJsonAsync(
            "/api/v1/workspaces/join", new { inviteCode = workspace.GetProperty("inviteCode").GetString() }, TestContext.Current.CancellationToken);
        Assert.True(joined.IsSuccessStatusCode);
    }

    private async Task AddMachineAsync(WorkspaceVisit visit)
    {
        var cancellation = TestContext.Current.CancellationToken;
        var owner = (await visit.Rest.GetFromJsonAsync<JsonElement>("/api/v1/me", cancellation)).GetProperty("id").GetGuid();
        var facts = new NodeFacts
        { HostName = "attic", Os = "linux", Arch = "x64", Kinds = ["command"], Resources = new NodeResources { CpuCores = 8, MemoryMb = 16_384 } };
        var node = new Node([.. Guid.NewGuid().ToByteArray()], facts, null, DateTime.UtcNow);
        Assert.Null(node.Claim(owner, "Attic box", joinsNewWorkspaces: false, DateTime.UtcNow));
        var nodes = server.Services.GetRequiredService<INodeStore>();
        await nodes.TryAddAsync(node, cancellation);
        await nodes.AttachOneAsync(node.Id, visit.Id, DateTime.UtcNow, cancellation);
    }
}
