using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using OtherThing.Lab.Processes;

namespace OtherThing.Lab.Nodes;

/// <summary><c>dispatch</c>: from a request to a process on a machine and back, against a bare start and bubblewrap alone in the same run.</summary>
internal static class DispatchCommand
{
    private const int Agents = 4;
    private const int Singles = 200;
    private const int Batch = 1_000;
    private const int Clicks = 300;
    private const int Others = 200;

    private const string True = """{"kind":"command","command":["/bin/true"]}""";
    private const string Noop = """{"kind":"noop"}""";

    public static Command Create()
    {
        var server = new Option<string>("--server") { Description = "Folder of a Release build of OtherThing.Web", Required = true };
        var agents = new Option<string[]>("--agent")
        {
            Description = "The agent as one file, or the folder where otherthing-node.dll lies; give several to compare them in one run",
            Required = true,
            AllowMultipleArgumentsPerToken = true,
        };
        var command = new Command("dispatch", "Jobs alone and by the thousand on four agents, against bubblewrap without a server.") { server, agents };
        command.SetAction((parsed, cancellationToken) => MeasureAsync(parsed.GetValue(server)!, parsed.GetValue(agents)!, cancellationToken));
        return command;
    }

    private static async Task<int> MeasureAsync(string serverDirectory, string[] agents, CancellationToken cancellationToken)
    {
        var figures = new Figures();
        foreach (var agent in agents)
        {
            var bare = Figures.Percentile(await BareStarts.BareAsync(Singles, cancellationToken), 0.5);
            var boxed = Figures.Percentile(await BareStarts.BoxedAsync(Singles, cancellationToken), 0.5);
            var perSecond = await BareStarts.BoxedPerSecondAsync(Batch, cancellationToken);
            figures.AtMost("bare start of /bin/true, p50", bare, "ms");
            figures.AtMost("bubblewrap alone, p50", boxed, "ms");
            figures.AtLeast("bubblewrap alone, a loop on each core", perSecond, "starts/s", 0);
            await MeasureAsync(serverDirectory, agent, agents.Length > 1 ? $"{Path.GetFileName(agent.TrimEnd('/'))}: " : "", boxed, perSecond, figures,
                cancellationToken);
        }

        return figures.ExitCode;
    }

    private static async Task MeasureAsync(
        string serverDirectory, string agent, string which, double boxed, double perSecond, Figures figures, CancellationToken cancellationToken)
    {
        await using var server = new ServerProcess(serverDirectory, ("Nodes__EnrollmentsPerTenMinutes", "100000"));
        await server.StartAsync(cancellationToken);
        await server.SignInAsync(cancellationToken);
        var workspace = await server.CreateWorkspaceAsync("Dispatch", cancellationToken);
        var agents = new List<AgentProcess>();
        try
        {
            for (var i = 0; i < Agents; i++)
            {
                agents.Add(await AgentProcess.StartAsync(agent, server, workspace, cancellationToken));
            }

            await SinglesAsync(server, workspace, True, cancellationToken);
            var single = Figures.Percentile(await SinglesAsync(server, workspace, True, cancellationToken), 0.5);
            figures.AtMost($"{which}job /bin/true alone, p50", single, "ms");
            figures.AtMost($"{which}job /bin/true alone over bubblewrap alone", single / boxed, "times", 1.3);
            var many = await BatchAsync(server, workspace, True, cancellationToken);
            figures.AtLeast($"{which}{Batch} jobs /bin/true", many, "jobs/s", 0);
            figures.AtLeast($"{which}{Batch} jobs over bubblewrap alone on each core", many / perSecond, "times", 0.8);
            await SinglesAsync(server, workspace, Noop, cancellationToken);
            figures.AtMost(
                $"{which}job without a process, p50", Figures.Percentile(await SinglesAsync(server, workspace, Noop, cancellationToken), 0.5), "ms", 2.5);
            await BatchAsync(server, workspace, Noop, cancellationToken);
            figures.AtLeast($"{which}{Batch} jobs without a process", await BatchAsync(server, workspace, Noop, cancellationToken), "jobs/s", 2_500);
            figures.AtMost($"{which}memory of an agent", agents.Average(each => each.MemoryMiB), "MiB");

            await using var others = await LightFleet.JoinAsync(server, Others, [], cancellationToken);
            await others.LendAsync(server, workspace, cancellationToken);
            var clicks = await ClicksAsync(server, workspace, cancellationToken);
            figures.AtMost($"{which}request to first instruction with {Others} more nodes, p50", Figures.Percentile(clicks, 0.5), "ms");
            figures.AtMost($"{which}request to first instruction with {Others} more nodes, p99", Figures.Percentile(clicks, 0.99), "ms", 50);
        }
        finally
        {
            foreach (var each in agents)
            {
                await each.DisposeAsync();
            }
        }
    }

    /// <returns>Milliseconds from each request to its job's end.</returns>
    private static async Task<List<double>> SinglesAsync(ServerProcess server, string workspace, string job, CancellationToken cancellationToken)
    {
        var times = new List<double>();
        for (var i = 0; i < Singles; i++)
        {
            var began = Stopwatch.GetTimestamp();
            await RunAsync(server, workspace, job, cancellationToken);
            times.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
        }

        return times;
    }

    /// <returns>Jobs per second, from the request to the end of the last.</returns>
    private static async Task<double> BatchAsync(ServerProcess server, string workspace, string job, CancellationToken cancellationToken)
    {
        var began = Stopwatch.GetTimestamp();
        var made = await server.PostAsync(
            $"/workspaces/{workspace}/jobs/batches", $$"""{"jobs":[{{string.Join(',', Enumerable.Repeat(job, Batch))}}]}""", cancellationToken);
        var batch = await server.GetAsync($"/workspaces/{workspace}/jobs/batches/{made.GetProperty("id").GetString()}?wait=300", cancellationToken);
        return batch.GetProperty("succeeded").GetInt32() == Batch
            ? Batch / Stopwatch.GetElapsedTime(began).TotalSeconds
            : throw new InvalidOperationException(batch.ToString());
    }

    /// <returns>Milliseconds from each request to the time that its program reads from the machine's clock, which is ours.</returns>
    private static async Task<List<double>> ClicksAsync(ServerProcess server, string workspace, CancellationToken cancellationToken)
    {
        var times = new List<double>();
        for (var i = 0; i < Clicks; i++)
        {
            var clicked = (DateTime.UtcNow - DateTime.UnixEpoch).TotalMilliseconds;
            var job = await RunAsync(server, workspace, """{"kind":"command","command":["/bin/date","+%s%N"]}""", cancellationToken);
            times.Add((double.Parse(job.GetProperty("stdout").GetString()!, CultureInfo.InvariantCulture) / 1_000_000) - clicked);
        }

        return times;
    }

    private static async Task<JsonElement> RunAsync(ServerProcess server, string workspace, string job, CancellationToken cancellationToken)
    {
        var done = await server.PostAsync($"/workspaces/{workspace}/jobs?wait=30", job, cancellationToken);
        return done.GetProperty("status").GetString() == "succeeded" ? done : throw new InvalidOperationException(done.ToString());
    }
}
