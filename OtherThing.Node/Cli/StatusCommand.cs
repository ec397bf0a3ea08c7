using System.CommandLine;
using OtherThing.Agent.Hosting;
using OtherThing.Agent.Leftovers;
using OtherThing.Agent.Native;
using Spectre.Console;

namespace OtherThing.Agent.Cli;

/// <summary><c>status</c>: what the agent of this data directory is doing.</summary>
internal static class StatusCommand
{
    internal static Command Create()
    {
        var command = new Command("status", "Show what the agent on this machine is doing");
        command.SetAction(parsed =>
        {
            var data = Shared.DataOf(parsed);
            return Show(AgentStatus.TryRead(data.Status), AnsiConsole.Console, Janitor.CountQuarantined(data));
        });
        return command;
    }

    /// <summary>0 when connected, 1 when it is not or does not run.</summary>
    internal static int Show(AgentStatus? status, IAnsiConsole console, int quarantined = 0)
    {
        if (status is null || !ProcessTable.IsAlive(status.Pid, status.StartTime))
        {
            console.MarkupLine("[yellow]Not running.[/] Start it with [bold]otherthing-node run --server ADDRESS[/].");
            return ExitCodes.Failed;
        }

        var table = new Table().Border(TableBorder.None).HideHeaders().AddColumns("", "");
        void Row(string name, string? value) => table.AddRow($"[grey]{name}[/]", Markup.Escape(value is { Length: > 0 } ? value : "-"));
        Row("State", $"{status.State} since {status.Since.ToLocalTime():yyyy-MM-dd HH:mm:ss}");
        Row("Server", status.Server);
        Row("Machine", status.Name is null ? status.NodeId : $"{status.Name} ({status.NodeId})");
        if (status.ClaimCode is { } code)
        {
            Row("Claim code", $"{code}, to be entered at {status.ClaimAddress}");
        }

        Row("Allowed", status.Kinds.Count == 0 ? "nothing" : string.Join(", ", status.Kinds));
        Row("Sandbox", status.Sandbox ?? "none: no job runs");
        if (status.SandboxProblem is not null)
        {
            Row("", status.SandboxProblem);
        }

        if (status.Limits is not null)
        {
            Row("Limits", status.Limits);
        }

        Row("Running", $"{status.Running} jobs");
        Row("Process", $"{status.Pid}");
        if (quarantined > 0)
        {
            Row("Left over", $"what {quarantined} jobs left could not be removed; see otherthing-node doctor");
        }

        if (status.Problem is not null)
        {
            Row("Problem", status.Problem);
        }

        console.Write(table);
        return status.State == "connected" ? ExitCodes.Ok : ExitCodes.Failed;
    }
}
