using Microsoft.AspNetCore.Components;
using MudBlazor;
using OtherThing.Core.Access;
using OtherThing.Core.Nodes;
using OtherThing.Core.Results;
using OtherThing.Web.Components.Shared;
using OtherThing.Web.Components.Shared.Lists;
using OtherThing.Web.Hosting.Requests;

namespace OtherThing.Web.Features.Nodes;

public sealed partial class NodeList : IDisposable
{
    private readonly PageLoad _load = new();
    // Each card follows its machine live, so only those that are looked at are there.
    private const int Step = 24;
    private List<NodeView>? _nodes;
    private List<NodeView> _found = [];
    private int _most = Step;
    private Guid? _userId;

    [Inject]
    public required NodeService Nodes { get; init; }

    [Inject]
    public required CurrentActor Current { get; init; }

    [Inject]
    public required IDialogService Dialogs { get; init; }

    [Inject]
    public required ISnackbar Snackbar { get; init; }

    /// <summary>What the search says; it looks at every machine, shown or not.</summary>
    [SupplyParameterFromQuery(Name = "machine")]
    public string? Query { get; set; }

    /// <summary>The state to show, as a <see cref="NodeStatus"/>; null for any.</summary>
    [SupplyParameterFromQuery(Name = "state")]
    public string? State { get; set; }

    /// <summary>The workspace whose nodes to show; null shows those the person owns or sees.</summary>
    [Parameter]
    public Guid? WorkspaceId { get; set; }

    [Parameter]
    public string EmptyTitle { get; set; } = "No machines yet";

    [Parameter]
    public string EmptyText { get; set; } = "Connect one with a single command; it runs steps of your flows while you keep the last word over it.";

    /// <summary>The main action of an empty list.</summary>
    [Parameter]
    public RenderFragment? Empty { get; set; }

    /// <summary>Told the nodes each time they were read.</summary>
    [Parameter]
    public EventCallback<IReadOnlyList<NodeView>> OnLoaded { get; set; }

    public void Dispose() => _load.Dispose();

    private IReadOnlyList<(string Value, string Text)> States =>
        [.. _nodes!.CountBy(node => node.Status).OrderBy(pair => pair.Key)
            .Select(pair => (pair.Key.ToString().ToLowerInvariant(), $"{StatusLook.For(pair.Key).Word} ({pair.Value})"))];

    protected override async Task OnParametersSetAsync()
    {
        if (_load.Opens(WorkspaceId ?? Guid.Empty))
        {
            _nodes = null;
            await ReloadAsync();
        }

        Find();
    }

    private void Find() => _found = [.. (_nodes ?? []).Where(node =>
        (string.IsNullOrEmpty(State) || node.Status.ToString().Equals(State, StringComparison.OrdinalIgnoreCase))
        && ListFilter.Matches(
            Query, node.Name, node.IsMine ? "you" : node.OwnerName, node.Facts.HostName, node.Facts.Os, node.Facts.Arch,
            string.Join(' ', node.Facts.Resources.Gpus.Select(gpu => gpu.Name)), string.Join(' ', node.Facts.Labels),
            string.Join(' ', node.Facts.Endpoints.SelectMany(endpoint => endpoint.Models).Select(model => model.Name))))];

    private async Task ReloadAsync()
    {
        var actor = await Current.GetAsync();
        _userId = actor.UserId;
        var isShown = await _load.ReadAsync(
            gone => WorkspaceId is { } workspaceId ? Nodes.ListAsync(actor, workspaceId, gone) : Nodes.ListMineAsync(actor, includeHidden: false, gone),
            nodes => _nodes = [.. nodes.OrderByDescending(node => node.IsMine).ThenBy(node => node.Name, StringComparer.CurrentCultureIgnoreCase)]);
        if (!isShown && _load.Refusal is not null)
        {
            _nodes = [];
        }

        Find();
        if (isShown)
        {
            await OnLoaded.InvokeAsync(_nodes);
        }
    }

    private async Task RereadAsync(Guid nodeId)
    {
        var read = await Nodes.GetAsync(await Current.GetAsync(), nodeId, _load.Gone);
        var index = _nodes?.FindIndex(node => node.Id == nodeId) ?? -1;
        if (index >= 0 && read.TryGet(out var fresh, out _))
        {
            _nodes![index] = fresh;
            Find();
        }
    }

    private async Task EditAsync(NodeView node)
    {
        var parameters = new DialogParameters<NodeDialog> { { dialog => dialog.View, node } };
        await (await Dialogs.ShowAsync<NodeDialog>(node.Name, parameters)).Result; // a menu that closes earlier takes the focus out of the dialog
    }

    private Task DrainAsync(NodeView node) =>
        ActAsync(actor => Nodes.DrainAsync(actor, node.Id, _load.Gone), $"{node.Name} finishes its jobs and takes no more.");

    private Task ResumeAsync(NodeView node) =>
        ActAsync(actor => Nodes.ResumeAsync(actor, node.Id, _load.Gone), $"{node.Name} takes work again.");

    private async Task DetachAsync(NodeView node)
    {
        if (await ConfirmDialog.AskAsync(
            Dialogs, $"Take {node.Name} out of this workspace?", "Flows here can no longer use it. Its owner can bring it back.", "Take it out"))
        {
            await TellAsync(
                await Nodes.DetachAsync(await Current.GetAsync(), WorkspaceId!.Value, node.Id, _load.Gone), $"{node.Name} left this workspace.");
        }
    }

    private async Task RemoveAsync(NodeView node)
    {
        var running = node.RunningJobs == 0 ? "" : $" Its {node.RunningJobs} running jobs stop now.";
        if (await ConfirmDialog.AskAsync(
            Dialogs, $"Remove {node.Name}?", $"Its key is worth nothing any more; to use the machine again, enrol it anew.{running}", "Remove machine"))
        {
            await TellAsync(await Nodes.RemoveAsync(await Current.GetAsync(), node.Id, _load.Gone), $"{node.Name} is removed.");
        }
    }

    private async Task ActAsync(Func<Actor, Task<Result<NodeView>>> act, string done) =>
        await TellAsync((await act(await Current.GetAsync())).Error, done);

    private async Task TellAsync(Error? refusal, string done)
    {
        Snackbar.Add(refusal?.Message ?? done, refusal is null ? Severity.Success : Severity.Error);
        await ReloadAsync();
    }
}
