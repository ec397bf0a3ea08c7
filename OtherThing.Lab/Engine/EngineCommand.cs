using System.CommandLine;
using System.Diagnostics;
using OtherThing.Lab.Processes;

namespace OtherThing.Lab.Engine;

/// <summary><c>engine</c>: how fast a real server runs flows, over REST, every step kept.</summary>
internal static class EngineCommand
{
    private const int WarmUp = 2_000;
    private const int Samples = 3_000;

    public static Command Create()
    {
        var server = new Option<string>("--server") { Description = "Folder of a Release build of OtherThing.Web", Required = true };
        var agent = new Option<string?>("--agent") { Description = "Folder of a Release build of OtherThing.Node; without it no node is measured" };
        var command = new Command("engine", "Time to ready, memory, and runs per second of a server of its own.") { server, agent };
        command.SetAction((parsed, cancellationToken) => MeasureAsync(parsed.GetValue(server)!, parsed.GetValue(agent), cancellationToken));
        return command;
    }

    private static async Task<int> MeasureAsync(string serverDirectory, string? agentDirectory, CancellationToken cancellationToken)
    {
        var figures = new Figures();
        await using var server = new ServerProcess(serverDirectory, ("ASPNETCORE_ENVIRONMENT", "Development"));
        figures.AtMost("first start to ready", (await server.StartAsync(cancellationToken)).TotalSeconds, "s");
        await server.KillAsync();
        figures.AtMost("start to ready", (await server.StartAsync(cancellationToken)).TotalSeconds, "s", 3);
        await Task.Delay(TimeSpan.FromSeconds(5), cancellationToken);
        figures.AtMost("memory idle", server.MemoryMiB, "MiB", 200);
        await server.SignInAsync(cancellationToken);
        var workspace = await server.CreateWorkspaceAsync("Lab", cancellationToken);
        var ten = await server.CreateFlowAsync(workspace, EngineFlows.DataSets(10), cancellationToken);
        var path = $"/workspaces/{workspace}/flows/{ten}/runs?wait=30";
        await RunAsync(server, path, WarmUp, 16, cancellationToken);
        var (alone, aloneRate) = await RunAsync(server, path, Samples, 1, cancellationToken);
        figures.AtMost("ten data.set, concurrency 1, p50", Figures.Percentile(alone, 0.5), "ms");
        figures.AtMost("ten data.set, concurrency 1, p95", Figures.Percentile(alone, 0.95), "ms");
        figures.AtMost("ten data.set, concurrency 1", aloneRate, "runs/s");
        var (many, manyRate) = await RunAsync(server, path, Samples * 3, 16, cancellationToken);
        figures.AtMost("ten data.set, concurrency 16, p50", Figures.Percentile(many, 0.5), "ms");
        figures.AtMost("ten data.set, concurrency 16, p95", Figures.Percentile(many, 0.95), "ms");
        figures.AtMost("ten data.set, concurrency 16", manyRate, "runs/s");
        figures.AtMost("memory after the runs", server.MemoryMiB, "MiB");
        foreach (var (name, document, most) in EngineFlows.Promises)
        {
            var flow = await server.CreateFlowAsync(workspace, document, cancellationToken);
            var (times, _) = await RunAsync(server, $"/workspaces/{workspace}/flows/{flow}/runs?wait=60", 12, 1, cancellationToken);
            figures.AtMost(name + ", p50", Figures.Percentile(times, 0.5), "ms", most);
        }

        if (agentDirectory is not null)
        {
            await MeasureNodeAsync(server, agentDirectory, workspace, figures, cancellationToken);
        }

        return figures.ExitCode;
    }

    private static async Task MeasureNodeAsync(
        ServerProcess server, string agentDirectory, string workspace, Figures figures, CancellationToken cancellationToken)
    {
        await using var agent = await AgentProcess.StartAsync(agentDirectory, server, workspace, cancellationToken);
        foreach (var (name, job) in new[] { ("noop job", """{"kind":"noop"}"""), ("job /bin/true", """{"kind":"command","command":["/bin/true"]}""") })
        {
            await RunAsync(server, $"/workspaces/{workspace}/jobs?wait=30", 30, 1, cancellationToken, job);
            var (times, _) = await RunAsync(server, $"/workspaces/{workspace}/jobs?wait=30", 200, 1, cancellationToken, job);
            figures.AtMost($"{name}, submit to done, p50", Figures.Percentile(times, 0.5), "ms");
            figures.AtMost($"{name}, submit to done, p95", Figures.Percentile(times, 0.95), "ms");
        }

        var flow = await server.CreateFlowAsync(workspace, EngineFlows.Command, cancellationToken);
        var (runs, _) = await RunAsync(server, $"/workspaces/{workspace}/flows/{flow}/runs?wait=30", 100, 1, cancellationToken);
        figures.AtMost("node.command /bin/true in a run, p50", Figures.Percentile(runs, 0.5), "ms");
    }

    /// <returns>Milliseconds of each call, and calls per second over all.</returns>
    private static async Task<(List<double> Times, double PerSecond)> RunAsync(
        ServerProcess server, string path, int count, int concurrency, CancellationToken cancellationToken, string body = """{"input":{"n":1}}""")
    {
        var times = new List<double>(count);
        var left = count;
        var watch = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, concurrency).Select(_ => Task.Run(
            async () =>
            {
                while (Interlocked.Decrement(ref left) >= 0)
                {
                    var start = Stopwatch.GetTimestamp();
                    var answer = await server.PostAsync(path, body, cancellationToken);
                    var time = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
                    if (answer.GetProperty("status").GetString() != "succeeded")
                    {
                        throw new InvalidOperationException(answer.ToString());
                    }

                    lock (times)
                    {
                        times.Add(time);
                    }
                }
            },
            cancellationToken)));
        return (times, count / watch.Elapsed.TotalSeconds);
    }
}
