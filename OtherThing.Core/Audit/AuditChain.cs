using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace OtherThing.Core.Audit;

/// <summary>
/// How entries hang together: the hash of each is SHA-256 over the hash before it (32 bytes) and the entry's fields, each as a netstring
/// (its length in bytes, <c>:</c>, the UTF-8 text, <c>,</c>; a missing one is <c>0:,</c>), in the order sequence, id, at (milliseconds since
/// 1970), actor kind, actor id, token id, actor, action, target, outcome, detail, address. Whoever changes, removes or adds an entry changes
/// every hash after it. Netstrings: https://cr.yp.to/proto/netstrings.txt.
/// </summary>
public static class AuditChain
{
    /// <summary>What stands before the first entry of a chain.</summary>
    /// <param name="workspaceId">Whose chain; null for the installation's.</param>
    public static byte[] Begin(Guid? workspaceId) => SHA256.HashData(Encoding.UTF8.GetBytes($"otherthing/audit/1/{workspaceId ?? Guid.Empty}"));

    /// <summary>The hash of an entry after another's.</summary>
    /// <param name="previous">The hash before it, 32 bytes.</param>
    /// <param name="entry">The entry; its own hash is not read.</param>
    public static byte[] Next(ReadOnlySpan<byte> previous, AuditEntry entry)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(previous);
        Span<string?> fields =
        [
            entry.Sequence.ToString(CultureInfo.InvariantCulture),
            entry.Id.ToString(),
            new DateTimeOffset(entry.At).ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture),
            Name(entry.ActorKind),
            entry.ActorId?.ToString(),
            entry.TokenId?.ToString(),
            entry.Actor,
            entry.Action,
            entry.Target,
            Name(entry.Outcome),
            entry.Detail,
            entry.Address,
        ];
        foreach (var field in fields)
        {
            var bytes = Encoding.UTF8.GetBytes(field ?? "");
            hash.AppendData(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{bytes.Length}:")));
            hash.AppendData(bytes);
            hash.AppendData(","u8);
        }

        return hash.GetHashAndReset();
    }

    private static string Name<T>(T value)
        where T : struct, Enum => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());
}
