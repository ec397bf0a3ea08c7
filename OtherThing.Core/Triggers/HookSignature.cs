using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using OtherThing.Core.Results;

namespace OtherThing.Core.Triggers;

/// <summary>
/// Who signs and how, after Standard Webhooks: <c>webhook-id</c> names the delivery, <c>webhook-timestamp</c> is its time in seconds since
/// 1970, <c>webhook-signature</c> holds one or more of <c>v1,BASE64</c>, an HMAC-SHA256 over <c>id.timestamp.body</c>.
/// A secret <c>whsec_BASE64</c> is its decoded bytes, any other its UTF-8 bytes.
/// </summary>
public static class HookSignature
{
    /// <summary>Names the delivery.</summary>
    public const string IdHeader = "webhook-id";

    /// <summary>When it was sent, in seconds since 1970.</summary>
    public const string TimestampHeader = "webhook-timestamp";

    /// <summary>One or more signatures, parted by spaces.</summary>
    public const string SignatureHeader = "webhook-signature";

    /// <summary>The most characters of a delivery's id.</summary>
    public const int LongestId = 256;

    private const string SecretPrefix = "whsec_";

    // Other senders' words for the same; the standard's own is looked for first.
    private static readonly string[] s_idHeaders = [IdHeader, "idempotency-key", "x-delivery-id", "x-github-delivery"];

    /// <summary>How far a delivery's time may be from ours.</summary>
    public static TimeSpan Tolerance { get; } = TimeSpan.FromMinutes(5);

    /// <summary>The bytes a secret signs with.</summary>
    public static byte[] KeyOf(string secret)
    {
        if (secret.StartsWith(SecretPrefix, StringComparison.Ordinal))
        {
            var key = new byte[secret.Length];
            if (Convert.TryFromBase64String(secret[SecretPrefix.Length..], key, out var length) && length > 0)
            {
                return key[..length];
            }
        }

        return Encoding.UTF8.GetBytes(secret);
    }

    /// <summary>What a sender puts into <see cref="SignatureHeader"/>.</summary>
    /// <param name="key">See <see cref="KeyOf"/>.</param>
    /// <param name="id">The delivery's id.</param>
    /// <param name="timestamp">The text of its timestamp.</param>
    /// <param name="body">The body as it is sent.</param>
    public static string Sign(ReadOnlySpan<byte> key, string id, string timestamp, ReadOnlySpan<byte> body) =>
        "v1," + Convert.ToBase64String(Mac(key, id, timestamp, body));

    /// <summary>The delivery's id; null when the sender names none.</summary>
    /// <returns>The id, or <c>webhook.delivery_id_invalid</c>.</returns>
    public static Result<string?> ReadId(IReadOnlyDictionary<string, string> headers)
    {
        foreach (var header in s_idHeaders)
        {
            if (headers.TryGetValue(header, out var id))
            {
                return id.Length is > 0 and <= LongestId && !id.AsSpan().ContainsAnyExceptInRange(' ', '~')
                    ? Result<string?>.Success(id)
                    : TriggerErrors.DeliveryIdInvalid(header);
            }
        }

        return Result<string?>.Success(null);
    }

    /// <summary>Checks a delivery against a secret, in a time that does not depend on how wrong it is.</summary>
    /// <returns>Null when it is genuine and recent, else <c>webhook.signature_invalid</c>.</returns>
    public static Error? Check(ReadOnlySpan<byte> key, HookRequest request, DateTime utcNow)
    {
        if (!request.Headers.TryGetValue(IdHeader, out var id)
            || !request.Headers.TryGetValue(TimestampHeader, out var timestamp)
            || !request.Headers.TryGetValue(SignatureHeader, out var signatures))
        {
            return TriggerErrors.SignatureInvalid(
                $"This webhook takes signed deliveries: send {IdHeader}, {TimestampHeader} and {SignatureHeader} (HMAC-SHA256 over id.timestamp.body, as "
                    + "v1,BASE64).");
        }

        // Both ways, and without arithmetic that a made-up number could overflow.
        var now = new DateTimeOffset(utcNow).ToUnixTimeSeconds();
        if (!long.TryParse(timestamp, NumberStyles.None, CultureInfo.InvariantCulture, out var sent)
            || sent < now - (long)Tolerance.TotalSeconds || sent > now + (long)Tolerance.TotalSeconds)
        {
            return TriggerErrors.SignatureInvalid($"{TimestampHeader} is not within {Tolerance.TotalMinutes:0} minutes of now, in seconds since 1970.");
        }

        var expected = Mac(key, id, timestamp, request.Body.Span);
        var genuine = false;
        Span<byte> given = stackalloc byte[64];
        foreach (var signature in signatures.Split(' ', 8, StringSplitOptions.RemoveEmptyEntries))
        {
            genuine |= signature.StartsWith("v1,", StringComparison.Ordinal)
                && signature.Length <= 64
                && Convert.TryFromBase64String(signature[3..], given, out var length)
                && CryptographicOperations.FixedTimeEquals(expected, given[..length]);
        }

        return genuine ? null : TriggerErrors.SignatureInvalid("The signature is not that of this body, id and time under this webhook's secret.");
    }

    private static byte[] Mac(ReadOnlySpan<byte> key, string id, string timestamp, ReadOnlySpan<byte> body)
    {
        using var mac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key);
        mac.AppendData(Encoding.UTF8.GetBytes($"{id}.{timestamp}."));
        mac.AppendData(body);
        return mac.GetHashAndReset();
    }
}
