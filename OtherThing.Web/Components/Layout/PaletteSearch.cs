using System.Globalization;
using OtherThing.Core.Access;
using OtherThing.Core.Console;
using OtherThing.Core.Flows;
using OtherThing.Core.Results;
using OtherThing.Core.Runs;
using OtherThing.Core.Tasks;
using OtherThing.Core.Workspaces;

namespace OtherThing.Web.Components.Layout;

/// <summary>Something the palette leads to or does.</summary>
/// <param name="Kind">What it is, as a person says it.</param>
/// <param name="Text">Its name.</param>
/// <param name="Path">Where it is; null for a command.</param>
/// <param name="Line">The line for the console; null for a place.</param>
/// <param name="IsBeginning">Whether the line is only begun: it is put where one types.</param>
public sealed record PaletteEntry(string Kind, string Text, string? Path = null, string? Line = null, bool IsBeginning = false);

/// <summary>Finds pages, flows, tasks, runs and commands by what is typed; everything by the services, as the person.</summary>
internal sealed class PaletteSearch(
    WorkspaceService workspaces, FlowService flows, TaskService tasks, RunService runs, ConsoleService console, Administrator administrator)
{
    /// <summary>The longest text that is searched for, in characters.</summary>
    public const int MaxText = 200;

    private const int OfEach = 6;

    /// <summary>The workspace behind an address in it; null outside of any.</summary>
    public async Task<WorkspaceContext?> FindWorkspaceAsync(Actor actor, string relativePath, CancellationToken cancellationToken)
    {
        var parts = relativePath.Split('?', '#')[0].Split('/');
        return parts is ["w", { Length: > 0 } slug, ..]
            && (await workspaces.FindBySlugAsync(actor, slug, cancellationToken)).TryGet(out var view, out _) && view.Role is { } role
            ? new WorkspaceContext(view.Workspace.Id, slug, view.Workspace.Name, role, actor)
            : null;
    }

    /// <summary>What fits, the best first: pages, then flows, tasks and runs by name, then commands.</summary>
    public async Task<IReadOnlyList<PaletteEntry>> FindAsync(
        Actor actor, WorkspaceContext? workspace, string text, CancellationToken cancellationToken)
    {
        text = text.Trim();
        var found = new List<PaletteEntry>();
        found.AddRange((await PagesAsync(actor, workspace, cancellationToken)).Where(page => Fits(page.Text, text)));
        if (text.Length == 0)
        {
            return found;
        }

        if (workspace is not null)
        {
            found.AddRange(await TasksAsync(workspace, text, cancellationToken));
            found.AddRange(await FlowsAsync(workspace, text, cancellationToken));
            found.AddRange(await RunsAsync(workspace, text, cancellationToken));
            found.AddRange(Commands(workspace, text));
        }

        found.AddRange(await OtherWorkspacesAsync(actor, workspace, text, cancellationToken));
        return found;
    }

    private async Task<List<PaletteEntry>> PagesAsync(Actor actor, WorkspaceContext? workspace, CancellationToken cancellationToken)
    {
        var pages = new List<PaletteEntry>();
        void Add(string text, string path) => pages.Add(new PaletteEntry("Page", text, path));
        if (workspace is not null)
        {
            Add("Tasks", workspace.PathTo("tasks"));
            Add("Flows", workspace.PathTo("flows"));
            Add("Console", workspace.PathTo("console"));
            Add("Resources", workspace.PathTo("resources"));
            Add("API keys", workspace.PathTo("keys"));
            Add("Runs", workspace.PathTo("runs"));
            Add("Members", workspace.PathTo("members"));
            Add("Get started", workspace.PathTo("start"));
            if (workspace.May(Operations.FlowEdit))
            {
                Add("Flow gallery", workspace.PathTo("flows", "gallery"));
            }

            if (workspace.May(Operations.WorkspaceEdit))
            {
                Add("Workspace settings", workspace.PathTo("settings"));
            }

            if (workspace.May(Operations.AuditRead))
            {
                Add("Audit log", workspace.PathTo("audit"));
            }
        }

        Add("Workspaces", "/");
        Add("My machines", "/nodes");
        Add("Downloads", "/downloads");
        Add("Your account", "/account");
        if (await administrator.IsAsync(actor, cancellationToken))
        {
            Add("Administration", "/administration");
        }

        return pages;
    }

    private async Task<IEnumerable<PaletteEntry>> TasksAsync(WorkspaceContext workspace, string text, CancellationToken cancellationToken)
    {
        var numbered = text.StartsWith("T-", StringComparison.OrdinalIgnoreCase) ? text[2..] : text;
        var items = new List<TaskItem>();
        if (int.TryParse(numbered, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && (await tasks.GetByNumberAsync(workspace.Actor, workspace.Id, number, cancellationToken)).TryGet(out var one, out _))
        {
            items.Add(one);
        }

        if ((await tasks.ListAsync(workspace.Actor, workspace.Id, new TaskFilter(Text: text), new PageRequest(OfEach), cancellationToken))
            .TryGet(out var page, out _))
        {
            items.AddRange(page.Items.Where(item => items.All(known => known.Id != item.Id)));
        }

        return items.Select(item => new PaletteEntry("Task", $"T-{item.Number} {item.Title}", workspace.PathTo("tasks", item.Number)));
    }

    private async Task<IEnumerable<PaletteEntry>> FlowsAsync(WorkspaceContext workspace, string text, CancellationToken cancellationToken)
    {
        var found = new List<FlowSummary>();
        for (var request = new PageRequest(PageRequest.MaxLimit); request is not null && found.Count < OfEach;)
        {
            if (!(await flows.ListAsync(workspace.Actor, workspace.Id, request, cancellationToken)).TryGet(out var page, out _))
            {
                break;
            }

            found.AddRange(page.Items.Where(flow => Fits(flow.Name, text)).Take(OfEach - found.Count));
            request = page.Next is not null && PageRequest.Parse(PageRequest.MaxLimit, page.Next).TryGet(out var next, out _) ? next : null;
        }

        return found.Select(flow => new PaletteEntry("Flow", flow.Name, workspace.PathTo("flows", flow.Id)));
    }

    private async Task<IEnumerable<PaletteEntry>> RunsAsync(WorkspaceContext workspace, string text, CancellationToken cancellationToken)
    {
        if (Guid.TryParse(text, out var id))
        {
            return (await runs.GetAsync(workspace.Actor, workspace.Id, id, cancellationToken, brief: true)).TryGet(out var detail, out _)
                ? [Entry(workspace, detail.Run)]
                : [];
        }

        // A run has no name of its own: it is found by its flow, its state or the beginning of its id, among the newest.
        return (await runs.ListAsync(workspace.Actor, workspace.Id, new RunFilter(), new PageRequest(PageRequest.MaxLimit), cancellationToken))
            .TryGet(out var page, out _)
            ? page.Items.Where(run =>
                Fits($"{run.FlowName} {run.Status}", text) || (text.Length > 3 && run.Id.ToString().StartsWith(text, StringComparison.OrdinalIgnoreCase)))
                .Take(OfEach).Select(run => Entry(workspace, run))
            : [];
    }

    private static PaletteEntry Entry(WorkspaceContext workspace, Run run) =>
        new("Run", $"{run.FlowName}, {run.Status.ToString().ToLowerInvariant()}, {run.CreatedAt:yyyy-MM-dd HH:mm} UTC", workspace.PathTo("runs", run.Id));

    /// <summary>The line itself where it is a command, and the commands that begin so.</summary>
    private IEnumerable<PaletteEntry> Commands(WorkspaceContext workspace, string text)
    {
        if (!workspace.May(Operations.ConsoleUse))
        {
            yield break;
        }

        if (console.Knows(text))
        {
            yield return new PaletteEntry("Run", text, Line: text);
        }

        foreach (var name in console.Complete(text).Where(name => name != text).Take(OfEach))
        {
            yield return new PaletteEntry("Command", name, Line: name, IsBeginning: true);
        }
    }

    private async Task<IEnumerable<PaletteEntry>> OtherWorkspacesAsync(
        Actor actor, WorkspaceContext? here, string text, CancellationToken cancellationToken) =>
        (await workspaces.ListMineAsync(actor, new PageRequest(PageRequest.MaxLimit), cancellationToken)).TryGet(out var page, out _)
            ? page.Items.Where(view => view.Workspace.Id != here?.Id && Fits(view.Workspace.Name, text)).Take(OfEach)
                .Select(view => new PaletteEntry("Workspace", view.Workspace.Name, $"/w/{view.Workspace.Slug}/tasks"))
            : [];

    /// <summary>Whether every word of the text is in a name.</summary>
    private static bool Fits(string name, string text) =>
        text.Split(' ', StringSplitOptions.RemoveEmptyEntries).All(word => name.Contains(word, StringComparison.OrdinalIgnoreCase));
}
