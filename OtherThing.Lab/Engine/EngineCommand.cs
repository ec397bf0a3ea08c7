using System.CommandLine;
using System.Diagnostics;
using System.Text.Json;
using OtherThing.Lab.Processes;
using OtherThing.Lab.Sinks;

namespace OtherThing.Lab.Engine;

/// <summary><c>engine</c>: how fast a real server runs flows, over REST, every step kept.</summary>
internal static class EngineCommand
{
    // A server that runs for weeks: the just-in-time compiler has seen everything twice.
    private const int WarmUp = 30_000;
    private const int Alone = 3_000;
    private const int Together = 100_000;

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
        await using var sink = await EffectSink.StartAsync(cancellationToken);
        await using var server = new ServerProcess(serverDirectory, ("Egress__AllowPrivate", sink.Authority));
        figures.AtMost("first start to ready", (await server.StartAsync(cancellationToken)).TotalSeconds, "s");
        await server.KillAsync();
        figures.AtMost("start to ready", (await server.StartAsync(cancellationToken)).TotalSeconds, "s", 3);
        await Task.Delay(TimeSpan.FromSeconds(5), cancellationToken);
        figures.AtMost("memory idle", server.MemoryMiB, "MiB", 200);
        await server.SignInAsync(cancellationToken);
        var workspace = await server.CreateWorkspaceAsync("Lab", cancellationToken);
        await MeasureHookAsync(server, workspace, figures, cancellationToken);
        await MeasureFlowsAsync(server, sink, workspace, figures, cancellationToken);
        if (agentDirectory is not null)
        {
            await MeasureNodeAsync(server, agentDirectory, workspace, figures, cancellationToken);
        }

        return figures.ExitCode;
    }

    /// <summary>The flow of the promise: ten data.set steps behind a webhook that answers with the output.</summary>
    private static async Task MeasureHookAsync(ServerProcess server, string workspace, Figures figures, CancellationToken cancellationToken)
    {
        var hook = await server.PublishHookAsync(workspace, EngineFlows.DataSets(10, EngineFlows.Hook, "input.body.n"), cancellationToken);
        await HookAsync(server, hook, WarmUp, 16, cancellationToken);
        var before = server.MemoryMiB;
        var (alone, aloneRate) = await HookAsync(server, hook, Alone, 1, cancellationToken);
        figures.AtMost("ten data.set behind a webhook, concurrency 1, p50", Figures.Percentile(alone, 0.5), "ms", 2);
        figures.AtMost("ten data.set behind a webhook, concurrency 1, p95", Figures.Percentile(alone, 0.95), "ms");
        figures.AtMost("ten data.set behind a webhook, concurrency 1", aloneRate, "runs/s");
        var (many, manyRate) = await HookAsync(server, hook, Together, 16, cancellationToken);
        figures.AtMost("ten data.set behind a webhook, concurrency 16, p50", Figures.Percentile(many, 0.5), "ms");
        figures.AtMost("ten data.set behind a webhook, concurrency 16, p95", Figures.Percentile(many, 0.95), "ms", 25);
        figures.AtLeast("ten data.set behind a webhook, concurrency 16", manyRate, "runs/s", 1_500);
        figures.AtMost($"memory after {WarmUp} runs", before, "MiB");
        figures.AtMost($"memory grown by {Together} more", server.MemoryMiB - before, "MiB", 40);
    }

    private static async Task MeasureFlowsAsync(
        ServerProcess server, EffectSink sink, string workspace, Figures figures, CancellationToken cancellationToken)
    {
        foreach (var (name, document, most) in EngineFlows.Promises)
        {
            await MeasureFlowAsync(server, workspace, name, document, most, figures, cancellationToken);
        }

        var nested = await server.CreateFlowAsync(workspace, EngineFlows.NestedMaps, cancellationToken);
        var answer = await server.PostAsync($"/workspaces/{workspace}/flows/{nested}/runs?wait=60", "{}", cancellationToken);
        figures.AtLeast(
            "three nested maps of 3, right results", Leaves(answer.GetProperty("output")).Where((leaf, index) => leaf == index).Count(), "results", 27);
        await MeasureFlowAsync(server, workspace, "forty effects in a row", EngineFlows.Effects(40, sink.Address), 250, figures, cancellationToken);
        (sink.Fastest, sink.Slowest) = (TimeSpan.FromMilliseconds(50), TimeSpan.FromMilliseconds(50));
        await MeasureFlowAsync(
            server, workspace, "map over 100 calls of 50 ms, 20 at once", EngineFlows.Calls(100, 20, sink.Address), 400, figures, cancellationToken);
        var doubled = sink.Arrivals.Values.Count(arrivals => arrivals != 1);
        figures.AtMost("effects not exactly once", doubled, "effects", 0);
    }

    private static IEnumerable<int> Leaves(JsonElement value) =>
        value.ValueKind == JsonValueKind.Array ? value.EnumerateArray().SelectMany(Leaves) : [value.GetInt32()];

    private static async Task MeasureFlowAsync(
        ServerProcess server, string workspace, string name, string document, double most, Figures figures, CancellationToken cancellationToken)
    {
        var path = $"/workspaces/{workspace}/flows/{await server.CreateFlowAsync(workspace, document, cancellationToken)}/runs?wait=60";
        // Until the compiler has seen this flow too, but no longer than a person waits: a quick flow is measured often, a slow one less.
        var (first, _) = await RunAsync(server, path, 10, 1, cancellationToken);
        var often = (int)Math.Clamp(4_000 / Figures.Percentile(first, 0.5), 10, 400);
        await RunAsync(server, path, often, 1, cancellationToken);
        var (times, _) = await RunAsync(server, path, often, 1, cancellationToken);
        figures.AtMost(name + ", p50", Figures.Percentile(times, 0.5), "ms", most);
    }

    private static Task<(List<double> Times, double PerSecond)> HookAsync(
        ServerProcess server, string hook, int count, int concurrency, CancellationToken cancellationToken) =>
        RepeatAsync(count, concurrency, async () =>
        {
            var output = await server.DeliverAsync(hook, """{"n":1}""", cancellationToken);
            if (output != "10")
            {
                throw new InvalidOperationException(output);
            }
        });

    private static async Task MeasureNodeAsync(
        ServerProcess server, string agentDirectory, string workspace, Figures figures, CancellationToken cancellationToken)
    {
        await using var agent = await AgentProcess.StartAsync(agentDirectory, server, workspace, cancellationToken);
        foreach (var (name, job) in new[] { ("noop job", """{"kind":"noop"}"""), ("job /bin/true", """{"kind":"command","command":["/bin/true"]}""") })
        {
            await RunAsync(server, $"/workspaces/{workspace}/jobs?wait=30", 300, 1, cancellationToken, job);
            var (times, _) = await RunAsync(server, $"/workspaces/{workspace}/jobs?wait=30", 300, 1, cancellationToken, job);
            figures.AtMost($"{name}, submit to done, p50", Figures.Percentile(times, 0.5), "ms");
            figures.AtMost($"{name}, submit to done, p95", Figures.Percentile(times, 0.95), "ms");
        }

        var flow = await server.CreateFlowAsync(workspace, EngineFlows.Command, cancellationToken);
        await RunAsync(server, $"/workspaces/{workspace}/flows/{flow}/runs?wait=30", 100, 1, cancellationToken);
        var (runs, _) = await RunAsync(server, $"/workspaces/{workspace}/flows/{flow}/runs?wait=30", 200, 1, cancellationToken);
        figures.AtMost("node.command /bin/true in a run, p50", Figures.Percentile(runs, 0.5), "ms");
    }

    /// <returns>Milliseconds of each call, and calls per second over all.</returns>
    private static Task<(List<double> Times, double PerSecond)> RunAsync(
        ServerProcess server, string path, int count, int concurrency, CancellationToken cancellationToken, string body = """{"input":{"n":1}}""") =>
        RepeatAsync(count, concurrency, async () =>
        {
            var answer = await server.PostAsync(path, body, cancellationToken);
            if (answer.GetProperty("status").GetString() != "succeeded")
            {
                throw new InvalidOperationException(answer.ToString());
            }
        });

    private static async Task<(List<double> Times, double PerSecond)> RepeatAsync(int count, int concurrency, Func<Task> call)
    {
        var times = new List<double>(count);
        var left = count;
        var watch = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, concurrency).Select(_ => Task.Run(async () =>
        {
            while (Interlocked.Decrement(ref left) >= 0)
            {
                var start = Stopwatch.GetTimestamp();
                await call();
                var time = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
                lock (times)
                {
                    times.Add(time);
                }
            }
        })));
        return (times, count / watch.Elapsed.TotalSeconds);
    }
}
