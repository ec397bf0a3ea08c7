using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using OtherThing.Agent.Attempts.Kinds;
using OtherThing.Agent.Models;
using OtherThing.Agent.Sandboxes;

namespace OtherThing.Agent.Policies;

/// <summary>
/// What the machine's owner allows here, in the file <c>policy.json</c> of the data directory. The server may narrow it, never widen it.
/// </summary>
/// <remarks>Owners edit the file by hand. The generated reader gives <c>init</c> properties that the file leaves out no default, hence setters.</remarks>
internal sealed record LocalPolicy
{
    internal const string All = "all";

    internal static readonly string[] AllKinds = WorkKinds.Words;

    /// <summary>Raw commands and anything that opens the machine further stay off until the owner says so.</summary>
    public IReadOnlyList<string> Kinds { get; set; } = ["script"];

    /// <summary>
    /// Workspaces whose jobs may run with no wall around them where no sandbox works, by id, or <see cref="All"/>. That is as much as an
    /// account on this machine, so nothing else in this file implies it.
    /// </summary>
    public IReadOnlyList<string> Unsandboxed { get; set; } = [];

    /// <summary>Cores for all jobs together; null: all.</summary>
    public double? CpuCores { get; set; }

    /// <summary>MiB for all jobs together; null: all.</summary>
    public long? MemoryMb { get; set; }

    public int? GpuCount { get; set; }

    /// <summary>MiB that all jobs together may write; null: what is free.</summary>
    public long? StorageMb { get; set; }

    /// <summary><c>none</c>, or <c>full</c>: jobs that ask for the network get public addresses. Never this machine's own.</summary>
    public string Network { get; set; } = NetworkReach.None;

    /// <summary>Whether that network leads to private networks too, such as the one this machine is part of.</summary>
    public bool PrivateNetworks { get; set; }

    /// <summary>Users that belong to nobody, <c>FIRST-LAST</c>, lent to jobs one by one where the agent is root; null: those of the agent's choice.</summary>
    public string? JobUsers { get; set; }

    /// <summary>Workspaces whose jobs are taken; empty: every one the server assigns.</summary>
    public IReadOnlyList<string> Workspaces { get; set; } = [];

    public IReadOnlyList<string> Labels { get; set; } = [];

    /// <summary>Servers of models on this machine's loopback, beside those that are found by themselves.</summary>
    public IReadOnlyList<string> ModelEndpoints { get; set; } = [];

    /// <summary>How many requests each of them works on at once; null: as many as it says, else one.</summary>
    public int? ModelSlots { get; set; }

    /// <summary>Takes no new jobs; what runs goes on.</summary>
    public bool Paused { get; set; }

    /// <summary>What is wrong with it, for people; empty when nothing is.</summary>
    internal IEnumerable<string> Problems()
    {
        foreach (var kind in Kinds.Except(AllKinds))
        {
            yield return $"kinds: '{kind}' is none of {string.Join(", ", AllKinds)}.";
        }

        if (CpuCores is not (null or (> 0 and <= 4096)))
        {
            yield return "cpuCores: must be more than 0 and at most 4096.";
        }

        if (MemoryMb is not (null or (> 0 and <= 1073741824)))
        {
            yield return "memoryMb: must be more than 0 and at most 1073741824.";
        }

        if (GpuCount is not (null or (>= 0 and <= 64)))
        {
            yield return "gpuCount: must be 0 to 64.";
        }

        if (StorageMb is not (null or (> 0 and <= 1099511627776)))
        {
            yield return "storageMb: must be more than 0 and at most 1099511627776.";
        }

        foreach (var workspace in Unsandboxed.Where(workspace => workspace != All && !Guid.TryParse(workspace, out _)))
        {
            yield return $"unsandboxed: '{workspace}' is neither the id of a workspace nor {All}.";
        }

        if (JobUsers is not null && !UserRange.TryParse(JobUsers, out _))
        {
            yield return $"jobUsers: '{JobUsers}' is no range FIRST-LAST of at least {UserRange.Least} users from 1000 up.";
        }

        if (ModelEndpoints.Count > EndpointAddress.Most)
        {
            yield return $"modelEndpoints: at most {EndpointAddress.Most}.";
        }

        foreach (var problem in ModelEndpoints.Select(EndpointAddress.Problem).OfType<string>())
        {
            yield return $"modelEndpoints: {problem}";
        }

        if (ModelSlots is not (null or (>= 1 and <= 256)))
        {
            yield return "modelSlots: must be 1 to 256.";
        }

        if (Network is not (NetworkReach.None or NetworkReach.Full))
        {
            yield return "network: must be none or full.";
        }
    }

    internal bool MayGoUnsandboxed(string workspaceId) =>
        Unsandboxed.Contains(All) || Unsandboxed.Contains(workspaceId, StringComparer.OrdinalIgnoreCase);

    internal UserRange UsersForJobs() => UserRange.TryParse(JobUsers, out var range) ? range : UserRange.Default;

    internal byte[] Hash() => SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(this, PolicyJson.Default.LocalPolicy));
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(LocalPolicy))]
internal sealed partial class PolicyJson : JsonSerializerContext;
