using System.Diagnostics;
using System.Net;
using System.Text.Json;
using OtherThing.Lab.Processes;
using OtherThing.Lab.Sinks;

namespace OtherThing.Lab.Faults;

/// <summary>How the serving server ends.</summary>
public enum Ending
{
    /// <summary>kill -9: its process is gone.</summary>
    Killed,

    /// <summary>SIGSTOP for as long as another one serves, then SIGCONT: it must end by itself and write nothing.</summary>
    Paused,

    /// <summary>SIGTERM: it gives the lease back.</summary>
    Stopped,
}

/// <summary>Two servers on one database under a mixed load of runs and jobs: one after the other is ended, and its standby takes over.</summary>
public sealed class StandbyDrill(string serverDirectory, string agentDirectory)
{
    private const int RunWorkers = 4;

    /// <summary>Goes through the endings; the load goes on all the while.</summary>
    /// <param name="endings">One take-over each.</param>
    /// <param name="runsBetween">That many more runs are acknowledged before each.</param>
    /// <param name="random">Draws the moments.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task<StandbyVerdict> RunAsync(IReadOnlyList<Ending> endings, int runsBetween, Random random, CancellationToken cancellationToken)
    {
        await using var sink = await EffectSink.StartAsync(cancellationToken);
        sink.Slowest = TimeSpan.FromMilliseconds(60);
        await using var pair = new ServerPair(
            serverDirectory, ("Egress__AllowPrivate", sink.Authority), ("Nodes__LeaseSeconds", "15"), ("Nodes__HeartbeatSeconds", "3"));
        var holder = await pair.StartAsync(cancellationToken);
        var client = pair.Client;
        await client.SignInAsync(cancellationToken);
        var workspace = await client.CreateWorkspaceAsync("Standby", cancellationToken);
        await using var agent = await AgentProcess.StartAsync(agentDirectory, client, workspace, cancellationToken);
        var (runs, jobs) = (new RunLedger(client, workspace), new JobLedger(client, workspace));
        var load = await RunLoad.CreateAsync(client, workspace, sink.Address, runs, cancellationToken);

        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task[] working = [
            .. Enumerable.Range(0, RunWorkers).Select(_ => RepeatAsync(load.StartOneAsync, enough.Token)), RepeatAsync(jobs.SubmitOneAsync, enough.Token)];
        List<double> takeOvers = [];
        var (misnamed, misanswered, endedWrongly) = (0, 0, 0);
        foreach (var ending in endings)
        {
            misnamed += holder.EndsWith($"process {pair.Serving.ProcessId}", StringComparison.Ordinal) ? 0 : 1;
            misanswered += await IsRefusedAsync(pair.Waiting, cancellationToken) ? 0 : 1;
            var goal = runs.Count + runsBetween;
            await Until.HoldsAsync(() => Task.FromResult(runs.Count >= goal), $"{runsBetween} more runs are acknowledged", cancellationToken);
            await Task.Delay(TimeSpan.FromMilliseconds(random.Next(0, 700)), cancellationToken);
            takeOvers.Add((await EndAsync(pair, ending, cancellationToken)).TotalSeconds);
            if (ending == Ending.Paused)
            {
                pair.Waiting.Hold(false);
            }

            if (ending != Ending.Killed && await pair.Waiting.WaitForEndAsync(cancellationToken) != (ending == Ending.Paused ? StandbyVerdict.LostExitCode : 0))
            {
                endedWrongly++;
            }

            holder = await pair.Waiting.StartWaitingAsync(cancellationToken);
            await runs.LookAsync(40, cancellationToken);
        }

        await enough.CancelAsync();
        await Task.WhenAll(working);
        var stuck = await runs.SettleAsync(Until.Limit, cancellationToken);
        var ended = await runs.JudgeAsync(cancellationToken);
        var (jobsLost, jobsUnfinished) = await jobs.JudgeAsync(Until.Limit, cancellationToken);
        if (jobsUnfinished > 0)
        {
            await Console.Error.WriteLineAsync($"The agent: {agent.LastWords}");
        }

        var doubled = sink.Arrivals.Count(arrival => arrival.Key.StartsWith("once/", StringComparison.Ordinal) && arrival.Value > 1);
        return new StandbyVerdict(
            takeOvers, runs.Count, ended.Lost, stuck, ended.Changed, ended.Wrong, doubled, jobs.Count, jobsLost, jobsUnfinished, misnamed, misanswered,
            endedWrongly);
    }

    private static async Task<TimeSpan> EndAsync(ServerPair pair, Ending ending, CancellationToken cancellationToken)
    {
        var since = Stopwatch.GetTimestamp();
        switch (ending)
        {
            case Ending.Killed:
                await pair.Serving.KillAsync();
                break;
            case Ending.Paused:
                return await pair.PauseAsync(cancellationToken);
            default:
                pair.Serving.Terminate();
                break;
        }

        return await pair.TakeOverAsync(since, cancellationToken);
    }

    /// <summary>The waiting one does nothing but say so.</summary>
    private static async Task<bool> IsRefusedAsync(ServerProcess waiting, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/me");
        using var answer = await waiting.AskAsync(request, cancellationToken);
        using var problem = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(cancellationToken));
        using var alive = new HttpRequestMessage(HttpMethod.Get, "/health/live");
        using var live = await waiting.AskAsync(alive, cancellationToken);
        return answer.StatusCode == HttpStatusCode.ServiceUnavailable
            && problem.RootElement.GetProperty("code").GetString() == "server.standby"
            && live.StatusCode == HttpStatusCode.OK;
    }

    private static Task RepeatAsync(Func<CancellationToken, Task<bool>> act, CancellationToken enough) => Task.Run(
        async () =>
        {
            while (!enough.IsCancellationRequested)
            {
                if (!await act(enough))
                {
                    await Task.Delay(TimeSpan.FromMilliseconds(50), CancellationToken.None);
                }
            }
        },
        CancellationToken.None);
}

/// <summary>What was left of what had been acknowledged.</summary>
/// <param name="TakeOvers">Seconds in which nobody served, one for each ending.</param>
/// <param name="Runs">Acknowledged runs.</param>
/// <param name="RunsLost">Acknowledged and not there.</param>
/// <param name="RunsStuck">Not ended.</param>
/// <param name="RunsChanged">Ended, and later not the same.</param>
/// <param name="RunsWrong">Ended with another result than the flow has.</param>
/// <param name="EffectsDoubled">Effects of class once that came twice.</param>
/// <param name="Jobs">Acknowledged jobs.</param>
/// <param name="JobsLost">Acknowledged and not there.</param>
/// <param name="JobsUnfinished">Not succeeded.</param>
/// <param name="Misnamed">Standbys that named another holder than the one that served.</param>
/// <param name="Misanswered">Standbys that answered a request otherwise than with 503 <c>server.standby</c>, or said that they do not live.</param>
/// <param name="EndedWrongly">Servers that lost the lease and did not end by themselves as they should.</param>
public sealed record StandbyVerdict(
    IReadOnlyList<double> TakeOvers, int Runs, int RunsLost, int RunsStuck, int RunsChanged, int RunsWrong, int EffectsDoubled,
    int Jobs, int JobsLost, int JobsUnfinished, int Misnamed, int Misanswered, int EndedWrongly)
{
    /// <summary>The exit code of a server that another one has replaced.</summary>
    public const int LostExitCode = 75;
}
