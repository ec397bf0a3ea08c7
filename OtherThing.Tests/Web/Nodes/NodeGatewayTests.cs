using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Google.Protobuf;
using Grpc.Core;
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
        await using var bench = await ConnectedAsync();

        var posting = bench.PostAsync("/jobs?wait=300", new { kind = "noop", effects = "safe" });
        var assign = await bench.Node.NextAssignAsync();
        await bench.Node.SayAsync(assign, EventKind.Finished, 1);
        var job = await posting;

        Assert.Equal(JobKind.Noop, assign.Spec.Kind);
        Assert.Equal("succeeded", job.GetProperty("status").GetString());
        Assert.Equal(bench.Node.Id, job.GetProperty("nodeId").GetGuid());
    }

    [Fact]
    public async Task Session_Command_RunsAfterItsAckAndKeepsItsLog()
    {
        await using var bench = await ConnectedAsync();

        var posting = bench.PostAsync("/jobs?wait=300", new { kind = "command", command = new[] { "echo", "hi" }, stdin = "in" });
        var assign = await bench.Node.NextAssignAsync();
        await bench.Node.SayAsync(assign, EventKind.Accepted, 1);
        var accepted = await bench.Node.NextAckAsync();
        await bench.Node.SayAsync(assign, EventKind.Running, 2);
        await bench.Node.SayAsync(assign, EventKind.Finished, 3, end =>
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

    [Fact]
    public async Task N09_Workspace_AsksForASandbox_NodeWithLessGetsNothingAndExplainSaysWhy()
    {
        await using var bench = await ConnectedAsync();
        await bench.PatchAsync(new { leastSandbox = "bubblewrap" });

        // The setting holds a second after it was changed at the latest.
        await Patience.UntilAsync(
            async () =>
            {
                var job = await bench.PostAsync("/jobs", new { kind = "command", command = new[] { "true" } });
                var said = (await bench.GetAsync($"/jobs/{job.GetProperty("id").GetGuid()}/explain")).GetProperty("nodes")[0].GetProperty("reason").GetString();
                return said == "the workspace asks for bubblewrap at least, it has process";
            },
            "explain names the setting");
        using var wrong = await bench.Client.PatchAsJsonAsync($"/api/v1/workspaces/{bench.Workspace}", new { leastSandbox = "a box" }, Cancellation);
        await bench.Node.SendAsync(new NodeFrame { Consent = new Consent { Kinds = { "command" }, SandboxClasses = { "bubblewrap" }, Network = "none" } });
        Assign assign;
        do
        {
            assign = await bench.Node.NextAssignAsync();
        }
        while (assign.Spec.SandboxMin.Length == 0);

        await bench.Node.SayAsync(assign, EventKind.Accepted, 1, said => (said.Sandbox, said.Network) = ("bubblewrap", "none"));
        await bench.Node.NextAckAsync();
        var running = await bench.GetAsync($"/jobs/{assign.JobId}");

        Assert.Equal(HttpStatusCode.BadRequest, wrong.StatusCode);
        Assert.Equal("bubblewrap", assign.Spec.SandboxMin);
        Assert.Equal(("bubblewrap", "none"), (running.GetProperty("sandbox").GetString(), running.GetProperty("network").GetString()));
        Assert.Equal("bubblewrap", running.GetProperty("attempts")[0].GetProperty("sandbox").GetString());
    }

    [Fact]
    public async Task AppendLogs_CutAndResumed_StoresEachByteOnce()
    {
        await using var bench = await ConnectedAsync();
        var posting = bench.PostAsync("/jobs?wait=300", new { kind = "command", command = new[] { "seq" } });
        var assign = await bench.Node.NextAssignAsync();
        await bench.Node.SayAsync(assign, EventKind.Accepted, 1);
        await bench.Node.NextAckAsync();

        using (var first = bench.Node.Data.AppendLogs(bench.Node.Authorization, cancellationToken: Cancellation))
        {
            await first.RequestStream.WriteAsync(Chunk(assign, 0, "one "), Cancellation);
            Assert.True(await first.ResponseStream.MoveNext(Cancellation));
            Assert.Equal(4ul, first.ResponseStream.Current.NextOffset);
        }

        using var second = bench.Node.Data.AppendLogs(bench.Node.Authorization, cancellationToken: Cancellation);
        var zipped = Chunk(assign, 0, "one two ");
        (zipped.Data, zipped.Gzip) = (Gzip("one two "), true);
        await second.RequestStream.WriteAsync(zipped, Cancellation);
        await second.RequestStream.WriteAsync(Chunk(assign, 8, "three"), Cancellation);
        await bench.Node.SayAsync(assign, EventKind.Finished, 2, end => end.StdoutEnd = 13);
        var job = await posting;
        var log = await bench.GetAsync($"/jobs/{job.GetProperty("id").GetGuid()}/logs");

        Assert.Equal("one two three", job.GetProperty("stdout").GetString());
        Assert.Equal("one two three", log.GetProperty("stdout").GetString());
    }

    [Fact]
    public async Task AppendLogs_ForeignAttemptOrBomb_IsStopped()
    {
        await using var bench = await ConnectedAsync();
        using var stream = bench.Node.Data.AppendLogs(bench.Node.Authorization, cancellationToken: Cancellation);
        var bomb = new LogChunk { AttemptId = Guid.NewGuid().ToString(), Stream = LogStream.Stdout, Data = Gzip(new string('a', 10_000_000)), Gzip = true };

        await stream.RequestStream.WriteAsync(
            new LogChunk { AttemptId = Guid.NewGuid().ToString(), Stream = LogStream.Stdout, Data = ByteString.CopyFromUtf8("x") }, Cancellation);
        await stream.RequestStream.WriteAsync(bomb, Cancellation);
        var stops = new List<bool>();
        while (stops.Count < 2 && await stream.ResponseStream.MoveNext(Cancellation))
        {
            stops.Add(stream.ResponseStream.Current.Stop);
        }

        Assert.Equal([true, true], stops);
    }

    [Fact]
    public async Task Session_CutAndBack_KeepsTheRunningAttempt()
    {
        await using var bench = await ConnectedAsync();
        var posting = bench.PostAsync("/jobs?wait=300", new { kind = "command", command = new[] { "sleep", "9" } });
        var assign = await bench.Node.NextAssignAsync();
        await bench.Node.SayAsync(assign, EventKind.Accepted, 1);
        await bench.Node.NextAckAsync();

        await bench.Node.CutAsync();
        var back =
            await bench.Node.ConnectAsync(new AttemptReport { AttemptId = assign.AttemptId, Fence = assign.Fence, State = AttemptState.Running, Alive = true });
        await bench.Node.SayAsync(assign, EventKind.Finished, 3);
        var job = await posting;

        Assert.Equal(Verdict.Keep, Assert.Single(back.Welcome.Reconcile).Verdict);
        Assert.Equal("succeeded", job.GetProperty("status").GetString());
        Assert.Equal(1, job.GetProperty("attempts").GetArrayLength());
    }

    [Fact]
    public async Task Session_Newer_EndsTheOlder()
    {
        await using var bench = await ConnectedAsync();
        await using var again = new WireNode(server.GrpcAddress, bench.Node.Key) { InstanceId = bench.Node.InstanceId, Nonce = bench.Node.Nonce };
        again.Take(new Enrolled { NodeId = bench.Node.Id.ToString(), ServerId = bench.Node.ServerId });

        var welcome = await again.ConnectAsync();
        var goAway = await bench.Node.NextAsync(ServerFrame.BodyOneofCase.GoAway);

        Assert.NotNull(welcome.Welcome);
        Assert.Equal(GoAwayReason.Replaced, goAway.GoAway.Reason);
    }

    [Fact]
    public async Task Session_CopyOfTheDisk_QuarantinesUntilTheOwnerResumes()
    {
        await using var bench = await ConnectedAsync();
        await using var copy = new WireNode(server.GrpcAddress, bench.Node.Key) { Nonce = ByteString.CopyFrom(new byte[16]) };
        copy.Take(new Enrolled { NodeId = bench.Node.Id.ToString(), ServerId = bench.Node.ServerId });

        var refused = await copy.ConnectAsync();
        var first = await bench.Node.NextAsync(ServerFrame.BodyOneofCase.GoAway);
        var status = (await bench.GetNodeAsync()).GetProperty("status").GetString();
        await bench.PostNodeAsync("/resume", new { });
        var welcome = await copy.ConnectAsync();

        Assert.Equal(GoAwayReason.Quarantined, refused.GoAway.Reason);
        Assert.Equal(GoAwayReason.Quarantined, first.GoAway.Reason);
        Assert.Equal("quarantined", status);
        Assert.NotNull(welcome.Welcome);
    }

    [Fact]
    public async Task Remove_ConnectedNode_EndsItForGood()
    {
        await using var bench = await ConnectedAsync();

        using var removed = await bench.Client.DeleteAsync($"/api/v1/nodes/{bench.Node.Id}", Cancellation);
        var goAway = await bench.Node.NextAsync(ServerFrame.BodyOneofCase.GoAway);
        var refusal = await Assert.ThrowsAsync<RpcException>(() => bench.Node.GetTokenAsync(bench.Node.Assertion()));
        var begin = await Assert.ThrowsAsync<RpcException>(async () => await bench.Node.Enrollment.BeginAsync(
            new BeginRequest { PublicKey = ByteString.CopyFrom(bench.Node.PublicKey) }, cancellationToken: Cancellation));
        using var gone = await bench.Client.GetAsync($"/api/v1/nodes/{bench.Node.Id}", Cancellation);

        Assert.Equal(HttpStatusCode.NoContent, removed.StatusCode);
        Assert.Equal(GoAwayReason.Revoked, goAway.GoAway.Reason);
        Assert.Equal(StatusCode.PermissionDenied, refusal.StatusCode);
        Assert.Equal(StatusCode.PermissionDenied, begin.StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, gone.StatusCode);
    }

    [Fact]
    public async Task Cancel_RunningCommand_ReachesTheNodeAndIsFinal()
    {
        await using var bench = await ConnectedAsync();
        var made = await bench.PostAsync("/jobs", new { kind = "command", command = new[] { "sleep", "60" } });
        var assign = await bench.Node.NextAssignAsync();
        await bench.Node.SayAsync(assign, EventKind.Accepted, 1);
        await bench.Node.NextAckAsync();

        var cancelling = bench.PostAsync($"/jobs/{made.GetProperty("id").GetGuid()}/cancel", new { });
        var cancel = await bench.Node.NextAsync(ServerFrame.BodyOneofCase.Cancel);
        await bench.Node.SayAsync(assign, EventKind.Finished, 3);
        var job = await cancelling;

        Assert.Equal(assign.AttemptId, cancel.Cancel.AttemptId);
        Assert.Equal("cancelled", job.GetProperty("status").GetString());
    }

    [Fact]
    public async Task Rejected_ByTheOnlyNode_WaitsAndExplainRepeatsItsReason()
    {
        await using var bench = await ConnectedAsync();
        var made = await bench.PostAsync("/jobs", new { kind = "command", command = new[] { "x" } });
        var assign = await bench.Node.NextAssignAsync();

        await bench.Node.SayAsync(assign, EventKind.Rejected, 1, no => (no.ReasonCode, no.Reason) = ("disk_full", "The disk is full."));
        await bench.Node.NextAckAsync();
        var explained = await bench.GetAsync($"/jobs/{made.GetProperty("id").GetGuid()}/explain");
        var job = await bench.GetAsync($"/jobs/{made.GetProperty("id").GetGuid()}");

        Assert.Equal("it refused the job: The disk is full.", explained.GetProperty("nodes")[0].GetProperty("reason").GetString());
        Assert.Equal("queued", job.GetProperty("status").GetString());
        Assert.Equal("rejected", job.GetProperty("attempts")[0].GetProperty("status").GetString());
    }

    [Fact]
    public async Task Explain_DemandNoNodeMeets_SaysWhatItLends()
    {
        await using var bench = await ConnectedAsync();
        var made = await bench.PostAsync("/jobs", new { kind = "command", command = new[] { "x" }, requirements = new { memoryMb = 4_000_000 } });

        var explained = await bench.GetAsync($"/jobs/{made.GetProperty("id").GetGuid()}/explain");
        var verdict = explained.GetProperty("nodes")[0];

        Assert.Equal("queued", made.GetProperty("status").GetString());
        Assert.False(verdict.GetProperty("fits").GetBoolean());
        Assert.Contains("8192 MiB", verdict.GetProperty("reason").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Batch_ManyNoops_AreCountedToTheirEnd()
    {
        await using var bench = await ConnectedAsync();
        var batch = await bench.PostAsync("/jobs/batches", new { jobs = Enumerable.Repeat(new { kind = "noop", effects = "safe" }, 200) });
        var id = batch.GetProperty("id").GetGuid();
        for (var count = 0; count < 200; count++)
        {
            await bench.Node.SayAsync(await bench.Node.NextAssignAsync(), EventKind.Finished, 1, end => end.ExitCode = count % 4 == 0 ? 1 : 0);
        }

        var done = await bench.GetAsync($"/jobs/batches/{id}?wait=300");

        Assert.Equal((200, 150, 50, true), (
            done.GetProperty("count").GetInt32(), done.GetProperty("succeeded").GetInt32(), done.GetProperty("failed").GetInt32(),
            done.GetProperty("done").GetBoolean()));
    }

    [Fact]
    public async Task Redeem_FiftyAtOnce_OneSucceeds()
    {
        var client = await server.RegisterAsync();
        using var made = await client.PostAsJsonAsync("/api/v1/nodes/join-tokens", new { }, Cancellation);
        var token = (await made.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("token").GetString()!;
        await using var flood = new TestServer(("Nodes:EnrollmentsPerTenMinutes", "100000"));
        var floodClient = await flood.RegisterAsync();
        using var floodMade = await floodClient.PostAsJsonAsync("/api/v1/nodes/join-tokens", new { }, Cancellation);
        var floodToken = (await floodMade.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("token").GetString()!;

        var results = await Task.WhenAll(Enumerable.Range(0, 50).Select(async _ =>
        {
            await using var node = new WireNode(flood.GrpcAddress);
            try
            {
                await node.RedeemAsync(floodToken);
                return StatusCode.OK;
            }
            catch (RpcException refused)
            {
                return refused.StatusCode;
            }
        }));
        await using var foreign = new WireNode(flood.GrpcAddress);
        var elsewhere = await Assert.ThrowsAsync<RpcException>(() => foreign.RedeemAsync(token));

        Assert.Equal(1, results.Count(status => status == StatusCode.OK));
        Assert.Equal(49, results.Count(status => status == StatusCode.PermissionDenied));
        Assert.Equal(StatusCode.PermissionDenied, elsewhere.StatusCode);
    }

    [Fact]
    public async Task Claim_CodeFromTheMachine_MakesItMine()
    {
        var client = await server.RegisterAsync();
        await using var node = new WireNode(server.GrpcAddress);
        var begun = await node.Enrollment.BeginAsync(
            new BeginRequest { PublicKey = ByteString.CopyFrom(node.PublicKey), Facts = node.Facts, Name = "Attic" }, cancellationToken: Cancellation);
        var poll = new PollRequest
        {
            EnrollId = begun.EnrollId,
            Proof = ByteString.CopyFrom(node.Sign("otherthing.poll.v1\n", Encoding.UTF8.GetBytes(begun.EnrollId))),
        };

        var waiting = await node.Enrollment.PollAsync(poll, cancellationToken: Cancellation);
        using var wrong = await client.PostAsJsonAsync("/api/v1/nodes/claim", new { claimCode = "AAAA-AAAA" }, Cancellation);
        using var right = await client.PostAsJsonAsync("/api/v1/nodes/claim", new { claimCode = begun.UserCode.ToLowerInvariant() }, Cancellation);
        using var again = await client.PostAsJsonAsync("/api/v1/nodes/claim", new { claimCode = begun.UserCode }, Cancellation);
        var claimed = await node.Enrollment.PollAsync(poll, cancellationToken: Cancellation);
        var forged = await Assert.ThrowsAsync<RpcException>(async () => await node.Enrollment.PollAsync(
            new PollRequest { EnrollId = begun.EnrollId, Proof = ByteString.CopyFrom(new byte[64]) }, cancellationToken: Cancellation));

        Assert.Matches("^[A-Z2-9]{4}-[A-Z2-9]{4}$", begun.UserCode);
        Assert.NotNull(waiting.Pending);
        Assert.Equal(HttpStatusCode.BadRequest, wrong.StatusCode);
        Assert.Equal(HttpStatusCode.OK, right.StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, again.StatusCode);
        Assert.Equal("Attic", (await right.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("name").GetString());
        Assert.Equal(begun.EnrollId, claimed.Enrolled.NodeId);
        Assert.Equal(StatusCode.Unauthenticated, forged.StatusCode);
    }

    [Fact]
    public async Task GetToken_ReplayedForeignOrOldProof_IsRefused()
    {
        await using var bench = await ConnectedAsync();
        using var otherKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        await using var thief = new WireNode(server.GrpcAddress, otherKey);
        thief.Take(new Enrolled { NodeId = bench.Node.Id.ToString(), ServerId = bench.Node.ServerId });
        var used = bench.Node.Assertion();
        await bench.Node.GetTokenAsync(used);

        foreach (var proof in new[]
        {
            used,
            thief.Assertion(),
            bench.Node.Assertion(assertion => assertion.Audience = "elsewhere"),
            bench.Node.Assertion(assertion => assertion.ExpUnixS = assertion.IatUnixS + 3600),
            bench.Node.Assertion(assertion => (assertion.IatUnixS, assertion.ExpUnixS) = (assertion.IatUnixS - 4000, assertion.IatUnixS - 3970)),
            bench.Node.Assertion(assertion => assertion.Jti = ByteString.Empty),
            new GetTokenRequest { Assertion = ByteString.CopyFromUtf8("nonsense"), Signature = ByteString.CopyFrom(new byte[64]) },
        })
        {
            var refused = await Assert.ThrowsAsync<RpcException>(() => bench.Node.GetTokenAsync(proof));
            Assert.Equal(StatusCode.Unauthenticated, refused.StatusCode);
        }
    }

    [Fact]
    public async Task Session_WithoutABearer_IsUnauthenticated()
    {
        await using var node = new WireNode(server.GrpcAddress);
        using var stream = node.Data.AppendLogs(new Metadata { { "authorization", "Bearer forged" } }, cancellationToken: Cancellation);

        var refused = await Assert.ThrowsAsync<RpcException>(() => stream.ResponseStream.MoveNext(Cancellation));

        Assert.Equal(StatusCode.Unauthenticated, refused.StatusCode);
    }

    [Fact]
    public async Task Rest_OtherPersonsNodeAndWorkspace_AreNotFound()
    {
        await using var bench = await ConnectedAsync();
        var made = await bench.PostAsync("/jobs", new { kind = "noop" });
        var job = made.GetProperty("id").GetGuid();
        var stranger = await server.RegisterAsync();
        var own = (await TestServer.CreateWorkspaceAsync(stranger)).GetProperty("id").GetGuid();

        foreach (var (method, path) in new[]
        {
            ("GET", $"/nodes/{bench.Node.Id}"),
            ("DELETE", $"/nodes/{bench.Node.Id}"), ("POST", $"/nodes/{bench.Node.Id}/drain"), ("POST", $"/nodes/{bench.Node.Id}/resume"),
            ("POST", $"/nodes/{bench.Node.Id}/limits"), ("GET", $"/workspaces/{bench.Workspace}/nodes"), ("GET", $"/workspaces/{bench.Workspace}/jobs"),
            ("GET", $"/workspaces/{bench.Workspace}/jobs/{job}"), ("GET", $"/workspaces/{own}/jobs/{job}"), ("POST", $"/workspaces/{own}/jobs/{job}/cancel"),
            ("GET", $"/workspaces/{own}/jobs/{job}/logs"),
            ("GET", $"/workspaces/{own}/jobs/{job}/explain"), ("DELETE", $"/workspaces/{own}/nodes/{bench.Node.Id}"),
        })
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), "/api/v1" + path)
            {
                Content = method == "POST" ? JsonContent.Create(new { }) : null,
            };
            using var answer = await stranger.SendAsync(request, Cancellation);
            Assert.True(answer.StatusCode == HttpStatusCode.NotFound, $"{method} {path} answered {answer.StatusCode}");
        }

        using var foreignNode = await stranger.PostAsJsonAsync(
            $"/api/v1/workspaces/{own}/jobs", new { kind = "noop", requirements = new { nodeId = bench.Node.Id } }, Cancellation);
        Assert.Equal(HttpStatusCode.BadRequest, foreignNode.StatusCode);
        Assert.Equal("job.node_unknown", (await foreignNode.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("code").GetString());
    }

    [Fact]
    public async Task Limits_Set_NarrowPlacementAndReachTheNode()
    {
        await using var bench = await ConnectedAsync();

        var node = await bench.PostNodeAsync("/limits", new { cpuCores = 1.5, memoryMb = 512, gpuCount = 0, storageMb = 2048 });
        var policy = await bench.Node.NextAsync(ServerFrame.BodyOneofCase.Policy);
        var job = await bench.PostAsync("/jobs", new { kind = "command", command = new[] { "x" }, requirements = new { cpuCores = 2 } });
        using var wrong = await bench.Client.PostAsJsonAsync($"/api/v1/nodes/{bench.Node.Id}/limits", new { cpuCores = -1 }, Cancellation);

        Assert.Equal(1.5, node.GetProperty("limits").GetProperty("cpuCores").GetDouble());
        Assert.Equal((1500u, 512ul, 2048ul), (policy.Policy.Limits.CpuMilli, policy.Policy.Limits.MemoryMb, policy.Policy.Limits.DiskMb));
        Assert.Equal("queued", job.GetProperty("status").GetString());
        Assert.Equal(HttpStatusCode.BadRequest, wrong.StatusCode);
    }

    [Fact]
    public async Task Drain_NodeTakesNoMoreUntilResumed()
    {
        await using var bench = await ConnectedAsync();

        var drained = await bench.PostNodeAsync("/drain", new { });
        var job = await bench.PostAsync("/jobs", new { kind = "noop" });
        var resumed = await bench.PostNodeAsync("/resume", new { });
        var assign = await bench.Node.NextAssignAsync();

        Assert.Equal("draining", drained.GetProperty("status").GetString());
        Assert.Equal("queued", job.GetProperty("status").GetString());
        Assert.Equal("ready", resumed.GetProperty("status").GetString());
        Assert.Equal(job.GetProperty("id").GetString(), assign.JobId);
    }

    [Fact]
    public async Task Cut_WhileItsReaderIsBetweenTwoFrames_EndsTheReaderQuietly()
    {
        var (atWork, goOn) = (new TaskCompletionSource(), new TaskCompletionSource());
        await using var bench = await ConnectedAsync(() =>
        {
            atWork.TrySetResult();
            return goOn.Task;
        });
        await atWork.Task.WithPatience();

        var cutting = bench.Node.CutAsync();
        goOn.SetResult();

        await cutting.WithPatience();
    }

    private async Task<Bench> ConnectedAsync(Func<Task>? beforeEachRead = null)
    {
        var client = await server.RegisterAsync();
        var workspace = (await TestServer.CreateWorkspaceAsync(client)).GetProperty("id").GetGuid();
        var bench = new Bench(client, workspace, new WireNode(server.GrpcAddress) { BeforeEachRead = beforeEachRead });
        using var made = await client.PostAsJsonAsync("/api/v1/nodes/join-tokens", new { name = "Bench", workspaceIds = new[] { workspace } }, Cancellation);
        var token = await made.Content.ReadFromJsonAsync<JsonElement>(Cancellation);
        await bench.Node.RedeemAsync(token.GetProperty("token").GetString()!);
        Assert.NotNull((await bench.Node.ConnectAsync()).Welcome);
        return bench;
    }

    private static LogChunk Chunk(Assign assign, ulong offset, string text) => new()
    {
        AttemptId = assign.AttemptId,
        Fence = assign.Fence,
        Stream = LogStream.Stdout,
        Offset = offset,
        Data = ByteString.CopyFromUtf8(text),
    };

    private static ByteString Gzip(string text)
    {
        using var packed = new MemoryStream();
        using (var zip = new System.IO.Compression.GZipStream(packed, System.IO.Compression.CompressionLevel.Fastest))
        {
            zip.Write(Encoding.UTF8.GetBytes(text));
        }

        return ByteString.CopyFrom(packed.ToArray());
    }

    private sealed record Bench(HttpClient Client, Guid Workspace, WireNode Node) : IAsyncDisposable
    {
        public Task<JsonElement> PostAsync(string path, object body) => SendAsync(HttpMethod.Post, $"/workspaces/{Workspace}{path}", body);

        public Task<JsonElement> GetAsync(string path) => SendAsync(HttpMethod.Get, $"/workspaces/{Workspace}{path}", null);

        public Task<JsonElement> PatchAsync(object body) => SendAsync(HttpMethod.Patch, $"/workspaces/{Workspace}", body);

        public Task<JsonElement> GetNodeAsync() => SendAsync(HttpMethod.Get, $"/nodes/{Node.Id}", null);

        public Task<JsonElement> PostNodeAsync(string path, object body) => SendAsync(HttpMethod.Post, $"/nodes/{Node.Id}{path}", body);

        public async ValueTask DisposeAsync()
        {
            await Node.DisposeAsync();
            Client.Dispose();
        }

        private async Task<JsonElement> SendAsync(HttpMethod method, string path, object? body)
        {
            using var request = new HttpRequestMessage(method, "/api/v1" + path) { Content = body is null ? null : JsonContent.Create(body) };
            using var answer = await Client.SendAsync(request, Cancellation);
            var json = await answer.Content.ReadFromJsonAsync<JsonElement>(Cancellation);
            Assert.True(answer.IsSuccessStatusCode, json.ToString());
            return json;
        }
    }
}
