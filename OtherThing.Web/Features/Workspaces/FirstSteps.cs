using OtherThing.Core.Access;
using OtherThing.Core.Keys;
using OtherThing.Core.Nodes;
using OtherThing.Core.Results;
using OtherThing.Core.Runs;
using OtherThing.Core.Tasks;
using OtherThing.Core.Workspaces;
using OtherThing.Web.Components.Layout;

namespace OtherThing.Web.Features.Workspaces;

/// <summary>One of the five things that make an empty workspace work.</summary>
/// <param name="Id">Which.</param>
/// <param name="Title">What to do, as a link says it.</param>
/// <param name="Text">What it is good for.</param>
/// <param name="Page">Where in the workspace it is done.</param>
/// <param name="IsDone">Whether it has happened.</param>
public sealed record FirstStep(string Id, string Title, string Text, string Page, bool IsDone);

/// <summary>The list a new workspace begins with; each step is done when what it asks for is there, whoever did it and however.</summary>
/// <param name="All">In the order that leads from one to the next.</param>
public sealed record FirstSteps(IReadOnlyList<FirstStep> All)
{
    /// <summary>The step that starts the sample flow.</summary>
    public const string Run = "run";

    /// <summary>The events that may tick one.</summary>
    public static IReadOnlyList<Type> Events { get; } =
        [typeof(NodesChanged), typeof(RunsChanged), typeof(TasksChanged), typeof(MembersChanged), typeof(InvitesChanged), typeof(KeysChanged)];

    public int Done => All.Count(step => step.IsDone);

    public bool IsComplete => Done == All.Count;

    /// <summary>The first that has not happened; null when all have.</summary>
    public FirstStep? Next => All.FirstOrDefault(step => !step.IsDone);

    /// <summary>Under which name the browser keeps that the list was put away.</summary>
    public static string PutAwayName(Guid workspaceId) => $"first-steps-{workspaceId}";

    /// <summary>Whether it is for this person: who changes nothing has nothing to begin.</summary>
    public static bool IsFor(WorkspaceContext workspace) => workspace.May(Operations.RunStart);
}

/// <summary>Reads from the workspace itself how far it is.</summary>
internal sealed class FirstStepsReader(
    NodeService nodes, RunService runs, TaskService tasks, WorkspaceService workspaces, InviteService invites, KeyService keys)
{
    private static readonly PageRequest s_one = new(1);

    public async Task<FirstSteps> ReadAsync(WorkspaceContext workspace, CancellationToken cancellationToken)
    {
        var (actor, id) = (workspace.Actor, workspace.Id);
        (await nodes.ListAsync(actor, id, cancellationToken)).TryGet(out var machines, out _);
        return new FirstSteps(
        [
            new("machine", "Connect a machine", "Steps that run commands, scripts or models need a machine of yours or of a colleague.", "resources",
                machines is { Count: > 0 }),
            new(FirstSteps.Run, "Run the sample", "It fetches a text, counts its words on a machine and says whether the text is long. It needs no key.",
                "flows",
                IsAny(await runs.ListAsync(actor, id, new RunFilter(Status: RunStatus.Succeeded), s_one, cancellationToken))),
            new("task", "Create a task", "A card on the board says what is to be done and by whom. It can be about a flow, and a run can make one.", "tasks",
                IsAny(await tasks.ListAsync(actor, id, new TaskFilter(), s_one, cancellationToken))),
            new("people", "Invite a colleague", "They bring their machines and keys, and see what you see.", "members",
                await AreOthersAsync(workspace, cancellationToken)),
            new("key", "Add an API key", "Steps that ask a model need a key. Nobody can read it, and whoever adds it pays for what flows do with it.", "keys",
                IsAny(await keys.ListAsync(actor, id, s_one, cancellationToken))),
        ]);
    }

    private async Task<bool> AreOthersAsync(WorkspaceContext workspace, CancellationToken cancellationToken) =>
        ((await workspaces.FindAsync(workspace.Actor, workspace.Id, cancellationToken)).TryGet(out var view, out _) && view.MemberCount > 1)
        || (workspace.May(Operations.InviteList) && IsAny(await invites.ListAsync(workspace.Actor, workspace.Id, s_one, cancellationToken)));

    private static bool IsAny<T>(Result<Page<T>> found) => found.TryGet(out var page, out _) && page.Items.Count > 0;
}
