using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using OtherThing.Core.Access;
using OtherThing.Core.Flows;
using OtherThing.Core.Results;
using OtherThing.Core.Runs;
using OtherThing.Core.Runs.Values;
using OtherThing.Core.Tasks;
using OtherThing.Tests.Support;
using OtherThing.Web.Components.Shared;

namespace OtherThing.Tests.Web.Runs;

public sealed class FailedRunTasksTests(SharedServer server)
{
    private static readonly Uri s_address = new("https://flows.example.org/w/harbour/runs/1");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task CreateAsync_FailedRun_MakesOneCardWithStepErrorAndLink()
    {
        var client = await RunClient.NewAsync(server);
        var (actor, workspaceId) = await WhoAsync(client);
        var flow = await client.CreateFlowAsync(
            """{"id":"pay","name":"Pay *all* bills","type":"http.request","config":{"url":"http://169.254.1.1/"}}""", "start->pay");
        var run = (await client.RunAsync(flow)).GetProperty("id").GetGuid();

        var made = (await Tasks.CreateAsync(actor, workspaceId, run, s_address, Cancel)).Value;
        var again = (await Tasks.CreateAsync(actor, workspaceId, run, s_address, Cancel)).Value;

        Assert.Equal("Test failed at Pay *all* bills", made.Title);
        Assert.Equal((run, Guid.Parse(flow)), (made.RunId!.Value, made.FlowId!.Value));
        Assert.Equal([FailedRunTasks.Label], made.Labels);
        var html = SafeHtml.FromMarkdown(made.Description);
        Assert.Contains("<strong>Pay *all* bills</strong>", html, StringComparison.Ordinal);
        Assert.Contains($"href=\"{s_address}\"", html, StringComparison.Ordinal);
        var error = JsonElement.Parse((await client.GetRunAsync(run.ToString())).GetProperty("error").GetRawText());
        Assert.Contains(error.GetProperty("message").GetString()!, made.Description, StringComparison.Ordinal);
        Assert.Contains(error.GetProperty("code").GetString()!, made.Description, StringComparison.Ordinal);
        Assert.Equal(made.Id, again.Id);
        Assert.Equal(made.Id, (await Tasks.FindAsync(actor, workspaceId, run, Cancel)).Value!.Id);
    }

    [Fact]
    public async Task CreateAsync_CardWasDeletedOrFlowIsGone_MakesAnother()
    {
        var client = await RunClient.NewAsync(server);
        var (actor, workspaceId) = await WhoAsync(client);
        var flow = await client.CreateFlowAsync("""{"id":"pay","type":"http.request","config":{"url":"http://169.254.1.1/"}}""", "start->pay");
        var run = (await client.RunAsync(flow)).GetProperty("id").GetGuid();
        var first = (await Tasks.CreateAsync(actor, workspaceId, run, s_address, Cancel)).Value;
        await server.Services.GetRequiredService<TaskService>().DeleteAsync(actor, workspaceId, first.Id, Cancel);
        Assert.Null((await Tasks.FindAsync(actor, workspaceId, run, Cancel)).Value);
        Assert.Equal(204, (await client.SendAsync(HttpMethod.Delete, $"/flows/{flow}")).Status);

        var second = (await Tasks.CreateAsync(actor, workspaceId, run, s_address, Cancel)).Value;

        Assert.NotEqual(first.Id, second.Id);
        Assert.Null(second.FlowId);
        Assert.Equal(second.Id, (await Tasks.FindAsync(actor, workspaceId, run, Cancel)).Value!.Id);
    }

    [Fact]
    public async Task CreateAsync_RunThatSucceeded_IsRefused()
    {
        var client = await RunClient.NewAsync(server);
        var (actor, workspaceId) = await WhoAsync(client);
        var run = (await client.RunAsync(await client.CreateFlowAsync("""{"id":"a","type":"data.set","config":{"value":1}}""", "start->a")))
            .GetProperty("id")
            .GetGuid();

        Assert.Equal("run.not_failed", (await Tasks.CreateAsync(actor, workspaceId, run, s_address, Cancel)).Error!.Code);
        Assert.Equal("run.not_found", (await Tasks.CreateAsync(actor, workspaceId, Guid.CreateVersion7(), s_address, Cancel)).Error!.Code);
    }

    [Fact]
    public void Describe_HostileWords_StayWords()
    {
        var run = new Run
        {
            Id = Guid.CreateVersion7(),
            WorkspaceId = Guid.CreateVersion7(),
            FlowId = Guid.CreateVersion7(),
            FlowName = new string('x', 300),
            FlowVersion = 1,
            Status = RunStatus.Failed,
            Trigger = RunTrigger.Manual,
            StartedBy = Guid.CreateVersion7(),
            Input = RunValue.Of("{}"),
            CreatedAt = DateTime.UnixEpoch,
            Error = JsonSerializer.Serialize(new StepError("x.y", "```\n# Not a heading\n````\n[no](javascript:1)") { Path = "each[2]/ask" }, Json.Options),
        };
        var failed = new StepRun { Path = "each[2]/ask", StepId = "ask", Type = "ai.chat", Attempt = 3, Status = StepRunStatus.Failed };
        var flow = FlowDocument.Empty with { Steps = [new FlowStep { Id = "ask", Name = "<b>[link](http://x)</b>", Type = "ai.chat" }] };

        var draft = FailedRunTasks.Describe(new RunDetail(run, [failed]), flow, s_address);

        Assert.True(TaskRules.Check(draft).IsSuccess);
        var html = SafeHtml.FromMarkdown(draft.Description);
        Assert.DoesNotContain("<h1", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<b>", html, StringComparison.Ordinal);
        Assert.Equal(1, html.Split("<a ").Length - 1);
        Assert.Contains("each[2]/ask", html, StringComparison.Ordinal);
        Assert.Contains("attempt 3", html, StringComparison.Ordinal);
    }

    private FailedRunTasks Tasks => server.Services.GetRequiredService<FailedRunTasks>();

    private async Task<(Actor Actor, Guid WorkspaceId)> WhoAsync(RunClient client)
    {
        var me = JsonElement.Parse(await client.Http.GetStringAsync("/api/v1/me", Cancel));
        return (server.ActorOf(me.GetProperty("id").GetGuid()), Guid.Parse(client.Root.Split('/')[^1]));
    }
}
