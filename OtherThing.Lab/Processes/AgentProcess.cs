using System.Diagnostics;
using System.Text.Json;

namespace OtherThing.Lab.Processes;

/// <summary>The agent as a member runs it, joined to a server and one of its workspaces.</summary>
public sealed class AgentProcess : IAsyncDisposable
{
    private readonly DirectoryInfo _data;
    private readonly Process _process;

    private readonly ProcessOutput _output;

    private AgentProcess(DirectoryInfo data, Process process) => (_data, _process, _output) = (data, process, ProcessOutput.Of(process));

    /// <summary>The last lines it wrote.</summary>
    public string LastWords => (_process.HasExited ? $"ended with {_process.ExitCode}\n" : "") + _output.Last;

    /// <summary>Resident memory now, in MiB.</summary>
    public double MemoryMiB
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64 / 1048576.0;
        }
    }

    /// <summary>The node's id.</summary>
    public string NodeId { get; private set; } = "";

    /// <summary>Starts an agent and waits until its node is ready in the workspace.</summary>
    /// <param name="agent">The agent as one file, or the folder where otherthing-node.dll lies.</param>
    /// <param name="server">The server, signed in.</param>
    /// <param name="workspace">The workspace it shall work for.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <param name="models">Servers of models on its loopback that it shall lend; none lends commands and scripts instead.</param>
    public static async Task<AgentProcess> StartAsync(
        string agent, ServerProcess server, string workspace, CancellationToken cancellationToken, params IReadOnlyList<string> models)
    {
        var name = $"node-{Guid.NewGuid():N}"[..13];
        var joined = await server.PostAsync("/nodes/join-tokens", JsonSerializer.Serialize(new { name }), cancellationToken);
        var data = Directory.CreateTempSubdirectory("otherthing-node-");
        var isFile = File.Exists(agent);
        var process = Process.Start(new ProcessStartInfo(isFile ? agent : "dotnet", [
            .. isFile ? [] : (string[])[Path.Combine(agent, "otherthing-node.dll")], "run", "--server", server.Address.ToString().TrimEnd('/'),
            "--join-token", joined.GetProperty("token").GetString()!, "--name", name, "--data", data.FullName,
            .. models.Count == 0 ? ["--allow", "command,script", "--allow-unsandboxed"] : (string[])["--allow", "model"],
            .. models.SelectMany(model => new[] { "--model-endpoint", model })])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var started = new AgentProcess(data, process);
        await Until.HoldsAsync(
            async () => process.HasExited
                ? throw new InvalidOperationException($"The agent {started.LastWords}")
                : (started.NodeId = await FindAsync(server, name, cancellationToken)).Length > 0,
            $"{name} is ready",
            cancellationToken);
        await server.PostAsync($"/nodes/{started.NodeId}/workspaces", $$"""{"workspaceIds":["{{workspace}}"]}""", cancellationToken);
        return started;
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync(CancellationToken.None);
        _process.Dispose();
        _data.Delete(recursive: true);
    }

    private static async Task<string> FindAsync(ServerProcess server, string name, CancellationToken cancellationToken) =>
        (await server.GetAsync("/my-nodes", cancellationToken)).GetProperty("items").EnumerateArray()
            .Where(node => node.GetProperty("name").GetString() == name && node.GetProperty("status").GetString() == "ready")
            .Select(node => node.GetProperty("id").GetString())
            .FirstOrDefault() ?? "";
}
