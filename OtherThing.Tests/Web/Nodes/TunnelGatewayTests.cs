using System.Text.Json;
using Google.Protobuf;
using Grpc.Core;
using OtherThing.Protocol.V1;
using OtherThing.Tests.Support;
using OtherThing.Tests.Web.Runs;
using static OtherThing.Tests.Web.Runs.RunClient;

namespace OtherThing.Tests.Web.Nodes;

/// <summary>Tunnels over a real channel, with a machine that says what a test makes it say.</summary>
public sealed class TunnelGatewayTests(SharedServer server)
{
    private const string Endpoint = "http://127.0.0.1:11434";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Run_AsksThroughTheTunnelTheMachineOpensAndSendsItNothingButTheQuestion()
    {
        await using var bench = await ConnectAsync();
        var running = bench.AskAsync();
        using var tunnel = await bench.OpenAsync();

        await tunnel.SayAsync(new TunnelFrame { Window = new TunnelWindow { Bytes = 1 << 20 } });
        var frames = await tunnel.UntilEndAsync();
        await tunnel.SayAsync(new TunnelFrame { Head = new TunnelHead { Status = 200, ContentType = "application/json" } });
        await tunnel.SayAsync(Data("""{"choices":[{"message":{"content":"Hello"},"finish_reason":"stop"}]}"""));
        await tunnel.SayAsync(new TunnelFrame { End = new TunnelEnd() });
        var run = await running;

        Assert.Equal((Endpoint, bench.Workspace.ToString()), (tunnel.Asked.Endpoint, tunnel.Asked.WorkspaceId));
        Assert.Equal(("POST", "/v1/chat/completions"), (frames[1].Open.Method, frames[1].Open.Path));
        var sent = JsonElement.Parse(string.Concat(frames.Where(frame => frame.Data is not null).Select(frame => frame.Data.Data.ToStringUtf8())));
        Assert.Equal(("llama3.2", "Hi"), (sent.GetProperty("model").GetString(), sent.GetProperty("messages")[0].GetProperty("content").GetString()));
        Assert.Equal("Hello", StepOf(run, "ask").GetProperty("output").GetProperty("text").GetString());
        Assert.Equal(bench.Node.Id, StepOf(run, "ask").GetProperty("nodeId").GetGuid());
    }

    [Fact]
    public async Task Tunnel_ThatWasAskedOfAnotherMachineOrIsUsedUp_IsNotFound()
    {
        await using var bench = await ConnectAsync();
        await using var thief = await ConnectAsync();
        var running = bench.AskAsync();
        var asked = (await bench.Node.NextAsync(ServerFrame.BodyOneofCase.OpenTunnel)).OpenTunnel;

        using var stolen = new Tunnel(thief.Node, asked);
        await stolen.SayAsync(new TunnelFrame { Window = new TunnelWindow { Bytes = 1 } });
        var refused = await Assert.ThrowsAsync<RpcException>(() => stolen.NextAsync());
        using var mine = new Tunnel(bench.Node, asked);
        await mine.SayAsync(new TunnelFrame { Error = new TunnelError { Code = "paused", Text = "The owner of the machine has paused it." } });
        var run = await running;

        Assert.Equal(StatusCode.NotFound, refused.StatusCode);
        Assert.Equal(
            "No machine answered. llama3.2 on Bench gave no answer: The owner of the machine has paused it.",
            StepOf(run, "ask").GetProperty("error").GetProperty("message").GetString());
    }

    [Fact]
    public async Task Tunnel_WithoutABearer_IsUnauthenticated()
    {
        await using var node = new WireNode(server.GrpcAddress);
        using var stream = node.Data.Tunnel(new Metadata { { "authorization", "Bearer forged" } }, cancellationToken: Cancellation);

        Assert.Equal(StatusCode.Unauthenticated, (await Assert.ThrowsAsync<RpcException>(() => stream.ResponseStream.MoveNext(Cancellation))).StatusCode);
    }

    [Fact]
    public async Task Tunnel_MachineSendsMoreThanItMay_EndsTheCallAndTheMachineIsTold()
    {
        await using var bench = await ConnectAsync();
        var running = bench.AskAsync();
        using var tunnel = await bench.OpenAsync();
        await tunnel.SayAsync(new TunnelFrame { Window = new TunnelWindow { Bytes = 1 << 20 } });
        await tunnel.UntilEndAsync();
        await tunnel.SayAsync(new TunnelFrame { Head = new TunnelHead { Status = 200 } });

        await tunnel.SayAsync(Data(new string('x', 100_000)));
        var told = await tunnel.NextAsync();
        var error = StepOf(await running, "ask").GetProperty("error");

        Assert.Equal("protocol", told.Error.Code);
        Assert.Contains("sent more than it may", error.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Facts_MoreEndpointsAndModelsThanAnybodyHas_AreBounded()
    {
        await using var bench = await ConnectAsync();
        var facts = bench.Node.Facts.Clone();
        facts.Endpoints.Clear();
        for (var endpoint = 0; endpoint < 40; endpoint++)
        {
            var many = new ModelEndpoint { Endpoint = $"http://127.0.0.1:{endpoint}", Slots = uint.MaxValue, Server = new string('s', 1_000) };
            many.Models.Add(Enumerable.Range(0, 250).Select(number => new LocalModel { Name = $"m{number}", SizeMb = ulong.MaxValue }));
            facts.Endpoints.Add(many);
        }

        await bench.Node.SendAsync(new NodeFrame { Facts = facts });
        var models = await Patience.UntilAsync(
            async () => (await bench.Client.GetAsync("/nodes")).GetProperty("items")[0].GetProperty("models"), found => found.GetArrayLength() != 1, "the facts are there");

        Assert.Equal(16 * 200, models.GetArrayLength());
        Assert.Equal((40, JsonValueKind.Null), (models[0].GetProperty("server").GetString()!.Length, models[0].GetProperty("sizeMb").ValueKind));
    }

    private static TunnelFrame Data(string text) => new() { Data = new TunnelData { Data = ByteString.CopyFromUtf8(text) } };

    private async Task<Bench> ConnectAsync()
    {
        var http = await server.RegisterAsync();
        var workspace = (await TestServer.CreateWorkspaceAsync(http)).GetProperty("id").GetGuid();
        var node = await ModelNode.ConnectAsync(server, http, workspace, "Bench", new LocalModel { Name = "llama3.2", Loaded = true });
        return new Bench(new RunClient(http, $"/api/v1/workspaces/{workspace}"), workspace, node);
    }

    private sealed record Bench(RunClient Client, Guid Workspace, WireNode Node) : IAsyncDisposable
    {
        public async Task<JsonElement> AskAsync() => await Client.RunAsync(await Client.CreateFlowAsync(
            """{"id":"ask","type":"ai.chat","config":{"provider":"nodes","model":"llama3.2","prompt":"Hi"}}""", "start->ask"));

        public async Task<Tunnel> OpenAsync() => new(Node, (await Node.NextAsync(ServerFrame.BodyOneofCase.OpenTunnel)).OpenTunnel);

        public async ValueTask DisposeAsync()
        {
            await Node.DisposeAsync();
            Client.Http.Dispose();
        }
    }

    private sealed class Tunnel(WireNode node, OpenTunnel asked) : IDisposable
    {
        private readonly AsyncDuplexStreamingCall<TunnelFrame, TunnelFrame> _call = node.Data.Tunnel(node.Authorization, cancellationToken: Cancellation);

        public OpenTunnel Asked => asked;

        public Task SayAsync(TunnelFrame frame)
        {
            frame.TunnelId = asked.TunnelId;
            return _call.RequestStream.WriteAsync(frame, Cancellation);
        }

        public async Task<TunnelFrame> NextAsync()
        {
            Assert.True(await _call.ResponseStream.MoveNext(Cancellation).WithPatience());
            return _call.ResponseStream.Current;
        }

        public async Task<List<TunnelFrame>> UntilEndAsync()
        {
            var frames = new List<TunnelFrame>();
            do
            {
                frames.Add(await NextAsync());
            }
            while (frames[^1].BodyCase != TunnelFrame.BodyOneofCase.End);
            return frames;
        }

        public void Dispose() => _call.Dispose();
    }
}
