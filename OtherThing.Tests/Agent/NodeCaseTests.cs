using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Agent;

/// <summary>What real programs and a real <c>nvidia-smi</c> print, from the agent as a process to what REST and a run say of it.</summary>
public sealed class NodeCaseTests(SharedServer server) : IAsyncLifetime
{
    private readonly string _data = Path.Combine(Path.GetTempPath(), $"ot-agent-{Guid.NewGuid():n}");
    private readonly string _tools = Path.Combine(Path.GetTempPath(), $"ot-tools-{Guid.NewGuid():n}");
    private TestServer _server = server;
    private HttpClient _client = null!;
    private Guid _workspace;
    private Process? _agent;

    public static TheoryData<string> Outputs => CaseFile.Ids("node-output");

    public static TheoryData<string> Errors => CaseFile.Ids("node-errors");

    public static TheoryData<string> Lists => CaseFile.Ids("nvidia-smi");

    public static TheoryData<string> GpuJobs => CaseFile.Ids("gpu-jobs");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        Directory.CreateDirectory(_tools);
        await EnterAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await StopAgentAsync();
        _agent?.Dispose();
        _client.Dispose();
        await TestDirectory.DeleteAsync(_data);
        await TestDirectory.DeleteAsync(_tools);
    }

    [Theory]
    [MemberData(nameof(Outputs))]
    public async Task Job_Output_ComesWhole(string id)
    {
        var (command, right) = (CaseFile.Find("node-output", id).GetProperty("command"), CaseFile.Find("node-output", id).GetProperty("right"));
        await StartAgentAsync();

        var job = await PostAsync($"workspaces/{_workspace}/jobs?wait=300", new { kind = "command", command });
        var step = (await RunStepAsync(new { command })).GetProperty("output");

        foreach (var stdout in new[] { job.GetProperty("stdout").GetString()!, step.GetProperty("stdout").GetString()! })
        {
            if (right.TryGetProperty("text", out var text))
            {
                Assert.Equal(text.GetString(), stdout);
            }
            else
            {
                Assert.Equal(
                    (right.GetProperty("characters").GetInt32(), right.GetProperty("replacements").GetInt32()),
                    (stdout.EnumerateRunes().Count(), stdout.Count(letter => letter == '\uFFFD')));
            }
        }
    }

    [Fact]
    public async Task Job_MoreOutputThanIsKept_LosesNoHalfCharacters()
    {
        await StartAgentAsync();

        var job = await PostAsync(
            $"workspaces/{_workspace}/jobs?wait=300", new { kind = "command", command = new[] { "python3", "-c", "print('xx'+'あ'*900000,end='')" } });

        var stdout = job.GetProperty("stdout").GetString()!;
        Assert.Contains("bytes left out", stdout, StringComparison.Ordinal);
        Assert.DoesNotContain('\uFFFD', stdout);
    }

    [Theory]
    [MemberData(nameof(Errors))]
    public async Task Step_CommandFails_SaysItsLastWords(string id)
    {
        var found = CaseFile.Find("node-errors", id);
        await StartAgentAsync();

        var step = await RunStepAsync(new { command = found.GetProperty("command") });

        Assert.Contains(
            found.GetProperty("right").GetProperty("says").GetString()!, step.GetProperty("error").GetProperty("message").GetString(),
            StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Lists))]
    public Task Node_WhatTheToolPrints_OffersTheGpusThatWork(string id)
    {
        var found = CaseFile.Find("nvidia-smi", id);
        var right = found.GetProperty("right");
        return OffersAsync(
            found.GetProperty("list").GetString()!, found.GetProperty("exit").GetInt32(),
            [.. right.GetProperty("offered").EnumerateArray().Select(gpu => gpu.GetString()!)],
            memory => (!right.TryGetProperty("memoryMb", out var megabytes) || memory == megabytes.GetInt64()) && memory > 0);
    }

    [Theory]
    [InlineData("GPU-aaaa, NVIDIA H100, [GPU is lost], [GPU is lost]\nGPU-bbbb, NVIDIA H100, 81559, [N/A]\n", 15, "GPU-bbbb")]
    [InlineData("GPU-aaaa, [N/A], [Not Supported], 580.95.05\r\n", 0, "GPU-aaaa")]
    [InlineData("NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver.\n", 9, "")]
    [InlineData("No devices were found\n", 6, "")]
    [InlineData("GPU-aaaa, NVIDIA T4, ERR!, 535.54\nGPU-bbbb, NVIDIA T4, 15360, 535.54\n", 0, "GPU-bbbb")]
    public Task Node_ToolSaysMoreThanItsList_OffersTheGpusThatWork(string list, int exit, string offered) =>
        OffersAsync(list, exit, offered.Length == 0 ? [] : [offered], memory => memory > 0);

    [Theory]
    [MemberData(nameof(GpuJobs))]
    public async Task Job_Requirements_SeesAsManyGpusAsItNeeds(string id)
    {
        var found = CaseFile.Find("gpu-jobs", id);
        await StartAgentAsync("GPU-aaaa, NVIDIA A100-SXM4-40GB, 40960, 535.161.08\nGPU-bbbb, NVIDIA A100-SXM4-40GB, 40960, 535.161.08\n");

        var job = await PostAsync(
            $"workspaces/{_workspace}/jobs?wait=300", new { kind = "command", command = s_seen, requirements = found.GetProperty("requirements") });

        Assert.Equal(found.GetProperty("right").GetProperty("gpus").GetInt32(), Seen(job).Length);
    }

    [Fact]
    public async Task Node_GpuIsLostAndComesBack_IsNotLentMeanwhile()
    {
        await using var server = new TestServer(("Nodes:HeartbeatSeconds", "1"));
        _server = server;
        _client.Dispose();
        await EnterAsync();
        await StartAgentAsync("GPU-aaaa, NVIDIA A100, 40960, 535.161.08\nGPU-bbbb, NVIDIA A100, 40960, 535.161.08\n");
        await GpusAsync(gpus => gpus == 2);

        WriteTool("GPU-aaaa, NVIDIA A100, [GPU is lost], 535.161.08\nGPU-bbbb, NVIDIA A100, 40960, 535.161.08\n", 15);
        await GpusAsync(gpus => gpus == 1);

        WriteTool("GPU-aaaa, NVIDIA A100, 40960, 535.161.08\nGPU-bbbb, NVIDIA A100, 40960, 535.161.08\n", 0);
        await GpusAsync(gpus => gpus == 2);
        await StopAgentAsync();
    }

    private static readonly string[] s_seen = ["sh", "-c", "printf '%s' \"$CUDA_VISIBLE_DEVICES\""];

    private static string[] Seen(JsonElement job) => job.GetProperty("stdout").GetString()!.Split(',', StringSplitOptions.RemoveEmptyEntries);

    private async Task OffersAsync(string list, int exit, string[] offered, Func<long, bool> memory)
    {
        await StartAgentAsync(list, exit);

        var gpus = (await NodeAsync()).GetProperty("resources").GetProperty("gpus").EnumerateArray().ToArray();

        Assert.Equal(offered.Length, gpus.Length);
        Assert.All(gpus, gpu => Assert.True(memory(gpu.GetProperty("vramMb").GetInt64()), gpu.ToString()));
        if (offered.Length > 0)
        {
            var job = await PostAsync(
                $"workspaces/{_workspace}/jobs?wait=300",
                new { kind = "command", command = s_seen, requirements = new { gpuCount = offered.Length, vramMb = 1 } });
            Assert.Equal(offered, Seen(job).Order());
        }
    }

    private async Task EnterAsync()
    {
        _client = await _server.RegisterAsync();
        _workspace = (await TestServer.CreateWorkspaceAsync(_client)).GetProperty("id").GetGuid();
    }

    private async Task StopAgentAsync()
    {
        if (_agent is { HasExited: false })
        {
            _agent.Kill();
            await _agent.WaitForExitAsync(Cancellation);
        }
    }

    private Task GpusAsync(Func<int, bool> holds) =>
        Lab.Processes.Until.HoldsAsync(
            async () => holds((await NodeAsync()).GetProperty("resources").GetProperty("gpus").GetArrayLength()), "the GPUs that are lent", Cancellation);

    private async Task<JsonElement> NodeAsync() => (await GetAsync($"workspaces/{_workspace}/nodes")).GetProperty("items")[0];

    /// <summary>A tool that prints this when asked what there is; asked how busy they are, each that works says so.</summary>
    private void WriteTool(string list, int exit)
    {
        var loads =
            string.Concat(
                list.Split('\n').Where(line => line.StartsWith("GPU-", StringComparison.Ordinal)).Select(line => line.Split(',')[0]
                    + (line.Contains("lost", StringComparison.Ordinal) ? ", [GPU is lost], [GPU is lost], [GPU is lost]\n" : ", 1000, 5, 40\n")));
        File.WriteAllText(Path.Combine(_tools, "list"), list);
        File.WriteAllText(Path.Combine(_tools, "loads"), loads);
        var script = Path.Combine(_tools, "nvidia-smi.new");
        File.WriteAllText(
            script,
            string.Create(
                CultureInfo.InvariantCulture,
                $"#!/bin/sh\ncase \"$1\" in *memory.total*) cat '{_tools}/list' ;; *) cat '{_tools}/loads' ;; esac\nexit {exit}\n"));
        File.SetUnixFileMode(script, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        File.Move(script, Path.Combine(_tools, "nvidia-smi"), overwrite: true);
    }

    private async Task StartAgentAsync(string list = "", int exit = 0)
    {
        WriteTool(list, exit);
        var token = await PostAsync("nodes/join-tokens", new { name = "bench", workspaceIds = new[] { _workspace } });
        var start = new ProcessStartInfo(AgentBinary.Path);
        foreach (var argument in (string[])[
            "run", "--server", _server.BaseAddress.ToString(), "--data", _data, "--allow", "command", "--allow-unsandboxed", "--join-token",
            token.GetProperty("token").GetString()!])
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment["PATH"] = _tools + Path.PathSeparator + Environment.GetEnvironmentVariable("PATH");
        _agent = Process.Start(start)!;
        await Lab.Processes.Until.HoldsAsync(
            async () => (await GetAsync($"workspaces/{_workspace}/nodes")).GetProperty("items") is var nodes
                && nodes.GetArrayLength() == 1
                && nodes[0].GetProperty("status").GetString() == "ready",
            "the machine is ready", Cancellation);
    }

    /// <summary>The step of a run that does this on the machine.</summary>
    private async Task<JsonElement> RunStepAsync(object config)
    {
        var flow = await PostAsync($"workspaces/{_workspace}/flows", new
        {
            name = "Case",
            flow = new
            {
                steps = new object[] { new { id = "start", type = "trigger.manual" }, new { id = "work", type = "node.command", config } },
                connections = new[]
            { new { from = "start", port = "out", to = "work" } }
            },
        });
        var run = await PostAsync($"workspaces/{_workspace}/flows/{flow.GetProperty("id").GetString()}/runs?wait=300", new { });
        var whole = await GetAsync($"workspaces/{_workspace}/runs/{run.GetProperty("id").GetString()}");
        return whole.GetProperty("steps").EnumerateArray().Last(step => step.GetProperty("path").GetString() == "work");
    }

    private async Task<JsonElement> PostAsync(string path, object body)
    {
        using var response = await _client.PostAsJsonAsync(new Uri($"/api/v1/{path}", UriKind.Relative), body, Cancellation);
        var answer = await response.Content.ReadFromJsonAsync<JsonElement>(Cancellation);
        Assert.True(response.IsSuccessStatusCode, answer.ToString());
        return answer;
    }

    private Task<JsonElement> GetAsync(string path) => _client.GetFromJsonAsync<JsonElement>(new Uri($"/api/v1/{path}", UriKind.Relative), Cancellation);
}
