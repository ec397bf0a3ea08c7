using System.Security.Cryptography;
using System.Text;

namespace OtherThing.Core.Triggers;

/// <summary>The same run for the same cause, also after a restart and on another server.</summary>
internal static class TriggerRunId
{
    /// <summary>A version 8 UUID of the SHA-256 of what started the run.</summary>
    public static Guid Of(string kind, Guid triggerId, string cause)
    {
        Span<byte> hash = stackalloc byte[32];
        SHA256.HashData(Encoding.UTF8.GetBytes($"{kind}/{triggerId:N}/{cause}"), hash);
        hash[6] = (byte)((hash[6] & 0x0F) | 0x80);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new Guid(hash[..16], bigEndian: true);
    }
}
