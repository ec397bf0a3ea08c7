using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Agent;

/// <summary>The agent for Windows, run by Wine, joined to the real server and driven through REST only.</summary>
public sealed class WindowsNode : IAsyncLifetime
{
    private readonly TestDirectory _directory = new();
    private Process? _agent;
    private Process? _session;
    private HttpClient? _client;
    private string _start = "";

    internal Wine Wine { get; private set; } = null!;

    /// <summary>The system folder of Windows.</summary>
    internal string Prefix => Path.Combine(_directory.Path, "prefix");

    /// <summary>Where the agent keeps its things.</summary>
    internal string Data => Path.Combine(_directory.Path, "data");

    internal string AgentProgram { get; private set; } = "";

    /// <summary>The program that jobs run, as they call it.</summary>
    internal string Probe { get; private set; } = "";

    internal Guid Workspace { get; private set; }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        _client?.Dispose();
        if (Wine is not null)
        {
            await Wine.EndAsync();
        }

        _agent?.Dispose();
        _session?.Dispose();

        await TestDirectory.DeleteAsync(_directory.Path);
    }

    /// <summary>Skips the test where there is no Wine; the first caller starts the agent.</summary>
    internal async Task ReadyAsync(SharedServer server)
    {
        await PrepareAsync(server);
        if (_agent is not null)
        {
            return;
        }

        StartAgent("--join-token", await JoinTokenAsync("desk"));
        await Patience.UntilAsync(NodeAsync, found => found.ValueKind == JsonValueKind.Object || _agent!.HasExited, "the agent joins the server");
        Assert.False(_agent!.HasExited, Said);
    }

    /// <summary>The same without an agent.</summary>
    internal async Task PrepareAsync(SharedServer server)
    {
        Assert.SkipWhen(Agent.Wine.Loader is null, Agent.Wine.Missing);
        if (Workspace != default)
        {
            return;
        }

        var folder = await WindowsBuild.FolderAsync();
        (AgentProgram, Probe) = (Path.Combine(folder, "otherthing-node.exe"), Agent.Wine.Inside(Path.Combine(folder, "probe.exe")));
        Wine = new Wine(Prefix);
        await Wine.MakeAsync();
        // Somebody is logged on: Wine ends its services with the last program that is none.
        _session = Wine.Start("/dev/null", Path.Combine(folder, "probe.exe"), "leaf", "session");
        _client = await server.RegisterAsync();
        _start = server.BaseAddress.ToString();
        Workspace = (await TestServer.CreateWorkspaceAsync(_client)).GetProperty("id").GetGuid();
    }

    internal async Task<string> JoinTokenAsync(string name) =>
        (await PostAsync("nodes/join-tokens", new { name, workspaceIds = new[] { Workspace } })).GetProperty("token").GetString()!;

    internal Task<(string Said, int ExitCode)> ServiceAsync(params string[] words) =>
        Wine.AskAsync(AgentProgram, ["service", .. words, "--data", Agent.Wine.Inside(Data)]);

    /// <summary>What the agent printed.</summary>
    internal string Said => File.Exists(Output) ? File.ReadAllText(Output) : "";

    private string Output => Path.Combine(_directory.Path, "said");

    internal void StartAgent(params string[] more)
    {
        _agent?.Dispose();
        _agent = Wine.Start(
            Output, AgentProgram,
            ["run", "--server", _start, "--data", Agent.Wine.Inside(Data), "--allow", "command,script", "--allow-unsandboxed", "--verbose", .. more]);
    }

    /// <summary>As the system's task manager would: without a word.</summary>
    internal async Task KillAgentAsync()
    {
        _agent!.Kill();
        await _agent.WaitForExitAsync(Cancellation);
    }

    /// <summary>The machine as the workspace sees it; undefined until it is there.</summary>
    internal async Task<JsonElement> NodeAsync() =>
        (await GetAsync($"workspaces/{Workspace}/nodes")).GetProperty("items").EnumerateArray().FirstOrDefault();

    /// <summary>Runs a job to its end.</summary>
    internal Task<JsonElement> JobAsync(object job) => PostAsync($"workspaces/{Workspace}/jobs?wait=300", job);

    /// <summary>Makes a job and tells its address.</summary>
    internal async Task<string> BeginAsync(object job) =>
        $"workspaces/{Workspace}/jobs/{(await PostAsync($"workspaces/{Workspace}/jobs", job)).GetProperty("id").GetGuid()}";

    internal async Task<JsonElement> PostAsync(string path, object? body)
    {
        using var response = await _client!.PostAsJsonAsync(new Uri($"/api/v1/{path}", UriKind.Relative), body, Cancellation);
        var answer = await response.Content.ReadFromJsonAsync<JsonElement>(Cancellation);
        Assert.True(response.IsSuccessStatusCode, answer.ToString());
        return answer;
    }

    internal Task<JsonElement> GetAsync(string path) => _client!.GetFromJsonAsync<JsonElement>(new Uri($"/api/v1/{path}", UriKind.Relative), Cancellation);
}
