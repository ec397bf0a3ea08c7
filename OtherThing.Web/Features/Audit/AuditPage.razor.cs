using System.Globalization;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.WebUtilities;
using OtherThing.Core.Access;
using OtherThing.Core.Audit;
using OtherThing.Core.Results;
using OtherThing.Core.Workspaces;
using OtherThing.Web.Components.Layout;
using OtherThing.Web.Components.Shared;
using OtherThing.Web.Features.Workspaces;

namespace OtherThing.Web.Features.Audit;

public sealed partial class AuditPage : IDisposable
{
    private List<AuditEntry>? _entries;
    private MemberNames? _people;
    private AuditVerdict? _verdict;
    private readonly PageLoad _load = new();
    private readonly PageLoad _loadPeople = new();
    private string? _next;
    private bool _checking;
    private string? _who;
    private string? _action;
    private string? _outcome;
    private DateOnly? _from;
    private DateOnly? _to;
    private AuditFilter _filter = new();

    [Parameter]
    public string Slug { get; set; } = "";

    [CascadingParameter]
    public required WorkspaceContext Workspace { get; set; }

    [Inject]
    public required AuditService Audit { get; init; }

    [Inject]
    public required MemberService Members { get; init; }

    public void Dispose()
    {
        _load.Dispose();
        _loadPeople.Dispose();
    }

    protected override async Task OnParametersSetAsync()
    {
        if (!_load.Opens(Workspace.Id))
        {
            return;
        }

        (_entries, _next, _verdict) = (null, null, null);
        await ApplyAsync();
        if (_load.Refusal is null)
        {
            await _loadPeople.GatherAsync(gone => MemberNames.ReadAsync(Members, Workspace.Actor, Workspace.Id, gone), people => _people = people);
        }
    }

    private async Task ApplyAsync()
    {
        _filter = new AuditFilter(
            _from?.ToDateTime(TimeOnly.MinValue, DateTimeKind.Utc),
            _to?.AddDays(1).ToDateTime(TimeOnly.MinValue, DateTimeKind.Utc),
            Guid.TryParse(_who, out var who) ? who : null,
            string.IsNullOrWhiteSpace(_action) ? null : _action.Trim().ToLowerInvariant(),
            Enum.TryParse<AuditOutcome>(_outcome, out var outcome) ? outcome : null);
        if (!await _load.ReadAsync(gone => ReadAsync(new PageRequest(), gone), page => (_entries, _next) = ([.. page.Items], page.Next))
            && _load.Refusal is not null)
        {
            (_entries, _next, _verdict) = (null, null, null);
        }
    }

    private async Task MoreAsync()
    {
        if (PageRequest.Parse(PageRequest.DefaultLimit, _next).TryGet(out var request, out _))
        {
            await _load.MoreAsync(gone => ReadAsync(request, gone), page => (_entries, _next) = ([.. _entries ?? [], .. page.Items], page.Next));
        }
    }

    private Task<Result<Page<AuditEntry>>> ReadAsync(PageRequest page, CancellationToken gone) =>
        page.FillAsync(some => Audit.ListAsync(Workspace.Actor, Workspace.Id, _filter, some, gone));

    private async Task CheckAsync()
    {
        (_checking, _verdict) = (true, null);
        await _load.MoreAsync(gone => Audit.VerifyAsync(Workspace.Actor, Workspace.Id, gone), verdict => _verdict = verdict);
        _checking = false;
    }

    private string ExportPath(string format) => QueryHelpers.AddQueryString(
        Workspace.PathTo("audit/export"),
        new Dictionary<string, string?>
        {
            ["format"] = format,
            ["from"] = _filter.From?.ToString("O", CultureInfo.InvariantCulture),
            ["to"] = _filter.To?.ToString("O", CultureInfo.InvariantCulture),
            ["actor"] = _filter.ActorId?.ToString(),
            ["action"] = _filter.Action,
            ["outcome"] = _filter.Outcome?.ToString().ToLowerInvariant(),
        });

    private static string Who(AuditEntry entry) => entry.ActorId is null ? "Nobody signed in" : entry.Actor.Length > 0 ? entry.Actor : "A deleted account";

    private static string? How(AuditEntry entry) => entry.ActorKind switch
    {
        ActorKind.Token => "by token",
        ActorKind.Trigger => "by a trigger",
        ActorKind.Run => "by a run",
        _ => null,
    };
}
