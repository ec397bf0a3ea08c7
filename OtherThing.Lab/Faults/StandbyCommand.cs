using System.CommandLine;

namespace OtherThing.Lab.Faults;

/// <summary><c>standby</c>: ends the serving one of two servers under load, again and again; the other takes over and nothing is lost.</summary>
internal static class StandbyCommand
{
    /// <summary>Every so many endings it is paused instead of killed.</summary>
    private const int PausedEvery = 5;

    public static Command Create()
    {
        var server = new Option<string>("--server") { Description = "Folder of a Release build of OtherThing.Web", Required = true };
        var agent = new Option<string>("--agent") { Description = "Folder of a Release build of OtherThing.Node", Required = true };
        var kills = new Option<int>("--kills") { Description = "How often the serving server is killed", DefaultValueFactory = _ => 20 };
        var seed = new Option<int?>("--seed") { Description = "Repeats a draw of the moments" };
        var command = new Command("standby", "Two servers on one database, the serving one killed or paused under load.") { server, agent, kills, seed };
        command.SetAction((parsed, cancellationToken) => RunAsync(
            new StandbyDrill(parsed.GetValue(server)!, parsed.GetValue(agent)!), parsed.GetValue(kills), parsed.GetValue(seed) ?? Environment.TickCount,
            cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(StandbyDrill drill, int kills, int seed, CancellationToken cancellationToken)
    {
        var figures = new Figures();
        figures.AtMost("seed", seed, "");
        Ending[] endings = [
            .. Enumerable.Range(1, kills).SelectMany(kill => kill % PausedEvery == 0 ? new[] { Ending.Killed, Ending.Paused } : [Ending.Killed])];
        var verdict = await drill.RunAsync(endings, runsBetween: 15, new Random(seed), cancellationToken);
        figures.AtLeast("kills", endings.Count(ending => ending == Ending.Killed), "", kills);
        figures.AtMost("pauses", endings.Count(ending => ending == Ending.Paused), "");
        figures.AtMost("nobody served, p50", Figures.Percentile(verdict.TakeOvers, 0.5), "s");
        figures.AtMost("nobody served, longest", verdict.TakeOvers.Max(), "s", 15);
        figures.AtLeast("runs acknowledged", verdict.Runs, "runs", kills);
        figures.AtMost("acknowledged runs lost", verdict.RunsLost, "runs", 0);
        figures.AtMost("runs stuck", verdict.RunsStuck, "runs", 0);
        figures.AtMost("terminal rows changed", verdict.RunsChanged, "runs", 0);
        figures.AtMost("runs with a wrong end", verdict.RunsWrong, "runs", 0);
        figures.AtMost("effects of class once, doubled", verdict.EffectsDoubled, "effects", 0);
        figures.AtLeast("jobs acknowledged", verdict.Jobs, "jobs", kills);
        figures.AtMost("acknowledged jobs lost", verdict.JobsLost, "jobs", 0);
        figures.AtMost("jobs that did not succeed", verdict.JobsUnfinished, "jobs", 0);
        figures.AtMost("standbys that named another holder", verdict.Misnamed, "", 0);
        figures.AtMost("standbys that answered otherwise", verdict.Misanswered, "", 0);
        figures.AtMost("replaced servers that did not end by themselves", verdict.EndedWrongly, "", 0);
        return figures.ExitCode;
    }
}
