using System.Globalization;
using Microsoft.AspNetCore.Components;
using OtherThing.Core.Results;
using OtherThing.Core.Runs;
using OtherThing.Core.Runs.Journal;
using OtherThing.Core.Workspaces;
using OtherThing.Web.Components.Layout;
using OtherThing.Web.Components.Shared;
using OtherThing.Web.Components.Shared.Lists;
using OtherThing.Web.Features.Workspaces;

namespace OtherThing.Web.Features.Runs;

public sealed partial class RunListPage : IDisposable
{
    private static readonly string[] s_filters = ["status", "trigger", "by", "from", "to", "q"];

    private readonly TypedQuery _typed = new();
    private readonly PageLoad _load = new();
    private readonly PageLoad _loadPeople = new();
    private ShownRuns? _runs;
    private RunsKept? _kept;
    private MemberNames _people = new();

    [Parameter]
    public string Slug { get; set; } = "";

    /// <summary>The flow whose runs are shown, by its id.</summary>
    [SupplyParameterFromQuery(Name = "flow")]
    public string? FlowText { get; set; }

    [SupplyParameterFromQuery(Name = "status")]
    public string? Status { get; set; }

    [SupplyParameterFromQuery(Name = "trigger")]
    public string? Trigger { get; set; }

    /// <summary>The member that the runs act for, by their id.</summary>
    [SupplyParameterFromQuery(Name = "by")]
    public string? ByText { get; set; }

    /// <summary>The first day (UTC) that is shown.</summary>
    [SupplyParameterFromQuery(Name = "from")]
    public string? From { get; set; }

    /// <summary>The last day (UTC) that is shown.</summary>
    [SupplyParameterFromQuery(Name = "to")]
    public string? To { get; set; }

    /// <summary>Words in the flow's name or in the error.</summary>
    [SupplyParameterFromQuery(Name = "q")]
    public string? Query { get; set; }

    /// <summary>The run another is being chosen for, to compare the two, by its id.</summary>
    [SupplyParameterFromQuery(Name = "compare")]
    public string? CompareText { get; set; }

    [CascadingParameter]
    public required WorkspaceContext Workspace { get; set; }

    [Inject]
    public required RunService Runs { get; init; }

    [Inject]
    public required RunTally Tally { get; init; }

    [Inject]
    public required MemberService Members { get; init; }

    [Inject]
    public required NavigationManager Navigation { get; init; }

    [Inject]
    private PageAddress Address { get; init; } = null!;

    private Guid? Flow => IdOf(FlowText);

    private Guid? By => IdOf(ByText);

    private Guid? Compare => IdOf(CompareText);

    private string? FlowName => Flow is not null && _runs?.Items is [var first, ..] ? first.FlowName : null;

    private bool IsFiltered => Filter with { FlowId = null } != new RunFilter();

    private string Unfiltered => Navigation.GetUriWithQueryParameters(s_filters.ToDictionary(name => name, _ => (object?)null));

    private RunFilter Filter => new(Flow, Word<RunStatus>(Status))
    {
        Trigger = Word<RunTrigger>(Trigger),
        StartedBy = By,
        From = DayOf(From)?.ToDateTime(TimeOnly.MinValue, DateTimeKind.Utc),
        To = DayOf(To) is { } last && last < DateOnly.MaxValue ? last.AddDays(1).ToDateTime(TimeOnly.MinValue, DateTimeKind.Utc) : null,
        Text = string.IsNullOrWhiteSpace(Query) || !RunFilter.TextLimit.Holds(Query) ? null : Query.Trim(),
    };

    public void Dispose()
    {
        _load.Dispose();
        _loadPeople.Dispose();
    }

    protected override async Task OnParametersSetAsync()
    {
        _typed.Arrive(Query);
        if (_loadPeople.Opens(Workspace.Id))
        {
            await _loadPeople.GatherAsync(gone => MemberNames.ReadAsync(Members, Workspace.Actor, Workspace.Id, gone), people => _people = people);
        }

        if (_load.Opens((Workspace.Id, Filter)))
        {
            _runs = null;
            await ReloadAsync();
        }
    }

    private static Guid? IdOf(string? text) => Guid.TryParse(text, out var id) ? id : null;

    /// <summary>What the address asks for that is not there to be asked for: it is left out, and the page says so.</summary>
    private List<(string Name, string Value, string Wanted)> Ignored()
    {
        (string Name, string? Value, bool IsGood, string Wanted)[] parts =
        [
            ("flow", FlowText, Flow is not null, "the id of a flow"),
            ("by", ByText, By is not null, "the id of a member"),
            ("compare", CompareText, Compare is not null, "the id of a run"),
            ("status", Status, Filter.Status is not null, "a status of runs"),
            ("trigger", Trigger, Filter.Trigger is not null, "a trigger of runs"),
            ("from", From, DayOf(From) is not null, "a day such as 2026-11-29"),
            ("to", To, DayOf(To) is not null, "a day such as 2026-11-29"),
            ("q", Query, RunFilter.TextLimit.Holds(Query), $"up to {RunFilter.TextLimit}"),
        ];
        return [.. parts.Where(part => !string.IsNullOrWhiteSpace(part.Value) && !part.IsGood)
            .Select(part => (part.Name, TextCut.Shown(part.Value!, 60), part.Wanted))];
    }

    private static T? Word<T>(string? text)
        where T : struct, Enum =>
        Enum.TryParse<T>(text, ignoreCase: true, out var value) && Enum.IsDefined(value) ? value : null;

    private static DateOnly? DayOf(string? text) => TimeText.TryReadDay(text, out var day) ? day : null;

    private static string? Day(string? text) => DayOf(text)?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private IEnumerable<(Guid Id, string Name)> People()
    {
        var known =
            _people.All.OrderBy(member => member.DisplayName, StringComparer.CurrentCultureIgnoreCase).Select(member => (member.UserId, member.DisplayName));
        return By is { } gone && _people.All.All(member => member.UserId != gone) ? known.Append((gone, _people[gone])) : known;
    }

    private void Choose(string filter, object? value) => Address.Set(filter, (value as string)?.ToLowerInvariant());

    private void Search(string? text)
    {
        if (_typed.Type(text))
        {
            Address.Set("q", _typed.Text, replace: true);
        }
    }

    private async Task ReloadAsync()
    {
        // A filter that no index has may look at many rows for a full page: that is done when it is chosen, and not again whenever a run moves.
        var (isNew, limit) = (_runs is null, Math.Clamp(_runs?.Items.Count ?? 0, PageRequest.DefaultLimit, PageRequest.MaxLimit));
        await _load.ReadAsync(gone => ReadAsync(new PageRequest(limit), isNew, gone), read =>
            (_runs, _kept) = (_runs?.With(read.Page, limit) ?? new ShownRuns(read.Page.Items, read.Page.Next), read.Kept));
    }

    private async Task MoreAsync()
    {
        if (PageRequest.Parse(PageRequest.DefaultLimit, _runs?.Next).TryGet(out var request, out _))
        {
            await _load.MoreAsync(gone => ListAsync(request, fill: true, gone), page => _runs = _runs?.Followed(page));
        }
    }

    private async Task<Result<(Page<Run> Page, RunsKept? Kept)>> ReadAsync(PageRequest page, bool fill, CancellationToken gone)
    {
        if (!(await ListAsync(page, fill, gone)).TryGet(out var listed, out var refusal))
        {
            return refusal;
        }

        return (listed, (await Tally.ReadAsync(Workspace.Actor, Workspace.Id, gone)).TryGet(out var kept, out _) ? kept : null);
    }

    private Task<Result<Page<Run>>> ListAsync(PageRequest page, bool fill, CancellationToken gone)
    {
        var filter = Filter;
        Task<Result<Page<Run>>> OnceAsync(PageRequest some) => Runs.ListAsync(Workspace.Actor, Workspace.Id, filter, some, gone);
        return fill ? page.FillAsync(OnceAsync) : OnceAsync(page);
    }
}
