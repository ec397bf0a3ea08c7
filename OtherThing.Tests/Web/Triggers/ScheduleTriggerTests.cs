using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using OtherThing.Core.Triggers;
using OtherThing.Data;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Web.Triggers;

public sealed class ScheduleTriggerTests(SharedServer server) : IAsyncLifetime
{
    private HttpClient _owner = null!;
    private JsonElement _workspace;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private string Root => $"/api/v1/workspaces/{_workspace.GetProperty("id").GetString()}";

    public async ValueTask InitializeAsync()
    {
        _owner = await server.RegisterAsync();
        _workspace = await TestServer.CreateWorkspaceAsync(_owner);
    }

    public ValueTask DisposeAsync()
    {
        _owner.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Publish_Schedule_SaysWhenItIsDueNext()
    {
        var flow = await PublishAsync("""{"cron":"0 9 * * *","timezone":"Europe/Vienna"}""");

        var trigger = (await _owner.GetFromJsonAsync<JsonElement>($"{Root}/flows/{flow}", Cancel)).GetProperty("triggers")[0];

        Assert.Equal(
            Schedule.Parse("0 9 * * *", "Europe/Vienna").Value.NextAfter(DateTime.UtcNow), trigger.GetProperty("nextAt").GetDateTime().ToUniversalTime());
        Assert.False(trigger.TryGetProperty("url", out _));
    }

    public static TheoryData<string> Cases => CaseFile.Ids("schedules");

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Publish_ScheduleAsPeopleWriteIt_IsTakenAndDue(string id)
    {
        var found = CaseFile.Find("schedules", id);
        var flow = await PublishAsync(
            JsonSerializer.Serialize(new { cron = found.GetProperty("cron").GetString(), timezone = found.GetProperty("timezone").GetString() }));

        var trigger = (await _owner.GetFromJsonAsync<JsonElement>($"{Root}/flows/{flow}", Cancel)).GetProperty("triggers")[0];

        Assert.True(trigger.GetProperty("nextAt").GetDateTime() > DateTime.UtcNow.AddHours(-1));
    }

    [Theory]
    [InlineData("""{"cron":"0 25 * * *"}""", "flow.steps.at.config.cron")]
    [InlineData("""{"cron":"0 9 * * *","timezone":"Mars/Base"}""", "flow.steps.at.config.timezone")]
    [InlineData("""{"cron":"0 9 * * *","missed":"all"}""", "flow.steps.at.config.missed")]
    public async Task Save_WrongSchedule_IsRefusedNamingTheField(string config, string path)
    {
        using var answer = await _owner.PostAsync($"{Root}/flows", Json($$"""{"name":"Nightly","flow":{{Document(config)}}}"""), Cancel);

        var problem = await answer.Content.ReadFromJsonAsync<JsonElement>(Cancel);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal(path, problem.GetProperty("errors")[0].GetProperty("path").GetString());
    }

    [Fact]
    public async Task FireDue_SeveralServersAtOnce_StartOneRunForEachDueTime()
    {
        var flow = await PublishAsync("""{"cron":"0 0 1 1 *"}""");
        var due = DateTime.UtcNow.AddSeconds(-5);
        await SetDueAsync(flow, due);

        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Another().FireDueAsync(Cancel)));

        var run = Assert.Single((await RunsAsync(flow)).EnumerateArray());
        Assert.Equal("schedule", run.GetProperty("trigger").GetString());
        Assert.Equal(due, run.GetProperty("input").GetProperty("scheduledAt").GetDateTime().ToUniversalTime(), TimeSpan.FromMilliseconds(1));
        var trigger = await TriggerAsync(flow);
        Assert.Equal(run.GetProperty("id").GetGuid(), trigger.LastRunId);
        Assert.True(trigger.NextAt > DateTime.UtcNow);
    }

    [Fact]
    public async Task FireDue_TheSameDueTimeAgain_StartsNoOtherRun()
    {
        var flow = await PublishAsync("""{"cron":"0 0 1 1 *"}""");
        var due = DateTime.UtcNow.AddSeconds(-5);
        await SetDueAsync(flow, due);
        await Another().FireDueAsync(Cancel);
        await SetDueAsync(flow, due); // a server died after the start and before it moved on

        await Another().FireDueAsync(Cancel);

        Assert.Single((await RunsAsync(flow)).EnumerateArray());
    }

    [Theory]
    [InlineData("skip", 0)]
    [InlineData("once", 1)]
    public async Task FireDue_AfterDaysOfDowntime_FollowsThePolicy(string missed, int runs)
    {
        // Due hourly at a minute that is not near.
        var minute = DateTime.UtcNow.AddMinutes(30).Minute;
        var flow = await PublishAsync($$"""{"cron":"{{minute}} * * * *","missed":"{{missed}}"}""");
        await SetDueAsync(flow, DateTime.UtcNow.AddDays(-3));

        await Another().FireDueAsync(Cancel);

        Assert.Equal(runs, (await RunsAsync(flow)).GetArrayLength());
        var trigger = await TriggerAsync(flow);
        Assert.True(trigger.NextAt > DateTime.UtcNow);
        Assert.Equal(runs == 0, trigger.LastNote is not null);
    }

    [Fact]
    public async Task C17_FireDue_AfterThePublisherLeft_StartsNothingAndSaysSo()
    {
        var flow = await PublishAsync("""{"cron":"0 0 1 1 *"}""");
        await using (var db = Contexts.CreateDbContext())
        {
            await db.Set<OtherThing.Core.Flows.Flow>().Where(f => f.Id == flow)
                .ExecuteUpdateAsync(set => set.SetProperty(f => f.PublishedBy, Guid.NewGuid()), Cancel);
        }

        await SetDueAsync(flow, DateTime.UtcNow.AddSeconds(-5));
        await Another().FireDueAsync(Cancel);

        Assert.Equal(0, (await RunsAsync(flow)).GetArrayLength());
        Assert.Contains("published it", (await TriggerAsync(flow)).LastNote, StringComparison.Ordinal);
    }

    [Fact]
    public async Task FireDue_PausedFlow_StartsNothingAndSaysSo()
    {
        var flow = await PublishAsync("""{"cron":"0 0 1 1 *"}""");
        using var paused = await _owner.PatchAsync($"{Root}/flows/{flow}", Json("""{"settings":{"paused":true}}"""), Cancel);
        Assert.True(paused.IsSuccessStatusCode, await paused.Content.ReadAsStringAsync(Cancel));
        await SetDueAsync(flow, DateTime.UtcNow.AddSeconds(-5));

        await Another().FireDueAsync(Cancel);

        Assert.Equal(0, (await RunsAsync(flow)).GetArrayLength());
        Assert.Contains("paused", (await TriggerAsync(flow)).LastNote, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Publish_WithoutTheSchedule_EndsIt()
    {
        var flow = await PublishAsync("""{"cron":"* * * * *"}""");
        using var changed = await _owner.PatchAsync($"{Root}/flows/{flow}", Json("""{"flow":{"steps":[{"id":"start","type":"trigger.manual"}]}}"""), Cancel);
        using var published = await _owner.PostAsync($"{Root}/flows/{flow}/publish", Json("{}"), Cancel);

        await using var db = Contexts.CreateDbContext();
        Assert.True(published.IsSuccessStatusCode);
        Assert.Empty(await db.Set<Trigger>().Where(t => t.FlowId == flow).ToListAsync(Cancel));
    }

    private IDbContextFactory<AppDbContext> Contexts => server.Services.GetRequiredService<IDbContextFactory<AppDbContext>>();

    private TriggerScheduler Another() => ActivatorUtilities.CreateInstance<TriggerScheduler>(server.Services);

    private static string Document(string config) =>
        $$$"""{"steps":[{"id":"at","type":"trigger.schedule","config":{{{config}}}},{"id":"out","type":"output","config":{"value":"{{ input.scheduledAt }}"}}],"connections":[{"from":"at","to":"out"}]}""";

    private static StringContent Json(string json) => new(json, Encoding.UTF8, "application/json");

    private async Task<Guid> PublishAsync(string config)
    {
        using var made = await _owner.PostAsync($"{Root}/flows", Json($$"""{"name":"Nightly","flow":{{Document(config)}}}"""), Cancel);
        var flow = (await made.Content.ReadFromJsonAsync<JsonElement>(Cancel)).GetProperty("id").GetGuid();
        using var published = await _owner.PostAsync($"{Root}/flows/{flow}/publish", Json("{}"), Cancel);
        Assert.True(published.IsSuccessStatusCode, await published.Content.ReadAsStringAsync(Cancel));
        return flow;
    }

    private async Task SetDueAsync(Guid flow, DateTime due)
    {
        await using var db = Contexts.CreateDbContext();
        using var turn = await db.EnterWriteLaneAsync(Cancel);
        await db.Set<Trigger>().Where(t => t.FlowId == flow).ExecuteUpdateAsync(set => set.SetProperty(t => t.NextAt, due), Cancel);
    }

    private async Task<Trigger> TriggerAsync(Guid flow)
    {
        await using var db = Contexts.CreateDbContext();
        return await db.Set<Trigger>().AsNoTracking().SingleAsync(t => t.FlowId == flow, Cancel);
    }

    private async Task<JsonElement> RunsAsync(Guid flow) =>
        (await _owner.GetFromJsonAsync<JsonElement>($"{Root}/runs?flowId={flow}", Cancel)).GetProperty("items");
}
