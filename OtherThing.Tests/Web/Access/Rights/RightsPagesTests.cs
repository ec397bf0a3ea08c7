using OtherThing.Core.Access;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Web.Access.Rights;

/// <summary>
/// The table of rights against the pages: a control is offered to exactly those who may, and pressed by somebody whose page is wrong
/// about their role it is refused by the service.
/// </summary>
public sealed class RightsPagesTests(SharedServer server)
{
    /// <summary>Pages and controls with rights that are not tried here, each with the reason.</summary>
    private static readonly Dictionary<string, string> s_without = new()
    {
        ["LoginPage, RegisterPage, ForgotPage, ResetPage, TwoFactorPage, ConfirmPage, LogoutPage"] = "Before or beside a sign-in: no row.",
        ["AccountPage"] = "One's own account and tokens (A77): any signed-in person; AccountPagesTests and TokenEndpointsTests.",
        ["AdministrationPage"] = "For the person of the first account, whoever that is in a workspace: PasswordHelpTests.",
        ["NotFoundPage, DownloadsPage"] = "For everybody.",
        ["WorkspacesPage, JoinPage"] = "A01 and A20: any signed-in person.",
        ["LinkPage"] = "Takes one's own machine: any signed-in person. Which workspaces it offers is A50, asked by the service.",
        ["RunListPage, RunComparePage"] = "Only links.",
        ["TaskDialog"] = "Opened from the board; its fields follow A23 and A24, its Delete A25: TaskEndpointsTests and the service.",
        ["RunPage: settle a step"] = "Needs a step of unknown outcome: RunControlPageTests shows it; A42 is asked by the service.",
        ["FlowEditorPage: panel of a step"] = "Run this step, pin, new address of a webhook: selected on the canvas, in Browser tests; asked by the service.",
        ["UsageSummary: by member or key"] = "A Member sees their own rows (A70): UsageEndpointsTests.",
        ["WorkspaceLayout: Settings in the rail"] = "A link.",
    };

    [Fact]
    public async Task Pages_EachControlAndRole_IsOfferedAsTheTableSays()
    {
        await using var scene = await RightsScene.OpenAsync(server);
        List<string> wrong = [];
        var cells = 0;
        foreach (var control in RightsControls.All)
        {
            foreach (var (role, person, own, may) in CellsOf(control, scene))
            {
                cells++;
                await scene.ResetAsync();
                var thing = await MakeAsync(control, scene, person, own);
                await using var page = new RightsPage(scene, person, role);
                try
                {
                    if (await FindAsync(control, page, scene, thing, may) is var found && found is not null != may)
                    {
                        wrong.Add($"{control.Row} {control.Name}, {role}{(own ? " on their own" : "")}: {(found is null ? "not offered" : "offered")}");
                    }
                }
                catch (Exception exception) when (exception is not OperationCanceledException)
                {
                    wrong.Add($"{control.Row} {control.Name}, {role}: {exception.GetType().Name} {exception.Message.Split('\n')[0]}");
                }
            }
        }

        RightsMatrix.AssertNone(wrong, cells, "Pages");
    }

    [Fact]
    public async Task Pages_ForgedEventOfWhoMayNot_IsRefusedByTheService()
    {
        await using var scene = await RightsScene.OpenAsync(server);
        List<string> wrong = [];
        var cells = 0;
        foreach (var control in RightsControls.All.Where(control => control.NotForged is null))
        {
            // The strongest who may not, on a page that takes them for an Owner.
            if (CellsOf(control, scene)
                .Where(cell => !cell.May && cell.Role != Role.Owner)
                .OrderByDescending(cell => cell.Role)
                .FirstOrDefault() is not { Person: { } person } cell)
            {
                continue;
            }

            cells++;
            await scene.ResetAsync();
            var thing = await MakeAsync(control, scene, person, own: false);
            await using var page = new RightsPage(scene, person, Role.Owner);
            try
            {
                var found = await FindAsync(control, page, scene, thing, isExpected: false);
                if (found is null)
                {
                    // What even an Owner's page does not offer cannot be pressed.
                    if (RightsTable.Rows[control.Row].For(Role.Owner) != Grant.Deny)
                    {
                        wrong.Add($"{control.Row} {control.Name}: not there to be forged by {cell.Role}");
                    }

                    continue;
                }

                if (control.Act is { } act)
                {
                    await act(page, found);
                }
                else
                {
                    RightsPage.Press(found);
                }

                await page.RefusedAsync();
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                wrong.Add($"{control.Row} {control.Name}, forged by {cell.Role}: {exception.GetType().Name} {exception.Message.Split('\n')[0]}");
            }
        }

        RightsMatrix.AssertNone(wrong, cells, "Forged events");
    }

    [Fact]
    public void Pages_EachPage_IsTriedOrHasAReason()
    {
        var pages = typeof(OtherThing.Web.Hosting.Requests.CurrentActor).Assembly.GetTypes()
            .Where(type => type.GetCustomAttributes(typeof(Microsoft.AspNetCore.Components.RouteAttribute), false).Length > 0).Select(type => type.Name);
        string[] tried = [
            "TasksPage", "FirstStepsPage", "MembersPage", "SettingsPage", "ConsolePage", "KeysPage", "FlowListPage", "FlowGalleryPage", "FlowVersionsPage",
            "FlowTestsPage", "FlowEditorPage", "RunPage", "ResourcesPage", "NodesPage", "AuditPage"];

        Assert.Equal("", string.Join('\n', pages.Except(tried).Where(page => !s_without.Keys.Any(names => names.Split(", ").Contains(page)))));
    }

    private static IEnumerable<(Role Role, RightsPerson Person, bool Own, bool May)> CellsOf(RightsControl control, RightsScene scene)
    {
        var row = RightsTable.Rows[control.Row];
        var hasOwn = Enum.GetValues<Role>().Any(role => row.For(role) == Grant.Own);
        foreach (var (role, person) in scene.Members)
        {
            yield return (role, person, false, row.For(role) == Grant.Allow);
            if (hasOwn)
            {
                yield return (role, person, true, row.For(role) != Grant.Deny && !IsHidden(control, role));
            }
        }
    }

    /// <summary>
    /// What a Viewer keeps of a thing of their own (R6) is done elsewhere: their key (A65) over the API, since the page of keys is closed to
    /// them (A59); their machine among their own, since it does not serve a workspace in which they may bring none (A50).
    /// </summary>
    private static bool IsHidden(RightsControl control, Role role) =>
        (control.Row == "A65" && RightsTable.Rows["A59"].For(role) == Grant.Deny)
        || (control.Name.StartsWith("Resources: ", StringComparison.Ordinal) && RightsTable.Rows["A50"].For(role) == Grant.Deny);

    private static async Task<Guid> MakeAsync(RightsControl control, RightsScene scene, RightsPerson person, bool own) =>
        control.Make is { } make ? await make(scene, own ? person.Id : scene.Other.Id) : Guid.Empty;

    private static async Task<AngleSharp.Dom.IElement?> FindAsync(RightsControl control, RightsPage page, RightsScene scene, Guid thing, bool isExpected)
    {
        await control.Open(page, scene, thing);
        if (control.Menu is { } menu && !page.OpenMenu(await menu(scene, thing)))
        {
            return null;
        }

        return await page.FindAsync(await control.Find(scene, thing), isExpected);
    }
}
