using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using OtherThing.Protocol.V1;
using OtherThing.Tests.Support;
using OtherThing.Tests.Web.Nodes;
using OtherThing.Tests.Web.Runs;

namespace OtherThing.Tests.Web.Access;

/// <summary>A way in which somebody loses their access.</summary>
public enum AccessLoss
{
    Removed,
    Demoted,
    TokenRevoked,
    PasswordChanged,
    WorkspaceDeleted,
}

/// <summary>A workspace of an Owner with a machine, and a Member with a credential they are about to lose.</summary>
internal sealed class AccessScene(TestServer server, AccessLoss loss) : IAsyncDisposable
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private readonly WireNode _node = new(server.GrpcAddress);
    private HttpClient _owner = null!;
    private HttpClient _session = null!;
    private string _root = "";
    private string _tokenId = "";
    private int _commands;
    private readonly CancellationTokenSource _over = new();
    private Task _working = Task.CompletedTask;

    public RunClient Owner { get; private set; } = null!;

    public AccessCaller Client { get; private set; } = null!;

    public AccessCaller OwnerClient { get; private set; } = null!;

    public Guid MemberId { get; private set; }

    public Guid OwnerId { get; private set; }

    public string MemberName { get; private set; } = "";

    public string AnyFlow { get; private set; } = "";

    /// <summary>How many commands the machine was given.</summary>
    public int Commands => Volatile.Read(ref _commands);

    public static async Task<AccessScene> OpenAsync(TestServer server, AccessLoss loss)
    {
        var scene = new AccessScene(server, loss) { _owner = await server.RegisterAsync(), _session = await server.RegisterAsync() };
        var workspace = await TestServer.CreateWorkspaceAsync(scene._owner);
        scene._root = $"/api/v1/workspaces/{workspace.GetProperty("id")}";
        scene.Owner = new RunClient(scene._owner, scene._root);
        scene.OwnerClient = new AccessCaller(scene._owner, scene._root);
        scene.OwnerId = workspace.GetProperty("ownerId").GetGuid();
        using var joined = await scene._session.PostAsJsonAsync(
            "/api/v1/workspaces/join", new { inviteCode = workspace.GetProperty("inviteCode").GetString() }, Cancellation);
        Assert.Equal(HttpStatusCode.OK, joined.StatusCode);
        var me = await scene._session.GetFromJsonAsync<JsonElement>("/api/v1/me", Cancellation);
        (scene.MemberId, scene.MemberName) = (me.GetProperty("id").GetGuid(), me.GetProperty("displayName").GetString()!);
        await scene.EnrolAsync(workspace.GetProperty("id").GetGuid());
        scene.Client = new AccessCaller(loss == AccessLoss.TokenRevoked ? await scene.WithTokenAsync() : scene._session, scene._root);
        scene.AnyFlow = await scene.FlowAsync("""{"id":"done","type":"output","config":{"value":1}}""");
        return scene;
    }

    public async Task<string> FlowAsync(string step)
    {
        var document =
            $$"""{"steps":[{"id":"start","type":"trigger.manual"},{{step}}],"connections":[{"from":"start","to":"{{JsonElement.Parse(step).GetProperty("id").GetString()}}"}]}""";
        var made = await Owner.PostAsync("/flows", $$"""{"name":"Test","description":"","flow":{{document}} }""");
        return "/flows/" + made.GetProperty("id").GetString();
    }

    /// <summary>A run that commands the machine again and again, whatever its commands come to.</summary>
    public async Task<string> StartLoopAsync()
    {
        var made = await Owner.PostAsync("/flows", """
            {"name":"Loop","description":"","flow":{
                "steps":[{"id":"start","type":"trigger.manual"},
                    {"id":"again","type":"logic.loop","config":{"while":"true","maxIterations":10000}},
                    {"id":"work","type":"node.command","parent":"again","onError":"continue","config":{"command":["true"]}}],
                "connections":[{"from":"start","to":"again"}]}}
            """);
        var started = await Client.PostAsync($"/flows/{made.GetProperty("id").GetString()}/runs", "{}");
        Assert.Equal(202, started.Status);
        return started.Body.GetProperty("id").GetString()!;
    }

    public async Task TakeAwayAsync()
    {
        using var answer = loss switch
        {
            AccessLoss.Removed => await _owner.DeleteAsync($"{_root}/members/{MemberId}", Cancellation),
            AccessLoss.Demoted => await _owner.PatchAsJsonAsync($"{_root}/members/{MemberId}", new { role = "viewer" }, Cancellation),
            AccessLoss.TokenRevoked => await _session.DeleteAsync($"/api/v1/tokens/{_tokenId}", Cancellation),
            AccessLoss.WorkspaceDeleted => await _owner.SendAsync(
                new HttpRequestMessage(HttpMethod.Delete, _root) { Content = JsonContent.Create(new { name = "Workshop" }) }, Cancellation),
            _ => await ChangePasswordAsync(),
        };
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(Cancellation));
    }

    public async ValueTask DisposeAsync()
    {
        await _over.CancelAsync();
        await _working;
        await _node.DisposeAsync();
        _over.Dispose();
        _owner.Dispose();
        _session.Dispose();
    }

    /// <summary>By another session of the same person, as somebody does who was robbed of one.</summary>
    private async Task<HttpResponseMessage> ChangePasswordAsync()
    {
        var me = await _session.GetFromJsonAsync<JsonElement>("/api/v1/me", Cancellation);
        using var elsewhere = server.NewClient();
        await TestServer.SignInAsync(elsewhere, me.GetProperty("email").GetString()!);
        return await elsewhere.PostAsJsonAsync(
            "/api/v1/auth/manage/info", new { oldPassword = TestServer.Password, newPassword = "An0ther-passw0rd!" }, Cancellation);
    }

    private async Task<HttpClient> WithTokenAsync()
    {
        using var made = await _session.PostAsJsonAsync(
            "/api/v1/tokens", new { name = "Runner", scopes = new[] { "read", "write", "run" }, expiresInDays = 1 }, Cancellation);
        var token = await made.Content.ReadFromJsonAsync<JsonElement>(Cancellation);
        _tokenId = token.GetProperty("id").GetString()!;
        var client = server.NewClient();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token.GetProperty("value").GetString());
        return client;
    }

    private async Task EnrolAsync(Guid workspaceId)
    {
        using var made = await _owner.PostAsJsonAsync("/api/v1/nodes/join-tokens", new { name = "Bench", workspaceIds = new[] { workspaceId } }, Cancellation);
        var token = await made.Content.ReadFromJsonAsync<JsonElement>(Cancellation);
        await _node.RedeemAsync(token.GetProperty("token").GetString()!);
        Assert.NotNull((await _node.ConnectAsync()).Welcome);
        _working = WorkAsync();
    }

    /// <summary>The machine does at once whatever it is told.</summary>
    private async Task WorkAsync()
    {
        try
        {
            await foreach (var frame in _node.AllAsync(_over.Token))
            {
                if (frame.Assign is { } assign)
                {
                    Interlocked.Increment(ref _commands);
                    await _node.SayAsync(assign, EventKind.Accepted, 1);
                    await _node.SayAsync(assign, EventKind.Running, 2);
                    await _node.SayAsync(assign, EventKind.Finished, 3);
                }
            }
        }
        catch (Exception exception) when (exception is Grpc.Core.RpcException or InvalidOperationException or OperationCanceledException)
        {
            // The test is over.
        }
    }
}
