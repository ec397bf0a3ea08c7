using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using OtherThing.Core.Access;
using OtherThing.Lab.Processes;
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

/// <summary>
/// Removed means removed: each way to lose access against what is open, a chatty stream, waiting requests and a loop that commands a
/// machine. A second after the answer of the request that takes access away nothing more is said and nothing more is commanded.
/// </summary>
public sealed class AccessEndsTests(SharedServer server)
{
    private static readonly TimeSpan s_grace = TimeSpan.FromSeconds(1);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(AccessLoss.Removed)]
    [InlineData(AccessLoss.Demoted)]
    [InlineData(AccessLoss.TokenRevoked)]
    [InlineData(AccessLoss.PasswordChanged)]
    [InlineData(AccessLoss.WorkspaceDeleted)]
    public async Task B03_AccessLost_StreamsWaitsAndRunsEndWithinASecond(AccessLoss loss)
    {
        await using var scene = await Scene.OpenAsync(server, loss);
        var run = await scene.StartLoopAsync();
        using var stream = await scene.Client.GetStreamAsync(run);
        var listening = new Listener(stream);
        var waiting = scene.Client.PostAsync(await scene.FlowAsync("""{"id":"pause","type":"logic.wait","config":{"seconds":600}}""") + "/runs?wait=60", "{}");
        var job = await scene.Client.PostAsync("/jobs", """{"kind":"command","command":["sleep","600"],"requirements":{"labels":["none has it"]}}""");
        var waitingJob = scene.Client.SendAsync(HttpMethod.Get, $"/jobs/{job.Body.GetProperty("id").GetString()}?wait=60");
        await Until.HoldsAsync(() => Task.FromResult(listening.Bytes > 0 && scene.Commands > 3), "the stream talks and the machine works", Cancellation);
        Assert.False(waiting.IsCompleted || waitingJob.IsCompleted);

        await scene.TakeAwayAsync();
        var clock = Stopwatch.StartNew();
        await Until.HoldsAsync(
            () => Task.FromResult(clock.Elapsed > s_grace || (listening.HasEnded && waiting.IsCompleted && waitingJob.IsCompleted)), "a second is over", Cancellation);
        var (bytes, commands) = (listening.Bytes, scene.Commands);
        await Until.HoldsAsync(() => Task.FromResult(clock.Elapsed > s_grace + TimeSpan.FromSeconds(1.5)), "another while is over", Cancellation);

        Assert.Equal(bytes, listening.Bytes);
        await listening.EndAsync();
        var fresh = await scene.Client.SendAsync(HttpMethod.Post, scene.AnyFlow + "/runs", "{}");
        Assert.Equal(loss == AccessLoss.Demoted ? 403 : loss is AccessLoss.Removed or AccessLoss.WorkspaceDeleted ? 404 : 401, fresh.Status);
        var waited = await waiting;
        Assert.Equal((fresh.Status, fresh.Code), (waited.Status, waited.Code));
        var freshJob = await scene.Client.SendAsync(HttpMethod.Get, $"/jobs/{job.Body.GetProperty("id").GetString()}");
        var jobAnswer = await waitingJob;
        Assert.Equal((freshJob.Status, freshJob.Code), (jobAnswer.Status, jobAnswer.Code));
        if (loss is AccessLoss.TokenRevoked or AccessLoss.PasswordChanged)
        {
            Assert.Contains("access.unauthenticated", listening.Text, StringComparison.Ordinal);
            Assert.True(scene.Commands > commands, "what a member started goes on without the credential it was started with");
            return;
        }

        Assert.Equal(commands, scene.Commands);
        if (loss == AccessLoss.WorkspaceDeleted)
        {
            return;
        }

        var ended = await scene.Owner.GetRunAsync(run);
        Assert.Equal("failed", RunClient.StatusOf(ended));
        var code = loss == AccessLoss.Removed ? "access.run_as_removed" : "access.run_as_forbidden";
        Assert.Equal(code, ended.GetProperty("error").GetProperty("code").GetString());
        Assert.Contains(scene.MemberName, ended.GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);
        var stopped = await scene.Owner.GetAsync($"/jobs/{job.Body.GetProperty("id").GetString()}");
        Assert.Equal("cancelled", stopped.GetProperty("status").GetString());
        Assert.Contains(scene.MemberName, stopped.GetRawText(), StringComparison.Ordinal);
        if (loss == AccessLoss.Removed)
        {
            Assert.Contains("event: ended", listening.Text, StringComparison.Ordinal);
            Assert.Contains("workspace.not_found", listening.Text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A14_RemoveWithHandover_LetsTheRunGoOnForWhoRemoves()
    {
        await using var scene = await Scene.OpenAsync(server, AccessLoss.Removed);
        var run = await scene.StartLoopAsync();
        await Until.HoldsAsync(() => Task.FromResult(scene.Commands > 3), "the machine works", Cancellation);

        var wrong = await scene.Owner.SendAsync(HttpMethod.Delete, $"/members/{scene.MemberId}?runs=keep");
        var removed = await scene.Owner.SendAsync(HttpMethod.Delete, $"/members/{scene.MemberId}?runs=handover");
        var commands = scene.Commands;
        await Until.HoldsAsync(() => Task.FromResult(scene.Commands > commands + 5), "the machine goes on working", Cancellation);
        var going = await scene.Owner.GetRunAsync(run);
        var self = await scene.Owner.SendAsync(HttpMethod.Delete, $"/members/{scene.OwnerId}?runs=handover");

        Assert.Equal((400, "member.runs_invalid"), (wrong.Status, wrong.Body.GetProperty("code").GetString()));
        Assert.Equal(204, removed.Status);
        Assert.Equal("running", RunClient.StatusOf(going));
        Assert.Equal((400, "member.handover_self"), (self.Status, self.Body.GetProperty("code").GetString()));
    }

    [Fact]
    public async Task B03_StreamsAndWaitsEnded_LeaveNothingBehind()
    {
        await using var own = new TestServer();
        await using var scene = await Scene.OpenAsync(own, AccessLoss.PasswordChanged);
        var run = await scene.StartLoopAsync();
        var (watch, caps) = (own.Services.GetRequiredService<AccessWatch>(), own.Services.GetRequiredService<PersonCaps>());
        using (var stream = await scene.Client.GetStreamAsync(run))
        {
            var listening = new Listener(stream);
            await Until.HoldsAsync(() => Task.FromResult(listening.Bytes > 0), "the stream talks", Cancellation);
            Assert.Equal((1, 1), (watch.HoldCount, caps.Count(OpenThing.Stream, scene.MemberId)));
            await scene.TakeAwayAsync();
            await listening.EndAsync();
        }

        await Until.HoldsAsync(() => Task.FromResult(watch.HoldCount == 0 && caps.Count(OpenThing.Stream, scene.MemberId) == 0), "nothing is held", Cancellation);
    }

    [Fact]
    public async Task C12_StreamsAndWaitsPastTheCap_AreRefusedByName()
    {
        await using var own = new TestServer(("PerPerson:Streams", "2"), ("PerPerson:Waits", "1"));
        await using var scene = await Scene.OpenAsync(own, AccessLoss.Removed);
        var run = await scene.StartLoopAsync();
        var pausing = await scene.FlowAsync("""{"id":"pause","type":"logic.wait","config":{"seconds":600}}""");
        using (await scene.Client.GetStreamAsync(run))
        using (await scene.Client.GetStreamAsync(run))
        {
            var third = await scene.Client.SendAsync(HttpMethod.Get, $"/runs/{run}/events");
            using var others = await scene.OwnerClient.GetStreamAsync(run);
            var first = scene.Client.PostAsync(pausing + "/runs?wait=60", "{}");
            await Until.HoldsAsync(
                async () => (await scene.Owner.GetAsync("/runs")).GetProperty("items").GetArrayLength() == 2, "the first one waits for its run", Cancellation);
            Assert.Equal(1, own.Services.GetRequiredService<PersonCaps>().Count(OpenThing.Wait, scene.MemberId));
            var before = (await scene.Owner.GetAsync("/runs")).GetProperty("items").GetArrayLength();
            var second = await scene.Client.PostAsync(pausing + "/runs?wait=60", "{}");
            var after = (await scene.Owner.GetAsync("/runs")).GetProperty("items").GetArrayLength();

            Assert.Equal((429, "cap.streams"), (third.Status, third.Code));
            Assert.Equal((429, "cap.waits"), (second.Status, second.Code));
            Assert.Contains("2 event streams", third.Body.GetProperty("detail").GetString(), StringComparison.Ordinal);
            Assert.Equal(before, after);
            Assert.False(first.IsCompleted);
            await scene.TakeAwayAsync();
            Assert.Equal(404, (await first).Status);
        }
    }

    /// <summary>A workspace of an Owner with a machine, and a Member with a credential they are about to lose.</summary>
    private sealed class Scene(TestServer server, AccessLoss loss) : IAsyncDisposable
    {
        private readonly WireNode _node = new(server.GrpcAddress);
        private HttpClient _owner = null!;
        private HttpClient _session = null!;
        private string _root = "";
        private string _tokenId = "";
        private int _commands;
        private readonly CancellationTokenSource _over = new();
        private Task _working = Task.CompletedTask;

        public RunClient Owner { get; private set; } = null!;

        public Caller Client { get; private set; } = null!;

        public Caller OwnerClient { get; private set; } = null!;

        public Guid MemberId { get; private set; }

        public Guid OwnerId { get; private set; }

        public string MemberName { get; private set; } = "";

        public string AnyFlow { get; private set; } = "";

        /// <summary>How many commands the machine was given.</summary>
        public int Commands => Volatile.Read(ref _commands);

        public static async Task<Scene> OpenAsync(TestServer server, AccessLoss loss)
        {
            var scene = new Scene(server, loss) { _owner = await server.RegisterAsync(), _session = await server.RegisterAsync() };
            var workspace = await TestServer.CreateWorkspaceAsync(scene._owner);
            scene._root = $"/api/v1/workspaces/{workspace.GetProperty("id")}";
            scene.Owner = new RunClient(scene._owner, scene._root);
            scene.OwnerClient = new Caller(scene._owner, scene._root);
            scene.OwnerId = workspace.GetProperty("ownerId").GetGuid();
            using var joined = await scene._session.PostAsJsonAsync(
                "/api/v1/workspaces/join", new { inviteCode = workspace.GetProperty("inviteCode").GetString() }, Cancellation);
            Assert.Equal(HttpStatusCode.OK, joined.StatusCode);
            var me = await scene._session.GetFromJsonAsync<JsonElement>("/api/v1/me", Cancellation);
            (scene.MemberId, scene.MemberName) = (me.GetProperty("id").GetGuid(), me.GetProperty("displayName").GetString()!);
            await scene.EnrolAsync(workspace.GetProperty("id").GetGuid());
            scene.Client = new Caller(loss == AccessLoss.TokenRevoked ? await scene.WithTokenAsync() : scene._session, scene._root);
            scene.AnyFlow = await scene.FlowAsync("""{"id":"done","type":"output","config":{"value":1}}""");
            return scene;
        }

        public async Task<string> FlowAsync(string step)
        {
            var document = $$"""{"steps":[{"id":"start","type":"trigger.manual"},{{step}}],"connections":[{"from":"start","to":"{{JsonElement.Parse(step).GetProperty("id").GetString()}}"}]}""";
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

    /// <summary>One credential's requests below a workspace.</summary>
    private sealed class Caller(HttpClient http, string root)
    {
        public Task<Answer> PostAsync(string path, string body) => SendAsync(HttpMethod.Post, path, body);

        public async Task<Answer> SendAsync(HttpMethod method, string path, string? body = null)
        {
            using var request = new HttpRequestMessage(method, root + path);
            request.Content = body is null ? null : new StringContent(body, System.Text.Encoding.UTF8, "application/json");
            using var answer = await http.SendAsync(request, Cancellation);
            var text = await answer.Content.ReadAsStringAsync(Cancellation);
            return new Answer((int)answer.StatusCode, text.Length == 0 ? default : JsonElement.Parse(text));
        }

        public Task<Stream> GetStreamAsync(string run) => http.GetStreamAsync($"{root}/runs/{run}/events", Cancellation);
    }

    private sealed record Answer(int Status, JsonElement Body)
    {
        public string? Code => Body.ValueKind == JsonValueKind.Object && Body.TryGetProperty("code", out var code) ? code.GetString() : null;
    }

    /// <summary>Counts what an event stream says.</summary>
    private sealed class Listener
    {
        private readonly System.Text.StringBuilder _text = new();
        private readonly Task _reading;
        private long _bytes;

        public Listener(Stream stream) => _reading = ReadAsync(stream);

        public long Bytes => Interlocked.Read(ref _bytes);

        public bool HasEnded => _reading.IsCompleted;

        public string Text
        {
            get
            {
                lock (_text)
                {
                    return _text.ToString();
                }
            }
        }

        public Task EndAsync() => _reading.WaitAsync(TimeSpan.FromSeconds(30), Cancellation);

        private async Task ReadAsync(Stream stream)
        {
            var buffer = new byte[64 * 1024];
            while (await stream.ReadAsync(buffer, Cancellation) is var read and > 0)
            {
                Interlocked.Add(ref _bytes, read);
                lock (_text)
                {
                    _text.Append(System.Text.Encoding.UTF8.GetString(buffer, 0, read));
                    if (_text.Length > 100_000)
                    {
                        _text.Remove(0, _text.Length - 50_000);
                    }
                }
            }
        }
    }
}
