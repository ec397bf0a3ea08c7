using System.Text.Json;
using OtherThing.Tests.Support;
using OtherThing.Tests.Web.Runs;

namespace OtherThing.Tests.Web.Flows;

/// <summary>Runs saved as tests and run offline, through the real engine's machine.</summary>
public sealed class SavedTestEndpointsTests(SharedServer server)
{
    [Fact]
    public async Task Run_FlowUnchanged_PassesAndHasNoEffect()
    {
        var (client, flow, child) = await CallingFlowAsync();
        await SaveAsync(client, flow, await client.RunAsync(flow, """{"input":{"n":[1,2,3]}}"""));
        var runsBefore = (await client.GetAsync("/runs?limit=200")).GetProperty("items").GetArrayLength();
        var (deleted, _) = await client.SendAsync(HttpMethod.Delete, $"/flows/{child}");

        var report = await client.PostAsync($"/flows/{flow}/tests/run");

        Assert.Equal(204, deleted); // the flow it called is gone, and the test does not need it
        Assert.Equal((1, 0), (report.GetProperty("passed").GetInt32(), report.GetProperty("failed").GetInt32()));
        Assert.Equal("[10,20,30]", report.GetProperty("results")[0].GetProperty("output").GetRawText());
        Assert.Equal(runsBefore, (await client.GetAsync("/runs?limit=200")).GetProperty("items").GetArrayLength());
    }

    [Fact]
    public async Task Run_PureStepChanged_FailsAtTheFirstDifference()
    {
        var (client, flow, _) = await CallingFlowAsync();
        await SaveAsync(client, flow, await client.RunAsync(flow, """{"input":{"n":[1,2,3]}}"""));
        await ChangeAsync(client, flow, "{{ steps.call }}", "{{ steps.call | plus: index }}");

        var result = (await client.PostAsync($"/flows/{flow}/tests/run")).GetProperty("results")[0];

        Assert.False(result.GetProperty("passed").GetBoolean());
        var difference = result.GetProperty("difference");
        Assert.Equal(
            ("output[1]", "20", "21"),
            (difference.GetProperty("path").GetString(), difference.GetProperty("before").GetRawText(), difference.GetProperty("after").GetRawText()));
    }

    [Fact]
    public async Task Run_AStepTheRunDidNotComeTo_SaysThatItHasNoAnswer()
    {
        var (client, flow, _) = await CallingFlowAsync();
        await SaveAsync(client, flow, await client.RunAsync(flow, """{"input":{"n":[1]}}"""));
        var (status, _) = await client.SendAsync(HttpMethod.Patch, $"/flows/{flow}/tests/{await OnlyTestAsync(client, flow)}", """{"input":{"n":[1,2]}}""");

        var result = (await client.PostAsync($"/flows/{flow}/tests/run")).GetProperty("results")[0];

        Assert.Equal(200, status);
        Assert.Equal(
            ("test.answer_missing", "each[1]/call"),
            (result.GetProperty("error").GetProperty("code").GetString(), result.GetProperty("error").GetProperty("path").GetString()));
        Assert.Equal(JsonValueKind.Null, result.GetProperty("status").ValueKind);
    }

    [Fact]
    public async Task Run_VersionsAndChosenTests_RunWhatWasAsked()
    {
        var (client, flow, _) = await CallingFlowAsync();
        var run = await client.RunAsync(flow, """{"input":{"n":[1]}}""");
        var (first, _) = (await SaveAsync(client, flow, run), await SaveAsync(client, flow, run));
        await client.PostAsync($"/flows/{flow}/publish");
        await ChangeAsync(client, flow, "{{ steps.call }}", "changed");

        var published = await client.PostAsync($"/flows/{flow}/tests/run", """{"version":"published"}""");
        var kept = await client.PostAsync($"/flows/{flow}/tests/run", $$"""{"version":1,"tests":["{{first}}"]}""");
        var draft = await client.PostAsync($"/flows/{flow}/tests/run", """{"version":"draft"}""");

        Assert.Equal(
            (1, 2, 0), (published.GetProperty("version").GetInt32(), published.GetProperty("passed").GetInt32(), published.GetProperty("failed").GetInt32()));
        Assert.Equal(first, Assert.Single(kept.GetProperty("results").EnumerateArray()).GetProperty("testId").GetString());
        Assert.Equal((2, 0, 2), (draft.GetProperty("version").GetInt32(), draft.GetProperty("passed").GetInt32(), draft.GetProperty("failed").GetInt32()));
    }

    [Fact]
    public async Task Run_AFlowThatWaitsForDays_TakesNoTime()
    {
        var client = await RunClient.NewAsync(server);
        var flow = await client.CreateFlowAsync(
            """{"id":"rest","type":"logic.wait","config":{"seconds":0.01}},{"id":"end","type":"output","config":{"value":"{{ run.startedAt }}"}}""",
            "start->rest", "rest->end");
        await SaveAsync(client, flow, await client.RunAsync(flow));
        await ChangeAsync(client, flow, "0.01", "864000");

        var report = await client.PostAsync($"/flows/{flow}/tests/run");

        Assert.True(report.GetProperty("results")[0].GetProperty("passed").GetBoolean(), report.ToString());
    }

    [Fact]
    public async Task Run_OfAFailedRun_ExpectsTheSameFailure()
    {
        var client = await RunClient.NewAsync(server);
        var flow = await client.CreateFlowAsync(
            """{"id":"get","type":"http.request","config":{"url":"http://169.254.169.254/"},"retry":{"max":1,"backoffSeconds":0.01}}""", "start->get");
        var run = await client.RunAsync(flow);
        await SaveAsync(client, flow, run);

        var before = await client.PostAsync($"/flows/{flow}/tests/run");
        var (_, _) = await client.SendAsync(
            HttpMethod.Patch, $"/flows/{flow}/tests/{await OnlyTestAsync(client, flow)}", """{"expected":{"status":"succeeded","output":1}}""");
        var after = await client.PostAsync($"/flows/{flow}/tests/run");

        Assert.Equal("failed", RunClient.StatusOf(run));
        Assert.Equal(1, before.GetProperty("passed").GetInt32());
        var difference = after.GetProperty("results")[0].GetProperty("difference");
        Assert.Equal(
            ("status", "\"succeeded\"", "\"failed\""),
            (difference.GetProperty("path").GetString(), difference.GetProperty("before").GetRawText(), difference.GetProperty("after").GetRawText()));
    }

    [Theory]
    [InlineData("""{"name":""}""", 400, "test.name_invalid")]
    [InlineData("""{"name":"a\nb"}""", 400, "test.name_invalid")]
    [InlineData("""{"expected":{"status":"waiting"}}""", 400, "test.expected_invalid")]
    [InlineData("""{"answers":{"x":{"status":"running"}}}""", 400, "test.answer_invalid")]
    [InlineData("""{"answers":{"x":{"status":"failed"}}}""", 400, "test.answer_invalid")]
    [InlineData("""{"answers":{"x":null}}""", 400, "test.answer_invalid")]
    [InlineData("""{"expected":{"status":"no such"}}""", 400, "request.malformed")]
    public async Task Update_BadInput_IsRefused(string body, int status, string code)
    {
        var client = await RunClient.NewAsync(server);
        var flow = await client.CreateFlowAsync("""{"id":"a","type":"data.set","config":{"value":1}}""");
        var test = await SaveAsync(client, flow, await client.RunAsync(flow));

        var (answered, problem) = await client.SendAsync(HttpMethod.Patch, $"/flows/{flow}/tests/{test}", body);

        Assert.Equal((status, code), (answered, problem.GetProperty("code").GetString()));
    }

    [Fact]
    public async Task Save_WhatCannotBeATest_IsRefused()
    {
        var (client, stranger) = (await RunClient.NewAsync(server), await RunClient.NewAsync(server));
        var flow = await client.CreateFlowAsync("""{"id":"rest","type":"logic.wait","config":{"seconds":3600}}""", "start->rest");
        var waiting = await client.StartAsync(flow);
        var theirs = await stranger.RunAsync(await stranger.CreateFlowAsync("""{"id":"a","type":"data.set","config":{"value":1}}"""));
        var other = await client.RunAsync(await client.CreateFlowAsync("""{"id":"a","type":"data.set","config":{"value":1}}"""));

        Assert.Equal((409, "test.run_unfit"), await CodeAsync(client, $"/flows/{flow}/tests", $$"""{"runId":"{{waiting}}"}"""));
        Assert.Equal((404, "run.not_found"), await CodeAsync(client, $"/flows/{flow}/tests", $$"""{"runId":"{{theirs.GetProperty("id")}}"}"""));
        Assert.Equal((404, "run.not_found"), await CodeAsync(client, $"/flows/{flow}/tests", $$"""{"runId":"{{other.GetProperty("id")}}"}"""));
        Assert.Equal((404, "run.not_found"), await CodeAsync(client, $"/flows/{flow}/tests", "{}"));
        Assert.Equal((404, "test.not_found"), await CodeAsync(client, $"/flows/{flow}/tests/run", $$"""{"tests":["{{Guid.NewGuid()}}"]}"""));
        Assert.Equal((400, "flow.version_invalid"), await CodeAsync(client, $"/flows/{flow}/tests/run", """{"version":"latest"}"""));
        Assert.Equal((404, "flow.not_published"), await CodeAsync(client, $"/flows/{flow}/tests/run", """{"version":"published"}"""));
    }

    [Fact]
    public async Task Delete_ATestAndAFlow_LeaveNothing()
    {
        var client = await RunClient.NewAsync(server);
        var flow = await client.CreateFlowAsync("""{"id":"a","type":"data.set","config":{"value":1}}""");
        var test = await SaveAsync(client, flow, await client.RunAsync(flow));

        Assert.Equal(204, (await client.SendAsync(HttpMethod.Delete, $"/flows/{flow}/tests/{test}")).Status);
        Assert.Equal(404, (await client.SendAsync(HttpMethod.Get, $"/flows/{flow}/tests/{test}")).Status);
        Assert.Equal(0, (await client.GetAsync($"/flows/{flow}/tests")).GetProperty("items").GetArrayLength());
    }

    private static async Task<(int Status, string? Code)> CodeAsync(RunClient client, string path, string body)
    {
        var (status, problem) = await client.SendAsync(HttpMethod.Post, path, body);
        return (status, problem.GetProperty("code").GetString());
    }

    private static async Task<string> SaveAsync(RunClient client, string flow, JsonElement run) =>
        (await client.PostAsync($"/flows/{flow}/tests", $$"""{"runId":"{{run.GetProperty("id").GetString()}}","name":"As it was"}"""))
            .GetProperty("id")
            .GetString()!;

    private static async Task<string?> OnlyTestAsync(RunClient client, string flow) =>
        Assert.Single((await client.GetAsync($"/flows/{flow}/tests")).GetProperty("items").EnumerateArray()).GetProperty("id").GetString();

    private static async Task ChangeAsync(RunClient client, string flow, string from, string to)
    {
        var document = (await client.GetAsync($"/flows/{flow}")).GetProperty("flow").GetRawText();
        Assert.Contains(from, document, StringComparison.Ordinal);
        var (status, answer) =
            await client.SendAsync(HttpMethod.Patch, $"/flows/{flow}", $$"""{"flow":{{document.Replace(from, to, StringComparison.Ordinal)}} }""");
        Assert.True(status == 200, answer.ToString());
    }

    /// <summary>A flow that calls another, once per number, which multiplies by ten.</summary>
    private async Task<(RunClient Client, string Flow, string Child)> CallingFlowAsync()
    {
        var client = await RunClient.NewAsync(server);
        var child = await client.CreateFlowAsync("""{"id":"ten","type":"output","config":{"value":"{{ input.n | times: 10 }}"}}""", "start->ten");
        var flow = await client.CreateFlowAsync(
            $$$$"""
            {"id":"each","type":"logic.map","config":{"items":"{{ input.n }}"}},
            {"id":"call","type":"flow.call","parent":"each","config":{"flowId":"{{{{child}}}}","input":{"n":"{{ item }}"}}},
            {"id":"shape","type":"data.set","parent":"each","config":{"value":"{{ steps.call }}"}},
            {"id":"end","type":"output","config":{"value":"{{ steps.each }}"}}
            """,
            "start->each", "call->shape", "each->end");
        return (client, flow, child);
    }
}
