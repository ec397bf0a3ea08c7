using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using OtherThing.Core.Access;
using OtherThing.Core.Flows;
using OtherThing.Core.Flows.Editing;
using OtherThing.Tests.Support;
using OtherThing.Tests.Web.Runs;

namespace OtherThing.Tests.Web.Flows;

/// <summary>Ids inside a flow document are checked like ids in a path.</summary>
public sealed class FlowReferenceTests(SharedServer server)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("config.keyId", """{"id":"ask","type":"ai.chat","config":{"provider":"openai","model":"m","prompt":"p","keyId":"ID"}}""", "unknown")]
    [InlineData("config.flowId", """{"id":"ask","type":"flow.call","config":{"flowId":"ID"}}""", "flow")]
    [InlineData("config.assigneeId", """{"id":"ask","type":"human.approval","config":{"title":"t","assigneeId":"ID"}}""", "member")]
    [InlineData("config.assigneeId", """{"id":"ask","type":"task.create","config":{"title":"t","assigneeId":"ID"}}""", "member")]
    [InlineData("config.requirements.nodeId", """{"id":"ask","type":"node.command","config":{"command":["true"],"requirements":{"nodeId":"ID"}}}""", "unknown")]
    public async Task C19_ForeignIdInADocument_IsRefusedByStepAndField(string field, string step, string kind)
    {
        var (mine, other) = (await RunClient.NewAsync(server), await RunClient.NewAsync(server));
        var foreign = kind switch
        {
            "flow" => await other.CreateFlowAsync("""{"id":"out","type":"output","config":{"value":1}}""", "start->out"),
            "member" => (await other.GetAsync("/members")).GetProperty("items")[0].GetProperty("userId").GetString()!,
            _ => Guid.NewGuid().ToString(),
        };
        var own = await mine.CreateFlowAsync("""{"id":"out","type":"output","config":{"value":1}}""", "start->out");
        var before = (await mine.GetAsync($"/flows/{own}")).GetRawText();
        var document =
            $$"""{"steps":[{"id":"start","type":"trigger.manual"},{{step.Replace("ID", foreign, StringComparison.Ordinal)}}],"connections":[{"from":"start","to":"ask"}]}""";

        var made = await mine.SendAsync(HttpMethod.Post, "/flows", $$"""{"name":"New","description":"","flow":{{document}} }""");
        var changed = await mine.SendAsync(HttpMethod.Patch, $"/flows/{own}", $$"""{"flow":{{document}} }""");
        var edited = await EditAsync(mine, own, step.Replace("ID", foreign, StringComparison.Ordinal));

        foreach (var (status, body) in new[] { made, changed })
        {
            Assert.Equal((400, "flow.invalid"), (status, body.GetProperty("code").GetString()));
            Assert.Equal("flow.steps.ask." + field, body.GetProperty("errors")[0].GetProperty("path").GetString());
        }

        Assert.Equal("flow.steps.ask." + field, Assert.Single(edited!.Fields).Path);
        Assert.Equal(before, (await mine.GetAsync($"/flows/{own}")).GetRawText());
    }

    [Fact]
    public async Task C19_IdThatWasThereBefore_DoesNotKeepAnybodyFromEditing()
    {
        var mine = await RunClient.NewAsync(server);
        var called = await mine.CreateFlowAsync("""{"id":"out","type":"output","config":{"value":1}}""", "start->out");
        var caller = await mine.CreateFlowAsync($$$"""{"id":"call","type":"flow.call","config":{"flowId":"{{{called}}}"}}""", "start->call");
        await mine.SendAsync(HttpMethod.Delete, $"/flows/{called}");
        var document = (await mine.GetAsync($"/flows/{caller}")).GetProperty("flow").GetRawText();

        var changed = await mine.SendAsync(HttpMethod.Patch, $"/flows/{caller}", $$"""{"name":"Other","flow":{{document}} }""");

        Assert.Equal(200, changed.Status);
    }

    [Fact]
    public async Task C19_NodeMadeByATemplate_IsRefusedWhenTheStepRunsAndNotWaitedFor()
    {
        var mine = await RunClient.NewAsync(server);
        var flow = await mine.CreateFlowAsync(
            """{"id":"work","type":"node.command","config":{"command":["true"],"requirements":{"nodeId":"{{ input.node }}"}}}""", "start->work");

        var run = await mine.RunAsync(flow, $$$"""{"input":{"node":"{{{Guid.NewGuid()}}}"}}""");

        Assert.Equal("node.node_unknown", RunClient.StepOf(run, "work").GetProperty("error").GetProperty("code").GetString());
    }

    private async Task<OtherThing.Core.Results.Error?> EditAsync(RunClient client, string flow, string step)
    {
        var me = JsonElement.Parse(await client.Http.GetStringAsync("/api/v1/me", Cancellation)).GetProperty("id").GetGuid();
        var editing = server.Services.GetRequiredService<FlowSessions>();
        await using var editor = (await editing.OpenAsync(Actor.User(me), Guid.Parse(client.Root.Split('/')[^1]), Guid.Parse(flow), Cancellation)).Value;
        var read = JsonElement.Parse(step);
        var added = new AddStep(new FlowStep { Id = "ask", Type = read.GetProperty("type").GetString()!, Config = read.GetProperty("config") });
        return (await editor.ApplyAsync("act", [added], Cancellation)).Error;
    }
}
