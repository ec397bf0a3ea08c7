using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Logging.Abstractions;
using OtherThing.Agent.ControlGroups;
using OtherThing.Agent.Hosting;
using OtherThing.Agent.Identity;
using OtherThing.Agent.Leftovers;
using OtherThing.Agent.Machine;
using OtherThing.Agent.Models;
using OtherThing.Agent.Native;
using OtherThing.Agent.Platforms;
using OtherThing.Agent.Policies;
using OtherThing.Agent.Sandboxes;
using Spectre.Console;

namespace OtherThing.Agent.Cli;

/// <summary>One thing the doctor looked at. Level: <c>ok</c>, <c>warning</c>, <c>problem</c>.</summary>
internal sealed record Finding(string Check, string Level, string Text, string? Advice);

/// <summary><c>doctor</c>: looks at what a node needs and says what to do about what is missing.</summary>
internal static class DoctorCommand
{
    internal static Command Create()
    {
        var json = new Option<bool>("--json") { Description = "Print JSON" };
        var probe = new Option<bool>("--probe") { Description = "Check only the sandbox, promise by promise" };
        var command = new Command("doctor", "Check this machine and its connection") { json, probe };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var data = Shared.DataOf(parsed);
            var findings = parsed.GetValue(probe) ? Probe(data) : await ExamineAsync(data, cancellationToken);
            if (parsed.GetValue(json))
            {
                Console.Out.WriteLine(JsonSerializer.Serialize(findings, DoctorJson.Default.ListFinding));
            }
            else
            {
                Print(findings, AnsiConsole.Console);
            }

            return findings.Any(finding => finding.Level == "problem") ? ExitCodes.Failed : ExitCodes.Ok;
        });
        return command;
    }

    internal static async Task<List<Finding>> ExamineAsync(DataDirectory data, CancellationToken cancellationToken)
    {
        var facts = new MachineFacts(data);
        await facts.ProbeAsync(cancellationToken);
        var machine = facts.Read();
        List<Finding> findings =
        [
            new Finding("machine", "ok", $"{machine.OsVersion}, {machine.Arch}, {machine.CpuCores} cores, {machine.MemoryMb} MiB of memory", null),
            machine.DiskFreeMb >= 1024
                ? new("disk", "ok", $"{machine.DiskFreeMb} MiB free at {data.OnWorkDisk}", null)
                : new("disk", "warning", $"Only {machine.DiskFreeMb} MiB free at {data.OnWorkDisk}", "Free some space, or choose another --data directory."),
            new("gpu", "ok",
                machine.Gpus.Count == 0 ? "no NVIDIA GPU that works" : string.Join(", ", machine.Gpus.Select(gpu => $"{gpu.Name} {gpu.VramMb} MiB")), null),
            .. facts.GpuProblem is { } broken
                ? (Finding[])[
                    new("gpu", "warning", $"nvidia-smi says: {broken}",
                        "A GPU that is lost or must be reset is not lent: reset it, or restart the machine; after a new driver, restart it too.")]
                : [],
            .. Walls(data),
            Limits(AgentStatus.TryRead(data.Status), GroupPlace.Find()),
            Policy(data),
            Leftovers(data),
        ];
        findings.AddRange(await ModelsAsync(new PolicyFile(data.Root).Read().Policy, cancellationToken));
        findings.AddRange(await ServerAsync(data, cancellationToken));
        return findings;
    }

    private const string WithoutSandbox = "Until then no job runs, unless you let workspaces do without: otherthing-node policy set --allow-unsandboxed ID";

    /// <summary>Each promise of the sandbox, as a job of its own finds it.</summary>
    internal static List<Finding> Probe(DataDirectory data)
    {
        var report = Examine(data);
        return report.NoUsers is { } users ? [new("sandbox.user", "problem", users, "otherthing-node policy set --job-users FIRST-LAST")] :
            report.Missing is { } missing ? [new("sandbox", "problem", missing, WithoutSandbox)] :
            [.. report.Checks.Select(check => new Finding(check.Name, check.Holds ? "ok" : "problem", check.Text, null))];
    }

    private static SandboxReport Examine(DataDirectory data) =>
        SandboxProbe.Run(data, JobUsers.For(new PolicyFile(data.Root).Read().Policy.UsersForJobs()));

    private static List<Finding> Walls(DataDirectory data)
    {
        if (Platform.Current.NoSandbox is { } none)
        {
            return [new Finding("sandbox", "warning", none, WithoutSandbox)];
        }

        var report = Examine(data);
        return report.Works ? [Sandbox(report), Network(report, new PolicyFile(data.Root).Read().Policy)] : [Sandbox(report)];
    }

    /// <summary>Which networks a job can have here, and which the owner lends.</summary>
    internal static Finding Network(SandboxReport report, LocalPolicy policy)
    {
        var lent = policy.Network == NetworkReach.Full
            ? $"jobs that ask for the network get public addresses{(policy.PrivateNetworks ? " and private ones" : "")}, never this machine's own"
            : "jobs have no network";
        return
            report.NetworkProblem is null ? new Finding("network", "ok", $"{lent}; none and full are possible", null) :
            policy.Network == NetworkReach.Full ? new Finding(
                "network", "warning", $"The network is lent, but no job can have one: {report.NetworkProblem}",
                "Until then jobs that ask for the network are refused. otherthing-node policy set --network none lends none.") :
            new Finding("network", "ok", $"{lent}; only none is possible: {report.NetworkProblem}", null);
    }

    private static Finding Sandbox(SandboxReport report) => report switch
    {
        { NoUsers: { } users } => new Finding("sandbox", "problem", users, "otherthing-node policy set --job-users FIRST-LAST"),
        { Problem: { } problem } => new Finding("sandbox", "problem", problem, $"Install bubblewrap and allow unprivileged user namespaces. {WithoutSandbox}"),
        _ => new Finding("sandbox", "ok", "bubblewrap works: " + string.Join(", ", report.Checks.Select(check => check.Text)), null),
    };

    /// <summary>Who keeps jobs to their limits: the running agent knows; without one it is what an agent would find that is started as this is.</summary>
    internal static Finding Limits(AgentStatus? status, GroupPlace here) =>
        status is { Limits: { } known } && ProcessTable.IsAlive(status.Pid, status.StartTime)
            ? new("limits", "ok", known, null)
            : new("limits", "ok", Platform.Current.LimitWords(here.Problem), "No agent runs: this is what one would do that is started from here.");

    private static Finding Leftovers(DataDirectory data) => Janitor.CountQuarantined(data) is var count and > 0
        ? new("leftovers", "warning", $"What {count} jobs left could not be removed; it lies in {data.Quarantine}",
            "Look at what it is and remove it. The agent tries again by itself.")
        : new("leftovers", "ok", "jobs leave nothing behind", null);

    private static Finding Policy(DataDirectory data)
    {
        var (policy, problem) = new PolicyFile(data.Root).Read();
        return problem is not null ? new("policy", "problem", problem, "Correct the file; until then nothing is allowed.") :
            policy.Paused ? new("policy", "warning", "Paused.", "otherthing-node resume") :
            new("policy", "ok", policy.Kinds.Count == 0 ? "nothing is allowed" : $"allowed: {string.Join(", ", policy.Kinds)}", null);
    }

    /// <summary>The servers of models that are lent; nothing where the owner lends none.</summary>
    private static async Task<List<Finding>> ModelsAsync(LocalPolicy policy, CancellationToken cancellationToken)
    {
        if (!policy.Kinds.Contains(ModelWatch.Kind))
        {
            return [];
        }

        using var http = LoopbackHttp.Create();
        var watch = new ModelWatch(() => policy, http, TimeProvider.System, NullLogger.Instance);
        await watch.LookAsync(cancellationToken);
        return watch.Found.Count == 0
            ? [new("models", "warning", "model is allowed, and no server of models was found", "Start Ollama, or name one: otherthing-node policy set "
                + "--model-endpoints http://127.0.0.1:PORT")]
            : [.. watch.Found.Select(endpoint => new Finding("models", endpoint.Problem.Length > 0 ? "warning" : "ok", ModelWatch.Words(endpoint), null))];
    }

    private static async Task<List<Finding>> ServerAsync(DataDirectory data, CancellationToken cancellationToken)
    {
        if (NodeIdentity.TryLoad(data.Identity) is not { } identity)
        {
            return [new("identity", "warning", "This machine has not joined a server.", "otherthing-node run --server ADDRESS")];
        }

        var findings = new List<Finding> { new("identity", "ok", $"machine {identity.NodeId} of {identity.Server}", null) };
        try
        {
            var grpc = await ServerAddress.DiscoverAsync(identity.Server, identity.ServerKeyPin, cancellationToken);
            findings.Add(new("server", "ok", $"answers; machines connect to {grpc}", null));
        }
        catch (Exception ex) when (ex is HttpRequestException or JsonException or TaskCanceledException && !cancellationToken.IsCancellationRequested)
        {
            findings.Add(new("server", "problem", $"{identity.Server} cannot be reached: {ex.Message}", "Check the network and the address."));
        }

        return findings;
    }

    private static void Print(List<Finding> findings, IAnsiConsole console)
    {
        foreach (var finding in findings)
        {
            var mark = finding.Level switch { "ok" => "[green]ok[/]     ", "warning" => "[yellow]warning[/]", _ => "[red]problem[/]" };
            console.MarkupLine($"{mark}  [bold]{finding.Check,-18}[/] {Markup.Escape(finding.Text)}");
            if (finding.Advice is not null)
            {
                console.MarkupLine($"                            [grey]{Markup.Escape(finding.Advice)}[/]");
            }
        }
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(List<Finding>))]
internal sealed partial class DoctorJson : JsonSerializerContext;
