using Microsoft.Extensions.DependencyInjection;
using OtherThing.Core.Results;
using OtherThing.Core.Runs;
using OtherThing.Core.Runs.Values;
using OtherThing.Data.Runs;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Data.Runs;

/// <summary>Every filter of the run list is the server's own.</summary>
public sealed class RunListTests : IAsyncLifetime
{
    private static readonly DateTime s_day = new(2026, 3, 9, 0, 0, 0, DateTimeKind.Utc);
    private static readonly Guid s_ana = Guid.Parse("0198c0de-0000-7000-8000-00000000000a");

    private readonly TestDirectory _data = new();
    private readonly TestDatabase _database;
    private Guid _workspaceId;

    public RunListTests() => _database = new TestDatabase(services => services.AddRunsData(_data.Path).AddSingleton<RunValues>());

    public static TheoryData<RunFilter, string> Filters { get; } = new()
    {
        { new RunFilter { Trigger = RunTrigger.Webhook }, "hook" },
        { new RunFilter { StartedBy = s_ana }, "ana" },
        { new RunFilter { From = s_day.AddDays(1), To = s_day.AddDays(2) }, "dawn hook" },
        { new RunFilter { To = s_day.AddDays(1) }, "ana other" },
        { new RunFilter { Text = "ÄRGER" }, "hook" },
        { new RunFilter { Text = "ärger mit 50%" }, "hook" },
        { new RunFilter { Text = "5_%" }, "" },
        { new RunFilter { Text = "said \"NO\"" }, "dawn" },
        { new RunFilter { Text = "HTTP.STATUS" }, "dawn" },
        { new RunFilter { Text = "message" }, "" },
        { new RunFilter { Text = "report", Status = RunStatus.Failed }, "dawn" },
        { new RunFilter { Text = "report", StartedBy = s_ana, Trigger = RunTrigger.Manual, From = s_day }, "ana" },
    };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        (_workspaceId, _) = await _database.AddWorkspaceAsync();
        await using var db = _database.CreateContext();
        db.AddRange(
            Make("other", s_day.AddHours(1)),
            Make("ana", s_day.AddHours(23)) with { StartedBy = s_ana },
            Make("hook", s_day.AddDays(1)) with { Trigger = RunTrigger.Webhook, FlowName = "Ärger mit 50% Rabatt" },
            Make("dawn", s_day.AddDays(1).AddHours(4)) with
            {
                Status = RunStatus.Failed,
                Error = """{"code":"http.status","message":"The server said \"no\"."}""",
            },
            Make("last", s_day.AddDays(2)),
            Make("foreign", s_day) with { WorkspaceId = Guid.CreateVersion7(), StartedBy = s_ana, Trigger = RunTrigger.Webhook });
        await db.SaveChangesAsync(Cancel);
    }

    public async ValueTask DisposeAsync()
    {
        await _database.DisposeAsync();
        _data.Dispose();
    }

    [Theory]
    [MemberData(nameof(Filters))]
    public async Task ListAsync_WithAFilter_GivesWhatFitsNewestFirst(RunFilter filter, string expected)
    {
        var listed = await _database.Get<IRunStore>().ListAsync(_workspaceId, filter, new PageRequest(), Cancel);

        Assert.Equal(expected, string.Join(' ', listed.Items.Select(run => run.TriggerStepId)));
        Assert.Null(listed.Next);
    }

    private Run Make(string name, DateTime at) => new()
    {
        Id = Guid.CreateVersion7(),
        WorkspaceId = _workspaceId,
        FlowId = Guid.CreateVersion7(),
        FlowName = "Weekly report",
        FlowVersion = 1,
        Status = RunStatus.Succeeded,
        Trigger = RunTrigger.Manual,
        TriggerStepId = name,
        StartedBy = Guid.CreateVersion7(),
        Input = RunValue.Of("{}"),
        CreatedAt = at,
        FinishedAt = at,
        Fence = 1,
        LastSequence = 1,
    };
}
