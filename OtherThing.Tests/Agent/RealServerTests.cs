using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Agent;

/// <summary>The agent as a process of its own against the real server, driven through REST only.</summary>
public sealed class RealServerTests(SharedServer server) : IAsyncLifetime
{
    private readonly string _data = Path.Combine(Path.GetTempPath(), $"ot-agent-{Guid.NewGuid():n}");
    private HttpClient _client = null!;
    private Guid _workspace;
    private Process _agent = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _client = await server.RegisterAsync();
        _workspace = (await TestServer.CreateWorkspaceAsync(_client)).GetProperty("id").GetGuid();
        var token = await PostAsync("nodes/join-tokens", new { name = "bench", workspaceIds = new[] { _workspace } });
        _agent = StartAgent("--join-token", token.GetProperty("token").GetString()!);
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _agent.Dispose();
        _client.Dispose();
        await TestDirectory.DeleteAsync(_data);
    }

    [Fact]
    public async Task Job_Command_BringsOutputExitCodeAndNode()
    {
        var job = await JobAsync(new { kind = "command", command = new[] { "sh", "-c", "cat; echo err >&2; exit 3" }, stdin = "hello" });
        var node = (await GetAsync($"workspaces/{_workspace}/nodes")).GetProperty("items")[0];

        Assert.Equal(("failed", 3, "hello", "err\n"), (Text(job, "status"), job.GetProperty("exitCode").GetInt32(), Text(job, "stdout"), Text(job, "stderr")));
        Assert.Equal(node.GetProperty("id").GetGuid(), job.GetProperty("nodeId").GetGuid());
        Assert.Equal(("bench", "ready", "linux"), (Text(node, "name"), Text(node, "status"), Text(node, "os")));
        Assert.Equal(["command"], node.GetProperty("kinds").EnumerateArray().Select(kind => kind.GetString()));
    }

    [Fact]
    public async Task N09_Job_BeyondItsMemory_SaysWhichLimitStruck()
    {
        var job = await JobAsync(new
        {
            kind = "command",
            command = new[] { "python3", "-c", "import mmap,time\nm=mmap.mmap(-1,200<<20)\nfor i in range(200): m.write(b'x'*(1<<20))\ntime.sleep(30)" },
            requirements = new { memoryMb = 64 },
        });

        Assert.Equal(("failed", "limit.memory"), (Text(job, "status"), Text(job.GetProperty("error"), "code")));
        Assert.Equal("It used more than 64 MiB of memory.", Text(job.GetProperty("error"), "message"));
    }

    [Fact]
    public async Task N09_Job_SaysHowItWasKeptApartAndWhatItReached()
    {
        var job = await JobAsync(new { kind = "command", command = new[] { "true" }, requirements = new { network = "none" } });
        var node = (await GetAsync($"workspaces/{_workspace}/nodes")).GetProperty("items")[0];

        var sandbox = Text(node, "sandbox");
        Assert.Equal(OtherThing.Agent.Sandboxes.Bubblewrap.Find() is null ? "process" : "bubblewrap", sandbox);
        Assert.Equal((sandbox, Text(node, "network")), (Text(job, "sandbox"), Text(job, "network")));
        Assert.Equal((sandbox, Text(node, "network")), (Text(job.GetProperty("attempts")[0], "sandbox"), Text(job.GetProperty("attempts")[0], "network")));
    }

    [Fact]
    public async Task N09_Job_NeedsMoreNetworkThanIsLent_WaitsAndExplainSaysWhy()
    {
        await JobAsync(new { kind = "noop" });
        Assert.SkipWhen(OtherThing.Agent.Sandboxes.Bubblewrap.Find() is null, "Without a sandbox a job reaches what the machine does.");

        var made =
            await PostAsync($"workspaces/{_workspace}/jobs", new { kind = "command", command = new[] { "true" }, requirements = new { network = "full" } });
        var verdict = (await GetAsync($"workspaces/{_workspace}/jobs/{made.GetProperty("id").GetGuid()}/explain")).GetProperty("nodes")[0];

        Assert.Equal((false, "the job needs the network, it lends none"), (verdict.GetProperty("fits").GetBoolean(), Text(verdict, "reason")));
    }

    [Fact]
    public async Task Job_AgentKilledInItsMiddle_EndsOnceWithItsWholeLog()
    {
        var command = new[] { "sh", "-c", "n=0; while [ $n -lt 30 ]; do n=$((n+1)); echo $n; sleep 0.1; done" };
        var made = await PostAsync($"workspaces/{_workspace}/jobs", new { kind = "command", command, effects = "once" });
        var url = $"workspaces/{_workspace}/jobs/{made.GetProperty("id").GetGuid()}";
        while (Text(await GetAsync($"{url}?wait=1"), "status") is "queued" or "assigned")
        {
        }

        await KillAsync();
        _agent = StartAgent();
        var job = await GetAsync($"{url}?wait=300");

        Assert.Equal("succeeded", Text(job, "status"));
        Assert.Equal(string.Concat(Enumerable.Range(1, 30).Select(number => $"{number}\n")), Text(job, "stdout"));
        Assert.Equal(1, job.GetProperty("attempts").GetArrayLength());
    }

    [Fact]
    public async Task Cancel_RunningJob_LeavesNoProcess()
    {
        var mark = $"6{Random.Shared.Next(100_000, 999_999)}";
        var made =
            await PostAsync($"workspaces/{_workspace}/jobs", new { kind = "command", command = new[] { "sh", "-c", $"setsid sleep {mark} & sleep {mark}" } });
        var url = $"workspaces/{_workspace}/jobs/{made.GetProperty("id").GetGuid()}";
        await Patience.UntilAsync(() => Processes.With(mark) > 0, "the process runs");

        using var cancelled = await _client.PostAsync(new Uri($"/api/v1/{url}/cancel", UriKind.Relative), content: null, Cancellation);
        var job = await GetAsync($"{url}?wait=300");

        Assert.True(cancelled.IsSuccessStatusCode);
        Assert.Equal("cancelled", Text(job, "status"));
        await Patience.UntilAsync(() => Processes.With(mark) == 0, "no process is left");
    }

    [Fact]
    public async Task Remove_ByItsOwner_EndsTheAgentRefused()
    {
        await JobAsync(new { kind = "noop" });
        var node = (await GetAsync("my-nodes")).GetProperty("items")[0].GetProperty("id").GetGuid();

        using var removed = await _client.DeleteAsync(new Uri($"/api/v1/nodes/{node}", UriKind.Relative), Cancellation);
        await _agent.WaitForExitAsync(Cancellation);

        Assert.True(removed.IsSuccessStatusCode);
        Assert.Equal(3, _agent.ExitCode);
        Assert.False(File.Exists(Path.Combine(_data, "node.key")));
    }

    private Process StartAgent(params string[] more)
    {
        var start = new ProcessStartInfo(AgentBinary.Path);
        foreach (var argument in
            (string[])["run", "--server", server.BaseAddress.ToString(), "--data", _data, "--allow", "command", "--allow-unsandboxed", .. more])
        {
            start.ArgumentList.Add(argument);
        }

        return Process.Start(start)!;
    }

    private async Task KillAsync()
    {
        if (!_agent.HasExited)
        {
            _agent.Kill();
            await _agent.WaitForExitAsync(Cancellation);
        }
    }

    private Task<JsonElement> JobAsync(object job) => PostAsync($"workspaces/{_workspace}/jobs?wait=300", job);

    private async Task<JsonElement> PostAsync(string path, object body)
    {
        using var response = await _client.PostAsJsonAsync(new Uri($"/api/v1/{path}", UriKind.Relative), body, Cancellation);
        var answer = await response.Content.ReadFromJsonAsync<JsonElement>(Cancellation);
        Assert.True(response.IsSuccessStatusCode, answer.ToString());
        return answer;
    }

    private Task<JsonElement> GetAsync(string path) => _client.GetFromJsonAsync<JsonElement>(new Uri($"/api/v1/{path}", UriKind.Relative), Cancellation);

    private static string? Text(JsonElement element, string name) => element.GetProperty(name).GetString();
}
