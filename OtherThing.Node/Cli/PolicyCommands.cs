using System.CommandLine;
using System.Text.Json;
using OtherThing.Agent.Hosting;
using OtherThing.Agent.Policies;

namespace OtherThing.Agent.Cli;

/// <summary><c>policy show|set</c>, <c>pause</c>, <c>resume</c>: the owner's word, kept on the machine; a running agent hears it within a second.</summary>
internal static class PolicyCommands
{
    internal static IEnumerable<Command> Create()
    {
        var show = new Command("show", "Print the policy");
        show.SetAction(parsed => Print(FileOf(parsed)));
        yield return new Command("policy", "Show or change what others may do on this machine") { show, Set() };
        yield return Switch("pause", "Take no new jobs; what runs goes on", paused: true);
        yield return Switch("resume", "Take jobs again", paused: false);
    }

    private static PolicyFile FileOf(ParseResult parsed) => new(Shared.DataOf(parsed).Root);

    private static int Print(PolicyFile file)
    {
        var (policy, problem) = file.Read();
        Console.Out.WriteLine(JsonSerializer.Serialize(policy, PolicyJson.Default.LocalPolicy));
        if (problem is not null)
        {
            Console.Error.WriteLine(problem);
        }

        return problem is null ? ExitCodes.Ok : ExitCodes.Failed;
    }

    private static Command Switch(string name, string description, bool paused)
    {
        var command = new Command(name, description);
        command.SetAction(parsed => Change(FileOf(parsed), policy => policy with { Paused = paused }));
        return command;
    }

    private static Command Set()
    {
        var kinds = new Option<string?>("--kinds") { Description = "command,script,container,model or none" };
        var allow = new Option<string?>("--allow") { Description = "Allow these kinds besides those that are allowed already" };
        var endpoints = new Option<string?>("--model-endpoints") { Description = "Addresses of servers of models on this machine's loopback, or none" };
        var slots = new Option<int?>("--model-slots") { Description = "Requests that each server of models works on at once; 0: as it says, else one" };
        var cpu = new Option<double?>("--cpu-cores") { Description = "Cores for all jobs together; 0: all" };
        var memory = new Option<long?>("--memory-mb") { Description = "MiB of memory for all jobs together; 0: all" };
        var gpus = new Option<int?>("--gpu-count") { Description = "GPUs for jobs; -1: all" };
        var storage = new Option<long?>("--storage-mb") { Description = "MiB that all jobs together may write; 0: what is free" };
        var network =
            new Option<string?>("--network") { Description = "none, or full: public addresses, never this machine's own, for jobs that ask for them" };
        var privateNetworks = new Option<bool?>(
            "--private-networks")
        { Description = "Whether --network full leads to private networks too, such as the one this machine is part of" };
        var workspaces = new Option<string?>("--workspaces") { Description = "Ids of the workspaces to work for, or all" };
        var labels = new Option<string?>("--labels") { Description = "Words that jobs can ask for, or none" };
        var unsandboxed = Shared.AllowUnsandboxed();
        var users = new Option<string?>(
            "--job-users")
        { Description = "Users that belong to nobody, FIRST-LAST, for jobs of an agent that is root; default: the agent's choice" };
        var command =
            new Command("set", "Change the policy")
            { kinds, allow, endpoints, slots, cpu, memory, gpus, storage, network, privateNetworks, workspaces, labels, unsandboxed, users };
        command.SetAction(parsed => Change(FileOf(parsed), policy => policy with
        {
            Kinds = [.. (List(parsed.GetValue(kinds), "none") ?? policy.Kinds).Union(List(parsed.GetValue(allow), "none") ?? [])],
            ModelEndpoints = List(parsed.GetValue(endpoints), "none") ?? policy.ModelEndpoints,
            ModelSlots = Cap(parsed.GetValue(slots), policy.ModelSlots, all: 0),
            CpuCores = Cap(parsed.GetValue(cpu), policy.CpuCores, all: 0),
            MemoryMb = Cap(parsed.GetValue(memory), policy.MemoryMb, all: 0),
            GpuCount = Cap(parsed.GetValue(gpus), policy.GpuCount, all: -1),
            StorageMb = Cap(parsed.GetValue(storage), policy.StorageMb, all: 0),
            Network = parsed.GetValue(network) ?? policy.Network,
            PrivateNetworks = parsed.GetValue(privateNetworks) ?? policy.PrivateNetworks,
            Workspaces = List(parsed.GetValue(workspaces), "all") ?? policy.Workspaces,
            Labels = List(parsed.GetValue(labels), "none") ?? policy.Labels,
            Unsandboxed = Shared.Unsandboxed(parsed, unsandboxed) ?? policy.Unsandboxed,
            JobUsers = parsed.GetValue(users) is { } range ? range == "default" ? null : range : policy.JobUsers,
        }));
        return command;
    }

    /// <summary>The caller's number, or what there was; the number that means all lifts the cap.</summary>
    private static T? Cap<T>(T? given, T? old, T all)
        where T : struct, IEquatable<T> => given is null ? old : given.Value.Equals(all) ? null : given;

    private static string[]? List(string? text, string empty) =>
        text is null ? null : text == empty ? [] : text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    private static int Change(PolicyFile file, Func<LocalPolicy, LocalPolicy> change)
    {
        var (policy, problem) = file.Read();
        if (problem is not null)
        {
            // Starting over from an empty policy would silently drop what the owner wrote.
            Console.Error.WriteLine(problem);
            return ExitCodes.Failed;
        }

        var changed = change(policy);
        var problems = changed.Problems().ToArray();
        if (problems.Length > 0)
        {
            Console.Error.WriteLine(string.Join(Environment.NewLine, problems));
            return ExitCodes.Usage;
        }

        file.Write(changed);
        return Print(file);
    }
}
