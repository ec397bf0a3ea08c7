using Microsoft.AspNetCore.Http;
using OtherThing.Agent.Policies;
using OtherThing.Lab.Providers;
using OtherThing.Protocol.V1;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Agent.Models;

/// <summary>The agent as the server's frames find it: what it lends of models, and how it keeps to what its owner allows.</summary>
public sealed class ModelTunnelTests : IAsyncLifetime
{
    private FakeServer _server = null!;
    private FakeProvider _models = null!;
    private AgentHost _agent = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await FakeServer.StartAsync();
        _models = await FakeProvider.StartAsync();
        _models.Local = new FakeLocal(FakeSoftware.Ollama, new FakeLocalModel("llama3.2:latest"), new FakeLocalModel("qwen3:8b", Loaded: false, Bytes: 5L << 30));
        Endpoint = _models.AnthropicUrl.AbsoluteUri.TrimEnd('/');
        _agent = new AgentHost { Server = _server, Data = Path.Combine(Path.GetTempPath(), $"ot-agent-{Guid.NewGuid():n}") };
    }

    public async ValueTask DisposeAsync()
    {
        await _agent.DisposeAsync();
        await _models.DisposeAsync();
        await _server.DisposeAsync();
    }

    private string Endpoint { get; set; } = "";

    [Fact]
    public async Task Hello_NamesTheModelsOfANamedEndpointWithSizeAndWhetherTheyAreLoaded()
    {
        var hello = await StartAsync();

        var endpoint = Assert.Single(hello.Facts.Endpoints, endpoint => endpoint.Endpoint == Endpoint);
        Assert.Equal(("Ollama", 1u, ""), (endpoint.Server, endpoint.Slots, endpoint.Problem));
        Assert.Equal([("llama3.2:latest", true, 1925ul), ("qwen3:8b", false, 5120ul)], endpoint.Models.Select(model => (model.Name, model.Loaded, model.SizeMb)));
        Assert.Contains("model", hello.Consent.Kinds);
    }

    [Fact]
    public async Task Hello_KindNotAllowed_NamesNoModelAndRefusesToServeThem()
    {
        var hello = await StartAsync(allow: "script");
        var tunnel = await OpenAsync();

        Assert.Empty(hello.Facts.Endpoints);
        Assert.Equal("not_allowed", (await tunnel.NextAsync()).Error.Code);
        Assert.Equal(0, _models.Calls);
    }

    [Fact]
    public async Task Facts_ModelsChange_AreToldAnewWithinSeconds()
    {
        await StartAsync();

        _models.Local = new FakeLocal(FakeSoftware.Ollama, new FakeLocalModel("llama3.2:latest", Loaded: false));
        var facts = await _server.FactsAsync();

        Assert.Equal([("llama3.2:latest", false)], facts.Endpoints.Single(each => each.Endpoint == Endpoint).Models.Select(model => (model.Name, model.Loaded)));
    }

    [Fact]
    public async Task Tunnel_Chat_BringsTheAnswerInPiecesAndNothingOfTheCallerToTheEndpoint()
    {
        List<string> headers = [];
        _models.Script = async (context, call) =>
        {
            headers = [.. context.Request.Headers.Select(header => header.Key)];
            context.Response.Headers["X-Secret"] = "of the endpoint";
            context.Response.Headers.RetryAfter = "7";
            context.Response.ContentType = "text/event-stream";
            await context.Response.WriteAsync("data: one\n\n");
            await context.Response.Body.FlushAsync();
            await context.Response.WriteAsync("data: two\n\n");
        };
        await StartAsync();
        var tunnel = await OpenAsync();

        await tunnel.AskAsync("llama3.2", "Hi");
        var (head, body) = await tunnel.AnswerAsync();

        Assert.Equal((200u, "text/event-stream", "7"), (head.Status, head.ContentType, head.RetryAfter));
        Assert.Equal("data: one\n\ndata: two\n\n", body);
        Assert.Equal(["Accept", "Content-Length", "Content-Type", "Host", "User-Agent"], headers.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("POST", "/api/pull")]
    [InlineData("DELETE", "/api/delete")]
    [InlineData("GET", "/v1/chat/completions")]
    [InlineData("POST", "/v1/chat/completions/../../api/pull")]
    [InlineData("POST", "/v1/chat/completions?x=1")]
    public async Task Tunnel_AnotherPath_IsRefused(string method, string path)
    {
        await StartAsync();
        var tunnel = await OpenAsync();

        await tunnel.SayAsync(FakeTunnel.Open(path, method));

        Assert.Equal("path_refused", (await tunnel.NextAsync(TunnelFrame.BodyOneofCase.Error)).Error.Code);
    }

    [Fact]
    public async Task OpenTunnel_EndpointOrWorkspaceThatIsNotLent_IsRefused()
    {
        await StartAsync();

        var elsewhere = await OpenAsync(endpoint: "http://169.254.169.254");
        var foreign = await OpenAsync(workspace: Guid.NewGuid().ToString());

        Assert.Equal("unknown_endpoint", (await elsewhere.NextAsync()).Error.Code);
        Assert.Equal("not_allowed", (await foreign.NextAsync()).Error.Code);
    }

    [Fact]
    public async Task Tunnel_HostileFrames_EndItBeforeAnythingReachesTheEndpoint()
    {
        await StartAsync();

        var codes = new List<string>();
        foreach (var frames in (TunnelFrame[][])[
            [FakeTunnel.Data("before it is open")],
            [FakeTunnel.Open(), FakeTunnel.Open()],
            [new TunnelFrame { Head = new TunnelHead { Status = 200 } }],
            [new TunnelFrame { TunnelId = Guid.NewGuid().ToString(), Open = new TunnelOpen { Method = "POST", Path = "/v1/chat/completions" } }],
            [FakeTunnel.Open(), .. Enumerable.Repeat(FakeTunnel.Data(new string('x', 1 << 20)), 5)],
        ])
        {
            var tunnel = await OpenAsync();
            foreach (var frame in frames)
            {
                await tunnel.SayAsync(frame.Clone());
            }

            codes.Add((await tunnel.NextAsync(TunnelFrame.BodyOneofCase.Error)).Error.Code);
        }

        Assert.Equal(["protocol", "protocol", "protocol", "protocol", "too_large"], codes);
        Assert.Equal(0, _models.Calls);
    }

    [Fact]
    public async Task Tunnel_ServerGivesNoRoom_SendsNoMoreThanItTakes()
    {
        _models.Reply = _ => new string('x', 100_000);
        await StartAsync();
        var tunnel = await OpenAsync();

        await tunnel.AskAsync("llama3.2", "Hi", window: 1_000);
        await tunnel.NextAsync(TunnelFrame.BodyOneofCase.Head);
        var first = 0;
        while (first < 1_000)
        {
            first += (await tunnel.NextAsync(TunnelFrame.BodyOneofCase.Data)).Data.Data.Length;
        }

        await tunnel.SayAsync(FakeTunnel.Window(1));
        var next = (await tunnel.NextAsync()).Data.Data.Length;

        Assert.Equal((1_000, 1), (first, next));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Tunnel_ServerHangsUpOrSaysSo_ClosesTheSocketOfTheEndpoint(bool saysSo)
    {
        var closed = new TaskCompletionSource();
        _models.Script = async (context, _) =>
        {
            context.RequestAborted.Register(() => closed.TrySetResult());
            await context.Response.WriteAsync("data: one\n\n");
            await context.Response.Body.FlushAsync();
            await closed.Task;
        };
        await StartAsync();
        var tunnel = await OpenAsync();
        await tunnel.AskAsync("llama3.2", "Hi");
        await tunnel.NextAsync(TunnelFrame.BodyOneofCase.Data);

        if (saysSo)
        {
            await tunnel.SayAsync(new TunnelFrame { Error = new TunnelError { Code = "cancelled" } });
        }
        else
        {
            tunnel.HangUp();
        }

        await closed.Task.WithPatience();
    }

    [Fact]
    public async Task Policy_ForbidsModelsWhileOneAnswers_StopsItAtOnce()
    {
        var closed = new TaskCompletionSource();
        _models.Script = async (context, _) =>
        {
            context.RequestAborted.Register(() => closed.TrySetResult());
            await context.Response.WriteAsync("data: one\n\n");
            await context.Response.Body.FlushAsync();
            await closed.Task;
        };
        await StartAsync();
        var tunnel = await OpenAsync();
        await tunnel.AskAsync("llama3.2", "Hi");
        await tunnel.NextAsync(TunnelFrame.BodyOneofCase.Data);

        var file = new PolicyFile(_agent.Data);
        file.Write(file.Read().Policy with { Kinds = ["script"] });

        Assert.Equal("not_allowed", (await tunnel.NextAsync(TunnelFrame.BodyOneofCase.Error)).Error.Code);
        await closed.Task.WithPatience();
        Assert.DoesNotContain((await _server.FactsAsync()).Endpoints, endpoint => endpoint.Models.Count > 0);
    }

    [Fact]
    public async Task Tunnel_EndpointDied_SaysSoAndTheMachineTellsThatItServesNothing()
    {
        await StartAsync();
        await _models.DisposeAsync();
        var tunnel = await OpenAsync();

        await tunnel.AskAsync("llama3.2", "Hi");

        Assert.Equal("unreachable", (await tunnel.NextAsync(TunnelFrame.BodyOneofCase.Error)).Error.Code);
        var endpoint = (await _server.FactsAsync()).Endpoints.Single(each => each.Endpoint == Endpoint);
        Assert.Equal((0, $"Nothing listens at {Endpoint}."), (endpoint.Models.Count, endpoint.Problem));
    }

    [Fact]
    public async Task Tunnel_MoreAtOnceThanTheOwnerLends_WaitForEachOther()
    {
        var (inside, most) = (0, 0);
        _models.Script = async (context, _) =>
        {
            most = Math.Max(most, Interlocked.Increment(ref inside));
            await context.Response.WriteAsync("data: one\n\n");
            await context.Response.Body.FlushAsync();
            await Task.Yield();
            Interlocked.Decrement(ref inside);
        };
        await StartAsync();

        var tunnels = new List<FakeTunnel>();
        for (var count = 0; count < 8; count++)
        {
            tunnels.Add(await OpenAsync());
        }

        await Task.WhenAll(tunnels.Select(tunnel => tunnel.AskAsync("llama3.2", "Hi")));
        var answers = await Task.WhenAll(tunnels.Select(tunnel => tunnel.AnswerAsync()));

        Assert.All(answers, answer => Assert.Equal("data: one\n\n", answer.Body));
        Assert.Equal(1, most);
    }

    private async Task<Hello> StartAsync(string allow = "script,model")
    {
        _agent.Start(allow, FakeServer.JoinToken, models: [Endpoint]);
        return await _agent.ConnectedAsync();
    }

    private async Task<FakeTunnel> OpenAsync(string? endpoint = null, string? workspace = null)
    {
        var id = Guid.NewGuid().ToString();
        await _server.SendAsync(
            new ServerFrame { OpenTunnel = new OpenTunnel { TunnelId = id, Endpoint = endpoint ?? Endpoint, WorkspaceId = workspace ?? _server.WorkspaceId } });
        var tunnel = await _server.TunnelAsync();
        Assert.Equal(id, tunnel.Id);
        return tunnel;
    }
}
