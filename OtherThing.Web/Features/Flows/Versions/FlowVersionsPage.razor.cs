using System.Globalization;
using Microsoft.AspNetCore.Components;
using MudBlazor;
using OtherThing.Core.Flows;
using OtherThing.Core.Flows.Versions;
using OtherThing.Core.Results;
using OtherThing.Core.Workspaces;
using OtherThing.Web.Components.Layout;
using OtherThing.Web.Components.Shared;
using OtherThing.Web.Components.Shared.Lists;
using OtherThing.Web.Features.Flows.Graph;
using OtherThing.Web.Features.Workspaces;

namespace OtherThing.Web.Features.Flows.Versions;

public sealed partial class FlowVersionsPage : IDisposable
{
    private Flow? _flow;
    private List<FlowVersionSummary>? _versions;
    private MemberNames _people = new();
    private string? _next;
    private FlowDiff? _diff;
    private FlowChanges? _changes;
    private readonly OneAct _act = new();
    private readonly PageLoad _load = new();
    private readonly PageLoad _comparing = new();

    [Parameter]
    public string Slug { get; set; } = "";

    [Parameter]
    public Guid FlowId { get; set; }

    /// <summary>The version on show: a number or <c>draft</c>.</summary>
    [SupplyParameterFromQuery(Name = "show")]
    public string? Show { get; set; }

    /// <summary>The version it is compared with.</summary>
    [SupplyParameterFromQuery(Name = "with")]
    public string? With { get; set; }

    [CascadingParameter]
    public required WorkspaceContext Workspace { get; set; }

    [Inject]
    public required FlowService Flows { get; init; }

    [Inject]
    public required FlowVersionService Versions { get; init; }

    [Inject]
    public required MemberService Members { get; init; }

    [Inject]
    public required NavigationManager Navigation { get; init; }

    [Inject]
    private PageAddress Address { get; init; } = null!;

    [Inject]
    public required IDialogService Dialogs { get; init; }

    [Inject]
    public required ISnackbar Snackbar { get; init; }

    private string Shown => Show ?? "draft";

    /// <summary>Unless chosen: the draft against what is published, a version against the one before it.</summary>
    private string Base =>
        With ?? (Shown == "draft" ? NumberOf(_flow?.PublishedRevision) ?? NumberOf(_versions?.FirstOrDefault()?.Number) ?? "draft" : Before(Shown));

    public void Dispose()
    {
        _load.Dispose();
        _comparing.Dispose();
    }

    protected override async Task OnParametersSetAsync()
    {
        if (_load.Opens((Workspace.Id, FlowId)))
        {
            (_flow, _versions) = (null, null);
            await ReloadAsync();
        }
        else if (_flow is not null)
        {
            await CompareAsync(again: false);
        }
    }

    private async Task ReloadAsync()
    {
        if (await _load.ReadAsync(
            ReadAsync, read => (_flow, _versions, _next, _people) = (read.Flow, [.. read.Versions.Items], read.Versions.Next, read.People)))
        {
            await CompareAsync(again: true);
        }
    }

    private async Task<Result<(Flow Flow, Page<FlowVersionSummary> Versions, MemberNames People)>> ReadAsync(CancellationToken gone)
    {
        var limit = Math.Clamp(_versions?.Count ?? 0, PageRequest.DefaultLimit, PageRequest.MaxLimit);
        var found = await Flows.GetAsync(Workspace.Actor, Workspace.Id, FlowId, gone);
        var listed = await Versions.ListAsync(Workspace.Actor, Workspace.Id, FlowId, new PageRequest(limit), gone);
        return found.TryGet(out var flow, out var refusal) && listed.TryGet(out var page, out refusal)
            ? (flow, page, await MemberNames.ReadAsync(Members, Workspace.Actor, Workspace.Id, gone))
            : refusal;
    }

    private async Task MoreAsync()
    {
        if (PageRequest.Parse(PageRequest.DefaultLimit, _next).TryGet(out var request, out _))
        {
            await _load.MoreAsync(
                gone => Versions.ListAsync(Workspace.Actor, Workspace.Id, FlowId, request, gone),
                page => (_versions, _next) = ([.. _versions!, .. page.Items], page.Next));
        }
    }

    private async Task CompareAsync(bool again)
    {
        if (_comparing.Opens((FlowId, Base, Shown)))
        {
            (_diff, _changes) = (null, null);
        }
        else if (!again)
        {
            return;
        }

        if (!await _comparing.ReadAsync(ReadChangesAsync, compared => (_diff, _changes) = (compared.Diff, FlowChanges.Of(compared)))
            && _comparing.Refusal is not null)
        {
            (_diff, _changes) = (null, null);
        }
    }

    private async Task<Result<FlowComparison>> ReadChangesAsync(CancellationToken gone) =>
        FlowVersionChoice.Parse(Base).TryGet(out var from, out var refusal) && FlowVersionChoice.Parse(Shown).TryGet(out var to, out refusal)
            ? await Versions.CompareAsync(Workspace.Actor, Workspace.Id, FlowId, from, to, gone)
            : refusal;

    private Task RestoreAsync() => _act.RunAsync(Snackbar, async () =>
    {
        if (!int.TryParse(Shown, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || !await ConfirmDialog.AskAsync(
            Dialogs, $"Restore version {number}?",
            "It becomes the draft. The draft of now is kept as a version, so you can come back to it; what is published stays published.",
            "Restore version"))
        {
            return null;
        }

        if ((await Versions.RestoreAsync(Workspace.Actor, Workspace.Id, FlowId, number, CancellationToken.None)).TryGet(out _, out var refusal))
        {
            Snackbar.Add($"Version {number} is the draft again.", Severity.Success);
            Navigation.NavigateTo(Workspace.PathTo("flows", FlowId));
        }

        return refusal;
    });

    private void CompareWith(string? choice) => Address.Set("with", choice);

    private string AddressOf(string version) => $"{Workspace.PathTo("flows", FlowId)}/versions?show={version}";

    private IEnumerable<(string Choice, string Text)> Bases() =>
        (_versions ?? []).Select(version => (NumberOf(version.Number)!, $"Version {version.Number}")).Prepend(("draft", "Draft")).Where(
            choice => choice.Item1 != Shown || choice.Item1 == Base);

    private string Before(string shown) =>
        int.TryParse(shown, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? NumberOf(_versions?.FirstOrDefault(version => version.Number < number)?.Number) ?? "draft"
            : "draft";

    private static string Name(string version) => version == "draft" ? "the draft" : $"version {version}";

    private static string? NumberOf(int? number) => number?.ToString(CultureInfo.InvariantCulture);
}
