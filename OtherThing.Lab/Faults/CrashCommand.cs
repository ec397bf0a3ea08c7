using System.CommandLine;
using OtherThing.Lab.Processes;
using OtherThing.Lab.Sinks;

namespace OtherThing.Lab.Faults;

/// <summary><c>crash</c>: kills a server under a mixed load, again and again, and compares a ledger of its own with what is left.</summary>
internal static class CrashCommand
{
    private const int Workers = 6;

    public static Command Create()
    {
        var server = new Option<string>("--server") { Description = "Folder of a Release build of OtherThing.Web", Required = true };
        var kills = new Option<int>("--kills") { Description = "How often the server is killed", DefaultValueFactory = _ => 200 };
        var runs = new Option<int>("--runs") { Description = "At least this many acknowledged runs", DefaultValueFactory = _ => 5_000 };
        var seed = new Option<int?>("--seed") { Description = "Repeats a draw of the moments" };
        var command = new Command("crash", "kill -9 at random moments: nothing acknowledged is lost, nothing is done twice.") { server, kills, runs, seed };
        command.SetAction((parsed, cancellationToken) => RunAsync(
            parsed.GetValue(server)!, parsed.GetValue(kills), parsed.GetValue(runs), parsed.GetValue(seed) ?? Environment.TickCount, cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(string directory, int kills, int leastRuns, int seed, CancellationToken cancellationToken)
    {
        var (figures, random) = (new Figures(), new Random(seed));
        figures.AtMost("seed", seed, "");
        await using var sink = await EffectSink.StartAsync(cancellationToken);
        sink.Slowest = TimeSpan.FromMilliseconds(60);
        await using var server = new ServerProcess(directory, ("Egress__AllowPrivate", sink.Authority));
        await server.StartAsync(cancellationToken);
        await server.SignInAsync(cancellationToken);
        var workspace = await server.CreateWorkspaceAsync("Crash", cancellationToken);
        var ledger = new RunLedger(server, workspace);
        var load = await RunLoad.CreateAsync(server, workspace, sink.Address, ledger, cancellationToken);
        var restarts = new List<double>();
        for (var kill = 0; kill < kills; kill++)
        {
            var share = (leastRuns - ledger.Count) / (double)(kills - kill);
            await LoadAsync(server, load, ledger, (int)Math.Ceiling(share), TimeSpan.FromMilliseconds(random.Next(0, 700)), cancellationToken);
            restarts.Add((await server.StartAsync(cancellationToken)).TotalSeconds);
            await ledger.LookAsync(40, cancellationToken);
        }

        var stuck = await ledger.SettleAsync(Until.Limit, cancellationToken);
        var verdict = await ledger.JudgeAsync(cancellationToken);
        figures.AtLeast("kills", restarts.Count, "", kills);
        figures.AtLeast("runs acknowledged", ledger.Count, "runs", leastRuns);
        figures.AtMost("acknowledged runs lost", verdict.Lost, "runs", 0);
        figures.AtMost("runs stuck", stuck, "runs", 0);
        figures.AtMost("terminal rows changed", verdict.Changed, "runs", 0);
        figures.AtMost("runs with a wrong end", verdict.Wrong, "runs", 0);
        figures.AtMost(
            "effects of class once, doubled", sink.Arrivals.Count(arrival => arrival.Key.StartsWith("once/", StringComparison.Ordinal) && arrival.Value > 1),
            "effects", 0);
        figures.AtMost(
            "effects of class keyed, repeated under their key",
            sink.Arrivals.Count(arrival => arrival.Key.StartsWith("keyed/", StringComparison.Ordinal) && arrival.Value > 1), "effects");
        figures.AtMost("runs left to a person", verdict.Unknown, "runs");
        figures.AtMost("serving again, p50", Figures.Percentile(restarts, 0.5), "s");
        figures.AtMost("serving again, slowest", restarts.Max(), "s", 5);
        return figures.ExitCode;
    }

    /// <summary>Starts runs from several callers at once, and kills the server at the drawn moment after enough were acknowledged.</summary>
    private static async Task LoadAsync(
        ServerProcess server, RunLoad load, RunLedger ledger, int share, TimeSpan moment, CancellationToken cancellationToken)
    {
        using var killed = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var goal = ledger.Count + share;
        var workers = Enumerable.Range(0, Workers).Select(_ => Task.Run(() => WorkAsync(load, killed.Token), cancellationToken)).ToArray();
        await Until.HoldsAsync(() => Task.FromResult(ledger.Count >= goal), $"{share} more runs are acknowledged", cancellationToken);
        await Task.Delay(moment, cancellationToken);
        await server.KillAsync();
        await killed.CancelAsync();
        await Task.WhenAll(workers);
    }

    private static async Task WorkAsync(RunLoad load, CancellationToken killed)
    {
        while (!killed.IsCancellationRequested && await load.StartOneAsync(killed))
        {
            // The next one.
        }
    }
}
