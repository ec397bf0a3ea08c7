using System.Text.Json;
using System.Text.Json.Serialization;
using OtherThing.Agent.Machine;

namespace OtherThing.Agent.Hosting;

/// <summary>What a running agent tells the other commands, in <c>status.json</c>.</summary>
internal sealed record AgentStatus
{
    public int Pid { get; init; }

    public ulong StartTime { get; init; }

    /// <summary><c>connecting</c>, <c>unclaimed</c>, <c>connected</c>, <c>disconnected</c>, <c>revoked</c>.</summary>
    public required string State { get; init; }

    public required string Server { get; init; }

    public string? NodeId { get; init; }

    public string? Name { get; init; }

    public DateTime Since { get; init; }

    /// <summary>What the owner enters to own this machine; while nobody has.</summary>
    public string? ClaimCode { get; init; }

    /// <summary>Where.</summary>
    public string? ClaimAddress { get; init; }

    public string? Problem { get; init; }

    public string? Sandbox { get; init; }

    public string? SandboxProblem { get; init; }

    /// <summary>Who keeps jobs to their limits, for people.</summary>
    public string? Limits { get; init; }

    public IReadOnlyList<string> Kinds { get; init; } = [];

    public int Running { get; init; }

    internal static AgentStatus? TryRead(string path)
    {
        try
        {
            return JsonSerializer.Deserialize(WholeFile.Read(path), AgentStatusJson.Default.AgentStatus);
        }
        catch (Exception ex) when (ex is IOException or JsonException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    internal void Write(string path) => WholeFile.Write(path, JsonSerializer.SerializeToUtf8Bytes(this, AgentStatusJson.Default.AgentStatus));
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(AgentStatus))]
internal sealed partial class AgentStatusJson : JsonSerializerContext;
