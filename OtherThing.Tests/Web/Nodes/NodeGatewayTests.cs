using System.Net.Http.Json;
using System.Text.Json;
using Google.Protobuf;
using OtherThing.Protocol.V1;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Web.Nodes;

/// <summary>The gateway over a real channel, with REST on the other side.</summary>
public sealed class NodeGatewayTests(SharedServer server)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Session_Noop_IsAnsweredWithoutAProcess()
    {
        var (client, workspace, node) = await ConnectedAsync();
        await using var _ = node;

        var posting = PostAsync(client, $"/workspaces/{workspace}/jobs?wait=20", new { kind = "noop", effects = "safe" });
        var assign = await node.NextAssignAsync();
        await node.SayAsync(assign, EventKind.Finished, 1);
        var job = await posting;

        Assert.Equal(JobKind.Noop, assign.Spec.Kind);
        Assert.Equal("succeeded", job.GetProperty("status").GetString());
        Assert.Equal(node.Id, job.GetProperty("nodeId").GetGuid());
    }

    [Fact]
    public async Task Session_Command_RunsAfterItsAckAndKeepsItsLog()
    {
        var (client, workspace, node) = await ConnectedAsync();
        await using var _ = node;

        var posting = PostAsync(client, $"/workspaces/{workspace}/jobs?wait=20", new { kind = "command", command = new[] { "echo", "hi" }, stdin = "in" });
        var assign = await node.NextAssignAsync();
        await node.SayAsync(assign, EventKind.Accepted, 1);
        var accepted = await node.NextAckAsync();
        await node.SayAsync(assign, EventKind.Running, 2);
        await node.SayAsync(assign, EventKind.Finished, 3, end =>
        {
            end.StdoutEnd = 3;
            end.Log.Add(Chunk(assign, 0, "hi\n"));
        });
        var job = await posting;

        Assert.False(accepted.NotYours);
        Assert.Equal(["echo", "hi"], assign.Spec.Argv);
        Assert.Equal("in", assign.Spec.Stdin.ToStringUtf8());
        Assert.Equal("succeeded", job.GetProperty("status").GetString());
        Assert.Equal("hi\n", job.GetProperty("stdout").GetString());
        Assert.Equal(0, job.GetProperty("exitCode").GetInt32());
        Assert.Equal("succeeded", job.GetProperty("attempts")[0].GetProperty("status").GetString());
    }

    private async Task<(HttpClient Client, Guid Workspace, WireNode Node)> ConnectedAsync()
    {
        var client = await server.RegisterAsync();
        var workspace = (await TestServer.CreateWorkspaceAsync(client)).GetProperty("id").GetGuid();
        var node = new WireNode(server.GrpcAddress);
        var token = await PostAsync(client, "/nodes/join-tokens", new { name = "Bench", workspaceIds = new[] { workspace } });
        await node.RedeemAsync(token.GetProperty("token").GetString()!);
        Assert.NotNull((await node.ConnectAsync()).Welcome);
        return (client, workspace, node);
    }

    private static LogChunk Chunk(Assign assign, ulong offset, string text) => new()
    {
        AttemptId = assign.AttemptId, Fence = assign.Fence, Stream = LogStream.Stdout, Offset = offset, Data = ByteString.CopyFromUtf8(text),
    };

    private static async Task<JsonElement> PostAsync(HttpClient client, string path, object body)
    {
        using var answer = await client.PostAsJsonAsync("/api/v1" + path, body, Cancellation);
        var json = await answer.Content.ReadFromJsonAsync<JsonElement>(Cancellation);
        Assert.True(answer.IsSuccessStatusCode, json.ToString());
        return json;
    }
}
