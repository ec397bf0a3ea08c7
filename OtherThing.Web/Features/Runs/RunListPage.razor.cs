using Microsoft.AspNetCore.Components;
using OtherThing.Core.Results;
using OtherThing.Core.Runs;
using OtherThing.Web.Components.Layout;

namespace OtherThing.Web.Features.Runs;

public sealed partial class RunListPage
{
    private List<Run>? _runs;
    private Error? _refusal;
    private string? _next;
    private RunsKept? _kept;
    private (Guid? Flow, string? Status)? _shown;

    [Parameter]
    public string Slug { get; set; } = "";

    [SupplyParameterFromQuery(Name = "flow")]
    public Guid? Flow { get; set; }

    [SupplyParameterFromQuery(Name = "status")]
    public string? Status { get; set; }

    /// <summary>The run another is being chosen for, to compare the two.</summary>
    [SupplyParameterFromQuery(Name = "compare")]
    public Guid? Compare { get; set; }

    [CascadingParameter]
    public required WorkspaceContext Workspace { get; set; }

    [Inject]
    public required RunService Runs { get; init; }

    [Inject]
    public required RunTally Tally { get; init; }

    [Inject]
    public required NavigationManager Navigation { get; init; }

    private string? FlowName => Flow is null ? null : _runs?.FirstOrDefault()?.FlowName;

    private RunStatus? Chosen => Enum.TryParse<RunStatus>(Status, ignoreCase: true, out var status) && Enum.IsDefined(status) ? status : null;

    protected override Task OnParametersSetAsync()
    {
        if (_shown == (Flow, Status))
        {
            return Task.CompletedTask;
        }

        _shown = (Flow, Status);
        _runs = null;
        return ReloadAsync();
    }

    private void Choose(string? status) =>
        Navigation.NavigateTo(Navigation.GetUriWithQueryParameter("status", string.IsNullOrEmpty(status) ? null : status.ToLowerInvariant()));

    private async Task ReloadAsync()
    {
        var limit = Math.Clamp(_runs?.Count ?? 0, PageRequest.DefaultLimit, PageRequest.MaxLimit);
        var listed = await Runs.ListAsync(Workspace.Actor, Workspace.Id, new RunFilter(Flow, Chosen), new PageRequest(limit), CancellationToken.None);
        if (listed.TryGet(out var page, out _refusal))
        {
            (_runs, _next) = ([.. page.Items], page.Next);
            (await Tally.ReadAsync(Workspace.Actor, Workspace.Id, CancellationToken.None)).TryGet(out _kept, out _);
        }
    }

    private async Task MoreAsync()
    {
        if (PageRequest.Parse(PageRequest.DefaultLimit, _next).TryGet(out var request, out _)
            && (await Runs.ListAsync(Workspace.Actor, Workspace.Id, new RunFilter(Flow, Chosen), request, CancellationToken.None)).TryGet(out var page, out _))
        {
            _runs!.AddRange(page.Items);
            _next = page.Next;
        }
    }
}
