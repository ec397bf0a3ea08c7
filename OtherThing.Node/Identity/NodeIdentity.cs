using System.Text.Json;
using System.Text.Json.Serialization;
using OtherThing.Agent.Machine;

namespace OtherThing.Agent.Identity;

/// <summary>Who this node is to which server, in <c>identity.json</c>; the key lies beside it.</summary>
internal sealed record NodeIdentity
{
    public required string Server { get; init; }

    public required string ServerId { get; init; }

    public required string NodeId { get; init; }

    public required string Name { get; init; }

    /// <summary>SHA-256 of the server's public key, when its certificate is its own; else null.</summary>
    public string? ServerKeyPin { get; init; }

    /// <summary>Where the gRPC services were last; for a start while discovery does not answer.</summary>
    public required string Grpc { get; init; }

    /// <summary>Proves that this is the same agent as in the last session, not a copy of its disk.</summary>
    public byte[] SessionNonce { get; init; } = [];

    internal static NodeIdentity? TryLoad(string path) =>
        File.Exists(path) ? JsonSerializer.Deserialize(WholeFile.Read(path), IdentityJson.Default.NodeIdentity) : null;

    internal void Save(string path) => WholeFile.Write(path, JsonSerializer.SerializeToUtf8Bytes(this, IdentityJson.Default.NodeIdentity));
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(NodeIdentity))]
internal sealed partial class IdentityJson : JsonSerializerContext;
