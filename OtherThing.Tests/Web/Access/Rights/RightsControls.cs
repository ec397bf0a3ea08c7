using OtherThing.Core.Access;
using OtherThing.Core.Approvals;
using OtherThing.Core.Flows;
using OtherThing.Core.Keys;
using OtherThing.Core.Nodes;
using OtherThing.Core.Results;
using OtherThing.Core.Tasks;
using OtherThing.Core.Workspaces;
using OtherThing.Web.Features.Audit;
using OtherThing.Web.Features.Console;
using OtherThing.Web.Features.Flows;
using OtherThing.Web.Features.Flows.Editing;
using OtherThing.Web.Features.Flows.Gallery;
using OtherThing.Web.Features.Flows.Tests;
using OtherThing.Web.Features.Flows.Versions;
using OtherThing.Web.Features.Keys;
using OtherThing.Web.Features.Nodes;
using OtherThing.Web.Features.Resources;
using OtherThing.Web.Features.Runs;
using OtherThing.Web.Features.Tasks;
using OtherThing.Web.Features.Workspaces;

namespace OtherThing.Tests.Web.Access.Rights;

/// <summary>One control of a page that carries a right.</summary>
/// <param name="Row">The row.</param>
/// <param name="Name">Page and control, for people who read a failure.</param>
/// <param name="Open">Opens the page about the thing.</param>
/// <param name="Find">The control's label for the thing.</param>
internal sealed record RightsControl(
    string Row, string Name, Func<RightsPage, RightsScene, Guid, Task> Open, Func<RightsScene, Guid, Task<string>> Find)
{
    public Func<RightsScene, Guid, Task<Guid>>? Make { get; init; }

    /// <summary>The label of the menu it is in.</summary>
    public Func<RightsScene, Guid, Task<string>>? Menu { get; init; }

    /// <summary>What follows the press; null where the press itself is the act. It gets the control.</summary>
    public Func<RightsPage, AngleSharp.Dom.IElement, Task>? Act { get; init; }

    /// <summary>Why no forged event is tried; null when one is.</summary>
    public string? NotForged { get; init; }

    public bool Disturbs { get; init; }
}

internal static class RightsControls
{
    private const string SameAct = "The same method as another control that is forged; behind a form.";

    public static IReadOnlyList<RightsControl> All { get; } =
        [.. OfTasks(), .. OfWorkspace(), .. OfKeys(), .. OfFlows(), .. OfRuns(), .. OfNodes()];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static IEnumerable<RightsControl> OfTasks()
    {
        yield return new("A22", "Tasks: New task", Page<TasksPage>("[data-card], .ot-empty"), Label("New task"))
        { Make = (scene, maker) => scene.TaskAsync(maker), Act = Then(page => page.Send("#task-form", ("#task-title", "Forged", false))) };
        yield return new(
            "A23", "Tasks: move a card", Page<TasksPage>("[data-card], .ot-empty"), async (scene, task) => $"Move T-{await NumberAsync(scene, task)}")
        {
            Make = (scene, maker) => scene.TaskAsync(maker),
            Act = async (page, control) =>
            {
                var card = Guid.Parse(control.Closest("[data-card]")!.GetAttribute("data-card")!);
                await page.TellAsync<TaskBoard>(board => board.OnMove.InvokeAsync((card, new TaskPlace(TaskState.Done))));
            },
        };
    }

    private static IEnumerable<RightsControl> OfWorkspace()
    {
        yield return new(
            "A17", "Members: Invite people", Page<MembersPage>("tbody tr"), Label("Invite people"))
        { Act = Then(page => page.Send("#invite-form")) };
        yield return OnTarget(
            "A11", "Members: role of a Member", Role.Member, "Role of ", (_, control) => Done(() => RightsPage.Choose(control, nameof(Role.Viewer))));
        yield return OnTarget(
            "A12", "Members: role of an Admin", Role.Admin, "Role of ", (_, control) => Done(() => RightsPage.Choose(control, nameof(Role.Member))));
        yield return OnTarget("A13", "Members: role of an Owner", Role.Owner, "Role of ", null);
        yield return OnTarget("A08", "Members: hand over", Role.Admin, "Hand over to ", Then(page => page.Confirm()));
        yield return OnTarget("A14", "Members: remove a Member", Role.Member, "Remove ", Then(page => page.Confirm()));
        yield return OnTarget("A15", "Members: remove an Admin", Role.Admin, "Remove ", Then(page => page.Confirm()));
        yield return OnTarget("A13", "Members: remove an Owner", Role.Owner, "Remove ", null);
        yield return new("A19", "Members: take an invite back", Page<MembersPage>("tbody tr"), Label("Revoke"))
        {
            Make = (scene, maker) =>
            OnlyInviteAsync(scene, Role.Member),
            NotForged = "Whoever may not take one back is not told of any: there is nothing to press."
        };
        // The note of A19: an Admin cannot take back an invite that makes an Admin. Its rights are those of A18, which makes one.
        yield return new("A18", "Members: take an Admin's invite back", Page<MembersPage>("tbody tr"), Label("Revoke"))
        {
            Make = (scene, maker) =>
            OnlyInviteAsync(scene, Role.Admin)
        };
        yield return new(
            "A03", "Settings: save", Page<SettingsPage>("#settings-name"), Label("Save settings"))
        { Act = (page, _) => Done(() => page.SendOwn("form")) };
        yield return new(
            "A07", "Settings: delete the workspace", Page<SettingsPage>("#settings-name"),
            Label("Delete workspace"))
        { Act = Then(page => page.Confirm(page.Workspace.Slug)) };
        yield return new("A75", "Audit: check", Page<AuditPage>("[role=search], [role=alert]"), Label("Check that nothing was changed"))
        { NotForged = "Who may not read it is shown the refusal alone: there is nothing to press." };
        yield return new("A37", "Get started: run the sample", Page<FirstStepsPage>("[data-step]"), Label("Run the sample"));
        yield return new(
            "A44", "Console: run a line", Page<ConsolePage>("h1"),
            Label("Run"))
        { NotForged = "Lines come from a script; RightsConsoleTests asks the service what a Viewer's line is answered." };
        yield return new("A44", "Console: an example", Page<ConsolePage>("h1"), Label("help"));
    }

    private static IEnumerable<RightsControl> OfKeys()
    {
        yield return new("A61", "Keys: Add key", Page<KeysPage>("[data-key], [role=alert], .ot-empty"), Label("Add key"))
        {
            Make = (scene, maker) => scene.KeyAsync(maker),
            NotForged = "A Viewer cannot see the page's list (A59), and everybody else may add; RightsServiceTests asks the service.",
        };
        yield return new(
            "A64", "Keys: Test", Page<KeysPage>("[data-key], [role=alert], .ot-empty"), async (scene, key) => $"Test {await NameOfKeyAsync(scene, key)}")
        {
            Make = (scene, maker) => scene.KeyAsync(maker),
            NotForged = "As for adding one.",
        };
        // Who cannot see the list of keys (A59) is offered nothing in it, also not his own: RightsServiceTests asks the service, which lets him.
        yield return new(
            "A65", "Keys: Remove", Page<KeysPage>("[data-key], [role=alert], .ot-empty"), async (scene, key) => $"Remove {await NameOfKeyAsync(scene, key)}")
        { Make = (scene, maker) => scene.KeyAsync(maker), Act = Then(page => page.Confirm()) };
    }

    private static IEnumerable<RightsControl> OfFlows()
    {
        yield return new("A28", "Flows: New flow", Page<FlowListPage>(".fl-row"), Label("New flow"));
        yield return new("A28", "Flows: Import", Page<FlowListPage>(".fl-row"), Label("Import")) { NotForged = SameAct };
        yield return new("A37", "Flows: Run", Page<FlowListPage>(".fl-row"), async (scene, flow) =>
            $"Run {await NameOfFlowAsync(scene, flow)}")
        { Make = (scene, maker) => scene.FlowAsync(maker) };
        yield return InMenu("A32", "Export", null);
        yield return InMenu("A28", "Pause", null);
        yield return InMenu("A28", "Settings…", null) with { NotForged = SameAct };
        yield return InMenu("A28", "Duplicate", null);
        yield return InMenu("A31", "Delete…", Then(page => page.Confirm()));
        yield return new("A28", "Gallery: Use this flow", Page<FlowGalleryPage>(".fg-card"), Label("Use this flow"));
        yield return new("A28", "Versions: Restore", (page, scene, flow) => Done(() =>
        {
            page.GoTo("?show=1");
            page.Open<FlowVersionsPage>(".fv-list", ("FlowId", flow));
        }), Label("Restore version"))
        {
            Make = async (scene, maker) => scene.FlowOf(await scene.EndedRunAsync(maker)),
            Act = Then(page => page.Confirm()),
        };
        yield return OnTests("A37", "Run all tests", null);
        yield return OnTests("A37", "Run Test", null);
        yield return OnTests("A28", "Edit Test", null) with { NotForged = SameAct };
        yield return OnTests("A28", "Delete Test", Then(page => page.Confirm()));
        yield return InEditor("A28", "Undo") with { NotForged = "Edits come from the canvas' script; RightsServiceTests asks the editor." };
        yield return InEditor("A29", "Publish") with { Act = Then(page => page.Confirm()) };
        yield return InEditor("A37", "Run step") with { NotForged = SameAct, Name = "Builder: Run", Find = Label("=Run") };
    }

    private static IEnumerable<RightsControl> OfRuns()
    {
        yield return OnRun("A22", "Create task from this failure", (scene, maker) => scene.FailedRunAsync(maker));
        yield return OnRun("A28", "Save as test", (scene, maker) => scene.EndedRunAsync(maker));
        yield return OnRun("A38", "Run again", (scene, maker) => scene.EndedRunAsync(maker)) with { Find = Label("=Run again") };
        yield return OnRun("A38", "Resume", (scene, maker) => scene.HeldRunAsync(maker));
        yield return OnRun("A40", "Pause", (scene, maker) => scene.WaitingRunAsync(maker));
        yield return OnRun("A40", "Cancel run", (scene, maker) => scene.WaitingRunAsync(maker)) with { Act = null };
        yield return OnRun("A41", "Approve", OpenQuestionAsync);
        yield return OnRun("A41", "Reject", OpenQuestionAsync);
    }

    private static IEnumerable<RightsControl> OfNodes()
    {
        yield return new("A50", "Resources: Connect a machine", Page<ResourcesPage>("#nodes-title"), Label("Connect a machine"))
        { NotForged = "It only unfolds how to; the token is asked for on the account's pages and by the service." };
        yield return OnNode("A51", "Name, limits, workspaces") with { NotForged = "What is one's own comes from the server, not from the page's role." };
        yield return OnNode("A53", "Drain") with { NotForged = "As for the name." };
        yield return OnNode("A54", "Take out of this workspace") with { NotForged = "As for the name." };
        yield return OnNode("A55", "Remove machine") with { NotForged = "As for the name." };
        yield return OnOwn("A51", "Name, limits, workspaces");
        yield return OnOwn("A55", "Remove machine");
        // A machine under suspicion goes on only when its owner says so: the rights are those of A55.
        yield return OnNode("A55", "Resume")
            with
        { Make = QuarantinedAsync, Name = "Resources: resume a machine under suspicion", NotForged = "As for the name." };
    }

    private static RightsControl OnTarget(string row, string name, Role role, string label, Func<RightsPage, AngleSharp.Dom.IElement, Task>? act) =>
        new(row, name, Page<MembersPage>("tbody tr"), async (scene, target) => label + await NameOfAsync(scene, target))
        {
            Make = async (scene, _) =>
            {
                await scene.SetRoleAsync(scene.Target.Id, role);
                return scene.Target.Id;
            },
            Act = act,
            Disturbs = true,
        };

    private static RightsControl InMenu(string row, string label, Func<RightsPage, AngleSharp.Dom.IElement, Task>? act) =>
        new(row, $"Flows: {label}", Page<FlowListPage>(".fl-row"), Label(label))
        {
            Make = (scene, maker) => scene.FlowAsync(maker),
            Menu = async (scene, flow) => $"More about {await NameOfFlowAsync(scene, flow)}",
            Act = act,
        };

    private static RightsControl OnTests(string row, string label, Func<RightsPage, AngleSharp.Dom.IElement, Task>? act) => new(
        row, $"Tests: {label}", (page, scene, test) => Done(() => page.Open<FlowTestsPage>(".ft-row", ("FlowId", scene.FlowOf(test)))), Label(label))
    {
        Make = (scene, maker) => scene.SavedTestAsync(maker),
        Act = act,
    };

    private static RightsControl InEditor(string row, string label) => new(
        row, $"Builder: {label}", (page, scene, flow) => Done(() => page.Open<FlowEditorPage>("[data-flow-editor]", ("FlowId", flow))), Label(label))
    {
        Make = (scene, maker) => scene.FlowAsync(maker),
    };

    private static RightsControl OnRun(string row, string label, Func<RightsScene, Guid, Task<Guid>> make) => new(
        row, $"Run: {label}", (page, scene, run) => Done(() => page.Open<RunPage>(label is "Approve" or "Reject" ? ".ap" : ".rp-facts", ("RunId", run))),
        Label(label))
    {
        Make = make,
    };

    private static RightsControl OnNode(string row, string label) => new(row, $"Resources: {label}", Page<ResourcesPage>("article.node"), Label(label))
    {
        Make = (scene, owner) => scene.NodeAsync(owner),
        Menu = async (scene, node) => $"Actions for {(await scene.Get<INodeStore>().FindAsync(node, Cancel))!.Node.Name}",
    };

    private static RightsControl OnOwn(string row, string label) => new(row, $"Own machines: {label}", Page<NodesPage>("article.node, .ot-empty"), Label(label))
    {
        Make = (scene, owner) => scene.NodeAsync(owner),
        Menu = async (scene, node) => $"Actions for {(await scene.Get<INodeStore>().FindAsync(node, Cancel))!.Node.Name}",
        NotForged = "As for the name.",
    };

    private static Func<RightsPage, RightsScene, Guid, Task> Page<TPage>(string loaded)
        where TPage : Microsoft.AspNetCore.Components.IComponent => (page, _, _) => Done(() => page.Open<TPage>(loaded));

    private static Func<RightsScene, Guid, Task<string>> Label(string label) => (_, _) => Task.FromResult(label);

    private static Func<RightsPage, AngleSharp.Dom.IElement, Task> Then(Action<RightsPage> next) => (page, control) => Done(() =>
    {
        RightsPage.Press(control);
        next(page);
    });

    private static Task Done(Action act)
    {
        act();
        return Task.CompletedTask;
    }

    private static async Task<int> NumberAsync(RightsScene scene, Guid task) =>
        (await scene.Get<ITaskStore>().FindAsync(scene.WorkspaceId, task, deleted: false, Cancel))!.Number;

    private static async Task<string> NameOfFlowAsync(RightsScene scene, Guid flow) =>
        (await scene.Get<IFlowStore>().FindAsync(scene.WorkspaceId, flow, Cancel))!.Name;

    private static async Task<string> NameOfKeyAsync(RightsScene scene, Guid key) =>
        (await scene.Get<IKeyStore>().FindAsync(scene.WorkspaceId, key, Cancel))!.Name;

    private static async Task<string> NameOfAsync(RightsScene scene, Guid user) => (await scene.Get<IAccountStore>().FindAsync(user, Cancel))!.DisplayName;

    /// <summary>The only invite there is.</summary>
    private static async Task<Guid> OnlyInviteAsync(RightsScene scene, Role role)
    {
        var (service, owner) = (scene.Get<InviteService>(), scene.Fresh(scene.Members[Role.Owner]));
        foreach (var open in (await service.ListAsync(owner, scene.WorkspaceId, new PageRequest(), Cancel)).Value.Items)
        {
            await service.RevokeAsync(owner, scene.WorkspaceId, open.Id, Cancel);
        }

        var made = await service.CreateAsync(owner, scene.WorkspaceId, new InviteDraft(role, Email: role == Role.Admin ? "ana@example.org" : null), Cancel);
        Assert.True(made.IsSuccess, made.Error?.Message);
        return made.Value.Invite.Id;
    }

    /// <summary>A run that asks somebody.</summary>
    private static async Task<Guid> OpenQuestionAsync(RightsScene scene, Guid asked)
    {
        var approval = await scene.ApprovalAsync(asked);
        return (await scene.Get<IApprovalStore>().FindAsync(scene.WorkspaceId, approval, Cancel))!.RunId;
    }

    private static async Task<Guid> QuarantinedAsync(RightsScene scene, Guid owner)
    {
        var id = await scene.NodeAsync(owner);
        var node = (await scene.Get<INodeStore>().FindAsync(id, Cancel))!.Node;
        node.Quarantine("Two machines have this key.");
        Assert.True(await scene.Get<INodeStore>().TrySaveAsync(node, Cancel));
        return id;
    }
}
