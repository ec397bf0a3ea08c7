using System.Globalization;
using OtherThing.Core.Flows;
using OtherThing.Core.Nodes;
using OtherThing.Core.Results;
using OtherThing.Core.Runs;
using OtherThing.Core.Tasks;
using OtherThing.Core.Workspaces;

namespace OtherThing.Core.Console;

/// <summary>Finds what a person means by <c>T-12</c>, <c>@ana</c>, a flow's name or the end of an id, as far as they may see it.</summary>
public sealed class Lookup(TaskService tasks, FlowService flows, RunService runs, NodeService nodes, MemberService members)
{
    private const int ShortLength = 8;

    private static readonly PageRequest s_many = new(PageRequest.MaxLimit);

    /// <summary>The end of an id: ids made in one second begin alike.</summary>
    public static string Brief(Guid id) => id.ToString("N")[^ShortLength..];

    /// <summary>A card by <c>T-12</c>, <c>12</c> or its id.</summary>
    public async Task<Result<TaskItem>> TaskAsync(ConsoleCall call, string word, CancellationToken cancellationToken)
    {
        if (Guid.TryParse(word, out var id))
        {
            return await tasks.GetAsync(call.Actor, call.WorkspaceId, id, cancellationToken);
        }

        var digits = word.StartsWith("T-", StringComparison.OrdinalIgnoreCase) ? word[2..] : word;
        return int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? await tasks.GetByNumberAsync(call.Actor, call.WorkspaceId, number, cancellationToken)
            : ConsoleErrors.NoSuch("task", word);
    }

    /// <summary>A flow by its name or the end of its id.</summary>
    public async Task<Result<FlowSummary>> FlowAsync(ConsoleCall call, string word, CancellationToken cancellationToken) =>
        (await flows.ListAsync(call.Actor, call.WorkspaceId, s_many, cancellationToken)).TryGet(out var page, out var error)
            ? One("flow", word, page.Items, flow => flow.Name, flow => flow.Id)
            : error;

    /// <summary>A run by its id or the end of it.</summary>
    public async Task<Result<Run>> RunAsync(ConsoleCall call, string word, CancellationToken cancellationToken)
    {
        if (Guid.TryParse(word, out var id))
        {
            return (await runs.GetAsync(call.Actor, call.WorkspaceId, id, cancellationToken)).TryGet(out var detail, out var error) ? detail.Run : error;
        }

        return (await runs.ListAsync(call.Actor, call.WorkspaceId, new RunFilter(), s_many, cancellationToken)).TryGet(out var page, out var refusal)
            ? One("run among the last 200", word, page.Items, _ => "", run => run.Id)
            : refusal;
    }

    /// <summary>A node by its name or the end of its id.</summary>
    public async Task<Result<NodeView>> NodeAsync(ConsoleCall call, string word, CancellationToken cancellationToken) =>
        (await nodes.ListAsync(call.Actor, call.WorkspaceId, cancellationToken)).TryGet(out var all, out var error)
            ? One("node", word, all, node => node.Name, node => node.Id)
            : error;

    /// <summary>A member by <c>@name</c>, <c>@me</c> or the end of an id.</summary>
    public async Task<Result<MemberView>> MemberAsync(ConsoleCall call, string word, CancellationToken cancellationToken)
    {
        if (!(await members.ListAsync(call.Actor, call.WorkspaceId, s_many, cancellationToken)).TryGet(out var page, out var error))
        {
            return error;
        }

        var name = word.TrimStart('@');
        return name.Equals("me", StringComparison.OrdinalIgnoreCase)
            ? page.Items.First(member => member.UserId == call.Actor.UserId)
            : One("member", name, page.Items, member => member.DisplayName, member => member.UserId);
    }

    /// <summary>The names of the members, for rows that show people.</summary>
    public async Task<IReadOnlyDictionary<Guid, string>> NamesAsync(ConsoleCall call, CancellationToken cancellationToken) =>
        (await members.ListAsync(call.Actor, call.WorkspaceId, s_many, cancellationToken)).TryGet(out var page, out _)
            ? page.Items.ToDictionary(member => member.UserId, member => member.DisplayName)
            : new Dictionary<Guid, string>();

    private static Result<T> One<T>(string what, string word, IEnumerable<T> all, Func<T, string> name, Func<T, Guid> id)
    {
        var matches = all.Where(item => name(item).Equals(word, StringComparison.OrdinalIgnoreCase)
            || (word.Length >= 4 && id(item).ToString("N").EndsWith(word.Replace("-", "", StringComparison.Ordinal), StringComparison.OrdinalIgnoreCase)))
                .ToList();
        return matches.Count switch
        {
            1 => matches[0],
            0 => ConsoleErrors.NoSuch(what, word),
            _ => ConsoleErrors.Usage(
                $"{matches.Count} are called '{word}': use the id ({string.Join(", ", matches.Take(5).Select(match => Brief(id(match))))})."),
        };
    }
}
