using System.CommandLine;
using OtherThing.Lab.Processes;
using OtherThing.Lab.Sinks;

namespace OtherThing.Lab.Faults;

/// <summary><c>cancel</c>: cancels runs at random moments and looks two seconds later at what is left of them.</summary>
internal static class CancelCommand
{
    private const int Workers = 8;
    private static readonly TimeSpan s_promise = TimeSpan.FromSeconds(2);

    public static Command Create()
    {
        var server = new Option<string>("--server") { Description = "Folder of a Release build of OtherThing.Web", Required = true };
        var agent = new Option<string?>("--agent") { Description = "Folder of a Release build of OtherThing.Node; without it no process is cancelled" };
        var cancels = new Option<int>("--cancels") { Description = "How many acknowledged cancels", DefaultValueFactory = _ => 1_000 };
        var seed = new Option<int?>("--seed") { Description = "Repeats a draw of the moments" };
        var command = new Command("cancel", "Cancels at random moments: none is undone, nothing is left after two seconds.") { server, agent, cancels, seed };
        command.SetAction((parsed, cancellationToken) => RunAsync(
            parsed.GetValue(server)!, parsed.GetValue(agent), parsed.GetValue(cancels), parsed.GetValue(seed) ?? Environment.TickCount, cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(string directory, string? agentDirectory, int cancels, int seed, CancellationToken cancellationToken)
    {
        var figures = new Figures();
        figures.AtMost("seed", seed, "");
        await using var sink = await EffectSink.StartAsync(cancellationToken);
        sink.Slowest = TimeSpan.FromMinutes(2);
        await using var server = new ServerProcess(directory, ("Egress__AllowPrivate", sink.Authority));
        await server.StartAsync(cancellationToken);
        await server.SignInAsync(cancellationToken);
        var workspace = await server.CreateWorkspaceAsync("Cancel", cancellationToken);
        await using var agent = agentDirectory is null ? null : await AgentProcess.StartAsync(agentDirectory, server, workspace, cancellationToken);
        var http = await server.CreateFlowAsync(workspace, CancelFlows.Http(sink.Address), cancellationToken);
        var calls = await server.CreateFlowAsync(workspace, CancelFlows.Call(http), cancellationToken);
        List<string> flows =
        [
            http, http, calls,
            await server.CreateFlowAsync(workspace, CancelFlows.Call(calls), cancellationToken),
            await server.CreateFlowAsync(workspace, CancelFlows.Wait, cancellationToken),
            await server.CreateFlowAsync(workspace, CancelFlows.Short, cancellationToken),
        ];
        if (agent is not null)
        {
            flows.Add(await server.CreateFlowAsync(workspace, CancelFlows.Command, cancellationToken));
        }

        var load = new CancelLoad(server, sink, agent, $"/workspaces/{workspace}", flows, new Random(seed));
        await load.RunAsync(cancels, Workers, s_promise, cancellationToken);

        figures.AtLeast("cancels acknowledged", load.Acknowledged.Count, "cancels", cancels);
        figures.AtMost("runs that had ended before their cancel", load.EndedBefore, "runs");
        figures.AtMost("cancel, p50", Figures.Percentile(load.Times, 0.5), "ms");
        figures.AtMost("cancel, p95", Figures.Percentile(load.Times, 0.95), "ms");
        figures.AtMost("sockets left 2 s after a cancel", load.SocketsLeft, "sockets", 0);
        figures.AtMost("called runs left 2 s after a cancel", load.ChildrenLeft, "runs", 0);
        if (agent is not null)
        {
            figures.AtLeast("processes seen before a cancel", load.ProcessesSeen, "processes", 1);
            figures.AtMost("processes left 2 s after a cancel", load.ProcessesLeft, "processes", 0);
        }

        figures.AtMost("runs that did not stay cancelled", await load.CountUndoneAsync(cancellationToken), "runs", 0);
        return figures.ExitCode;
    }
}
