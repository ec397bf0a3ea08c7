using Microsoft.AspNetCore.Components;
using OtherThing.Core.Access;
using OtherThing.Core.Usage;
using OtherThing.Web.Components.Layout;
using OtherThing.Web.Components.Shared;

namespace OtherThing.Web.Features.Usage;

/// <summary>The usage part of Resources: <c>&lt;UsageSummary /&gt;</c> inside a workspace page.</summary>
public sealed partial class UsageSummary : IDisposable
{
    private static readonly int[] s_ranges = [1, 7, 30, 90];
    private UsageSummaryResult? _summary;
    private UsageGrouping _grouping = UsageGrouping.Type;
    private UsageMeasure? _measure;
    private int _days = 30;
    private int _revision;
    private readonly PageLoad _load = new();

    [CascadingParameter]
    public required WorkspaceContext Workspace { get; set; }

    [Inject]
    public required UsageService Usage { get; init; }

    [Inject]
    public required TimeProvider Clock { get; init; }

    private IEnumerable<UsageGrouping> Groupings => Enum.GetValues<UsageGrouping>()
        .Where(grouping => grouping is not (UsageGrouping.User or UsageGrouping.Key) || Workspace.May(Operations.UsagePerMember, own: true));

    // Money first; where nothing costs money, what there is.
    private UsageMeasure Measure => _measure
        ?? (_summary!.Total.Cost.Known > 0 ? UsageMeasure.Cost : _summary.Total.ComputeSeconds > 0 ? UsageMeasure.Seconds : UsageMeasure.Entries);

    public void Dispose() => _load.Dispose();

    protected override async Task OnParametersSetAsync()
    {
        if (_load.Opens(Workspace.Id))
        {
            _summary = null;
            await ReloadAsync();
        }
    }

    private async Task ReloadAsync()
    {
        var today = DateTime.SpecifyKind(Clock.GetUtcNow().UtcDateTime.Date, DateTimeKind.Utc);
        var filter = new UsageFilter { From = today.AddDays(1 - _days), To = today.AddDays(1) };
        await _load.ReadAsync(gone => Usage.SummarizeAsync(Workspace.Actor, Workspace.Id, filter, _grouping, byDay: true, gone), summary =>
        {
            _summary = summary;
            _revision++;
        });
    }

    private void ChooseMeasure(ChangeEventArgs e) => _measure = Read<UsageMeasure>(e) ?? _measure;

    private Task ChooseGroupingAsync(ChangeEventArgs e)
    {
        _grouping = Read<UsageGrouping>(e) ?? _grouping;
        return ReloadAsync();
    }

    private Task ChooseRangeAsync(ChangeEventArgs e)
    {
        _days = int.TryParse(e.Value as string, out var days) && s_ranges.Contains(days) ? days : _days;
        return ReloadAsync();
    }

    private static TEnum? Read<TEnum>(ChangeEventArgs e)
        where TEnum : struct, Enum => Enum.TryParse<TEnum>(e.Value as string, out var value) ? value : null;
}
