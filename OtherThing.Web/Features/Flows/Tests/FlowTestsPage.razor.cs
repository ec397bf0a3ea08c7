using Microsoft.AspNetCore.Components;
using MudBlazor;
using OtherThing.Core.Flows;
using OtherThing.Core.Flows.Tests;
using OtherThing.Core.Flows.Versions;
using OtherThing.Core.Results;
using OtherThing.Web.Components.Layout;
using OtherThing.Web.Components.Shared;

namespace OtherThing.Web.Features.Flows.Tests;

public sealed partial class FlowTestsPage : IDisposable
{
    private Flow? _flow;
    private StepNames _names = new(null);
    private List<SavedTestSummary>? _tests;
    private SavedTestReport? _report;
    private string? _next;
    private string _version = "draft";
    private readonly OneAct _act = new();
    private readonly PageLoad _load = new();

    [Parameter]
    public string Slug { get; set; } = "";

    [Parameter]
    public Guid FlowId { get; set; }

    [CascadingParameter]
    public required WorkspaceContext Workspace { get; set; }

    [Inject]
    public required FlowService Flows { get; init; }

    [Inject]
    public required SavedTestService Tests { get; init; }

    [Inject]
    public required SavedTestRuns TestRuns { get; init; }

    [Inject]
    public required IDialogService Dialogs { get; init; }

    [Inject]
    public required ISnackbar Snackbar { get; init; }

    private string Summary => _report is not { } report ? ""
        : report.Failed == 0 ? $"{Count(report.Passed)} passed on version {report.Version}."
        : $"{Count(report.Failed)} failed and {report.Passed} passed on version {report.Version}.";

    public void Dispose() => _load.Dispose();

    protected override Task OnParametersSetAsync()
    {
        if (!_load.Opens((Workspace.Id, FlowId)))
        {
            return Task.CompletedTask;
        }

        (_flow, _tests, _report) = (null, null, null);
        return ReloadAsync();
    }

    private static string Count(int tests) => tests == 1 ? "1 test" : $"{tests} tests";

    private async Task ReloadAsync() => await _load.ReadAsync(ReadAsync, read =>
        (_flow, _tests, _next, _names) = (read.Flow, [.. read.Tests.Items], read.Tests.Next, new StepNames(read.Flow.ReadDefinition())));

    private async Task<Result<(Flow Flow, Page<SavedTestSummary> Tests)>> ReadAsync(CancellationToken gone)
    {
        var limit = Math.Clamp(_tests?.Count ?? 0, PageRequest.DefaultLimit, PageRequest.MaxLimit);
        var found = await Flows.GetAsync(Workspace.Actor, Workspace.Id, FlowId, gone);
        var listed = await Tests.ListAsync(Workspace.Actor, Workspace.Id, FlowId, new PageRequest(limit), gone);
        return found.TryGet(out var flow, out var refusal) && listed.TryGet(out var page, out refusal) ? (flow, page) : refusal;
    }

    private async Task MoreAsync()
    {
        if (PageRequest.Parse(PageRequest.DefaultLimit, _next).TryGet(out var request, out _))
        {
            await _load.MoreAsync(
                gone => Tests.ListAsync(Workspace.Actor, Workspace.Id, FlowId, request, gone),
                page => (_tests, _next) = ([.. _tests!, .. page.Items], page.Next));
        }
    }

    private Task RunAsync(IReadOnlyList<Guid>? ids) => OnceAsync(async () =>
    {
        var version = FlowVersionChoice.Parse(_version).Value;
        (await TestRuns.RunAsync(Workspace.Actor, Workspace.Id, FlowId, ids, version, CancellationToken.None)).TryGet(out _report, out var refusal);
        return refusal;
    });

    private Task EditAsync(SavedTestSummary summary) => OnceAsync(async () =>
    {
        var read = await Tests.GetAsync(Workspace.Actor, Workspace.Id, FlowId, summary.Id, CancellationToken.None);
        if (!read.TryGet(out var test, out var refusal))
        {
            return refusal;
        }

        if (await FlowTestDialog.EditAsync(Dialogs, Workspace, test))
        {
            _report = null;
            await ReloadAsync();
        }

        return null;
    });

    private Task DeleteAsync(SavedTestSummary test) => OnceAsync(async () =>
    {
        if (!await ConfirmDialog.AskAsync(Dialogs, $"Delete {test.Name}?", "The test is gone for everybody. The run it was saved from is kept.", "Delete test"))
        {
            return null;
        }

        var refusal = await Tests.DeleteAsync(Workspace.Actor, Workspace.Id, FlowId, test.Id, CancellationToken.None);
        await ReloadAsync();
        return refusal;
    });

    private Task OnceAsync(Func<Task<Error?>> act) => _act.RunAsync(Snackbar, act);
}
