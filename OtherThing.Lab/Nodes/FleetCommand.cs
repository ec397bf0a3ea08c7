using System.CommandLine;
using System.Diagnostics;
using System.Text.Json;
using OtherThing.Lab.Processes;

namespace OtherThing.Lab.Nodes;

/// <summary><c>fleet</c>: thousands of nodes that beat, hold work, and come back after the server was started again.</summary>
internal static class FleetCommand
{
    private const double MostCores = 0.6;
    private const double MostMemory = 700;
    private const double MostSeconds = 60;
    private const double MostRead = 500;

    private static readonly TimeSpan s_readPause = TimeSpan.FromMilliseconds(100);

    public static Command Create()
    {
        var server = new Option<string>("--server") { Description = "Folder of a Release build of OtherThing.Web", Required = true };
        var nodes = new Option<int>("--nodes") { Description = "How many nodes", DefaultValueFactory = _ => 5_000 };
        var jobs = new Option<int>("--jobs") { Description = "How many jobs run over the restart", DefaultValueFactory = _ => 500 };
        var seconds = new Option<int>("--seconds") { Description = "How long the beats are measured", DefaultValueFactory = _ => 60 };
        var command = new Command("fleet", "Many nodes beating: cores and memory of the server, and how they come back after a restart.")
        {
            server, nodes, jobs, seconds,
        };
        command.SetAction((parsed, cancellationToken) => MeasureAsync(
            parsed.GetValue(server)!, parsed.GetValue(nodes), parsed.GetValue(jobs), parsed.GetValue(seconds), cancellationToken));
        return command;
    }

    private static async Task<int> MeasureAsync(string serverDirectory, int nodes, int jobs, int seconds, CancellationToken cancellationToken)
    {
        var figures = new Figures();
        await using var server = new ServerProcess(serverDirectory, ("Nodes__EnrollmentsPerTenMinutes", "100000"));
        await server.StartAsync(cancellationToken);
        await server.SignInAsync(cancellationToken);
        var workspace = await server.CreateWorkspaceAsync("Fleet", cancellationToken);
        var joining = Stopwatch.GetTimestamp();
        await using var fleet = await LightFleet.JoinAsync(server, nodes, ["command"], cancellationToken);
        figures.AtMost($"{nodes} nodes enrolled and connected", Stopwatch.GetElapsedTime(joining).TotalSeconds, "s");
        await fleet.LendAsync(server, workspace, cancellationToken);
        var held = await SubmitAsync(server, workspace, jobs, cancellationToken);
        await Until.HoldsAsync(() => Task.FromResult(Running(fleet) == jobs), $"{jobs} jobs run", cancellationToken);

        var (cores, memory) = await BeatsAsync(server, seconds, cancellationToken);
        figures.AtMost($"{nodes} nodes beating, cores of the server", cores, "cores", MostCores);
        figures.AtMost($"{nodes} nodes beating, memory of the server", memory, "MiB", MostMemory);

        await server.KillAsync();
        await Until.HoldsAsync(() => Task.FromResult(fleet.Connected == 0), "every node has noticed", cancellationToken);
        await server.StartAsync(cancellationToken);
        var started = Stopwatch.GetTimestamp();
        var back = BackAsync(fleet, started, cancellationToken);
        var reads = await ReadAsync(server, workspace, back, cancellationToken);
        figures.AtMost($"{nodes} nodes back after a restart", await back, "s", MostSeconds);
        figures.AtMost("reads meanwhile, p95", Figures.Percentile(reads, 0.95), "ms", MostRead);
        figures.AtMost("memory with all back", server.MemoryMiB, "MiB", MostMemory);

        await FinishAsync(fleet, server, workspace, held, jobs, cancellationToken);
        figures.Exactly("attempts begun twice", fleet.Nodes.SelectMany(node => node.Begun).GroupBy(begun => begun.Key)
            .Count(job => job.Sum(begun => begun.Value) != 1), "attempts", 0);
        var done = await server.GetAsync($"/workspaces/{workspace}/jobs/batches/{held}", cancellationToken);
        figures.Exactly("jobs that ran over the restart and succeeded", done.GetProperty("succeeded").GetInt32(), "jobs", jobs);
        return figures.ExitCode;
    }

    private static int Running(LightFleet fleet) => fleet.Nodes.Sum(node => node.Begun.Count);

    private static async Task<string> SubmitAsync(ServerProcess server, string workspace, int jobs, CancellationToken cancellationToken)
    {
        var job = new { kind = "command", command = new[] { "held" }, effects = "once", timeoutSeconds = 3_600, requirements = new { cpuCores = 4 } };
        var all = Enumerable.Repeat(job, jobs);
        var made = await server.PostAsync($"/workspaces/{workspace}/jobs/batches", JsonSerializer.Serialize(new { jobs = all }), cancellationToken);
        return made.GetProperty("id").GetString()!;
    }

    private static async Task<(double Cores, double Memory)> BeatsAsync(ServerProcess server, int seconds, CancellationToken cancellationToken)
    {
        using var process = Process.GetProcessById(server.ProcessId);
        var (before, began) = (process.TotalProcessorTime, Stopwatch.GetTimestamp());
        await Task.Delay(TimeSpan.FromSeconds(seconds), cancellationToken);
        process.Refresh();
        return ((process.TotalProcessorTime - before) / Stopwatch.GetElapsedTime(began), server.MemoryMiB);
    }

    private static async Task<double> BackAsync(LightFleet fleet, long started, CancellationToken cancellationToken)
    {
        await fleet.AllConnectedAsync(cancellationToken);
        return Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    private static async Task<List<double>> ReadAsync(ServerProcess server, string workspace, Task until, CancellationToken cancellationToken)
    {
        string[] addresses = ["/downloads", $"/api/v1/workspaces/{workspace}/nodes?limit=50", $"/api/v1/workspaces/{workspace}/flows"];
        var times = new List<double>();
        do
        {
            var began = Stopwatch.GetTimestamp();
            using var answer = await server.Client.GetAsync(addresses[times.Count % addresses.Length], cancellationToken);
            answer.EnsureSuccessStatusCode();
            times.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
            await Task.WhenAny(until, Task.Delay(s_readPause, cancellationToken));
        }
        while (!until.IsCompleted);
        return times;
    }

    private static async Task FinishAsync(
        LightFleet fleet, ServerProcess server, string workspace, string batch, int jobs, CancellationToken cancellationToken)
    {
        foreach (var node in fleet.Nodes)
        {
            node.FinishAll();
        }

        await Until.HoldsAsync(
            async () => (await server.GetAsync($"/workspaces/{workspace}/jobs/batches/{batch}?wait=10", cancellationToken))
                .GetProperty("done").GetBoolean(),
            $"{jobs} jobs have ended",
            cancellationToken);
    }
}
