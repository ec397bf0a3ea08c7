using System.Runtime.InteropServices;
using System.Text.Json;
using OtherThing.Lab.Processes;
using OtherThing.Lab.Providers;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Processes;

/// <summary>A published server and the agent that it offers for download, driven through REST alone.</summary>
[Collection(Lanes.Installations)]
public class BlackBoxTests
{
    [Fact]
    public async Task PublishedServerAndAgent_KeyFlowRunUsage_AllThroughRest()
    {
        var cancellation = TestContext.Current.CancellationToken;
        const string secret = "sk-test-4f9a8b7c6d5e4f3a2b1c0d9e8f7a";
        await using var provider = await FakeProvider.StartAsync(cancellationToken: cancellation);
        using var published = new TestDirectory();
        await Published.ServerAsync(published.Path, hasAgent: true);
        await using var server = new ServerProcess(
            published.Path,
            ("Providers__openai__BaseUrl", provider.OpenAiUrl.ToString()),
            ("Egress__AllowPrivate", provider.OpenAiUrl.Authority));
        await server.StartAsync(cancellation);
        await server.SignInAsync(cancellation);
        var workspace = await server.CreateWorkspaceAsync("Black box", cancellation);
        await using var agent = await AgentProcess.StartAsync(await DownloadAsync(server, published.Path, cancellation), server, workspace, cancellation);

        var key = await server.PostAsync($"/workspaces/{workspace}/api-keys", $$"""{"provider":"openai","name":"Team","key":"{{secret}}"}""", cancellation);
        var flow = await server.CreateFlowAsync(workspace, $$$$"""
            {"schema":1,"steps":[
              {"id":"start","type":"trigger.manual"},
              {"id":"fetch","type":"http.request","config":{"url":"{{{{server.Address}}}}.well-known/otherthing"}},
              {"id":"ask","type":"ai.chat","config":{"provider":"openai","model":"gpt-5-mini","prompt":"Version {{ steps.fetch.body.version }}?"}},
              {"id":"count","type":"node.command","config":{"command":["wc","-c"],"stdin":"{{ steps.ask.text }}"}},
              {"id":"out","type":"output","config":{"value":{"text":"{{ steps.ask.text }}","bytes":"{{ steps.count.stdout | strip | to_number }}","node":"{{ steps.count.nodeId }}","walls":["{{ steps.count.sandbox }}","{{ steps.count.network }}"]}}}],
            "connections":[{"from":"start","to":"fetch"},{"from":"fetch","to":"ask"},{"from":"ask","to":"count"},{"from":"count","to":"out"}]}
            """, cancellation);
        var run = await server.PostAsync($"/workspaces/{workspace}/flows/{flow}/runs?wait=300", """{"input":{}}""", cancellation);

        Assert.True(run.GetProperty("status").GetString() == "succeeded", run.ToString());
        var output = run.GetProperty("output");
        Assert.Equal(output.GetProperty("text").GetString()!.Length, output.GetProperty("bytes").GetInt32());
        Assert.Equal(agent.NodeId, output.GetProperty("node").GetString());
        Assert.All(output.GetProperty("walls").EnumerateArray(), wall => Assert.Equal(JsonValueKind.String, wall.ValueKind));
        var usage = (await server.GetAsync($"/workspaces/{workspace}/usage", cancellation)).GetProperty("items").EnumerateArray().ToArray();
        var call = Assert.Single(usage, entry => entry.GetProperty("type").GetString() == "api_call");
        Assert.True(call.GetProperty("costCents").GetDecimal() > 0);
        Assert.True(call.GetProperty("tokensUsed").GetInt64() > 0);
        var compute = Assert.Single(usage, entry => entry.GetProperty("type").GetString() == "compute");
        Assert.Equal(agent.NodeId, compute.GetProperty("nodeId").GetString());
        Assert.DoesNotContain(secret, key.ToString(), StringComparison.Ordinal);
        var listed = (await server.GetAsync($"/workspaces/{workspace}/api-keys", cancellation)).ToString();
        Assert.DoesNotContain(secret, listed, StringComparison.Ordinal);
        Assert.EndsWith(secret[^4..], key.GetProperty("mask").GetString(), StringComparison.Ordinal);
        Assert.Equal(1, provider.Log.Count(call => call.Path.EndsWith("chat/completions", StringComparison.Ordinal)));
    }

    private static async Task<string> DownloadAsync(ServerProcess server, string directory, CancellationToken cancellation)
    {
        using var http = new HttpClient();
        var path = Path.Combine(directory, "downloaded-agent");
        await File.WriteAllBytesAsync(
            path, await http.GetByteArrayAsync(new Uri(server.Address, $"downloads/{RuntimeInformation.RuntimeIdentifier}/agent"), cancellation),
            cancellation);
        File.SetUnixFileMode(
            path,
            UnixFileMode.UserRead
            | UnixFileMode.UserExecute
            | UnixFileMode.GroupRead
            | UnixFileMode.GroupExecute
            | UnixFileMode.OtherRead
            | UnixFileMode.OtherExecute);
        return path;
    }
}
