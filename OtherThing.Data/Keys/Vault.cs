using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using OtherThing.Core.Keys;
using OtherThing.Core.Results;
using OtherThing.Data.Conventions;

namespace OtherThing.Data.Keys;

/// <summary>
/// AES-256-GCM under a data key per workspace. A sealed value is: format (1 byte), nonce (12), tag (16), cipher; the binding is the
/// associated data, so a value moved to another row, field or host does not open.
/// </summary>
internal sealed class Vault(IDbContextFactory<AppDbContext> contexts, VaultRing ring, TimeProvider clock) : IVault
{
    private const byte Format = 1;
    private const int NonceSize = 12;
    private const int TagSize = 16;
    private const int HeaderSize = 1 + NonceSize + TagSize;

    // Unwrapping costs a query and a decryption; the wrapped form is remembered with it, so a deleted or changed row is noticed.
    private readonly ConcurrentDictionary<Guid, (byte[] Wrapped, byte[] Key)> _opened = new();

    public async Task<Error?> CheckAsync(Guid workspaceId, CancellationToken cancellationToken)
    {
        if (await FindDataKeyAsync(workspaceId, cancellationToken) is not null)
        {
            return null;
        }

        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Set<WorkspaceDataKey>().AnyAsync(key => key.WorkspaceId == workspaceId, cancellationToken)
            ? KeyErrors.VaultCannotOpen
            : null;
    }

    public async Task<byte[]> SealAsync(SecretBinding binding, SecretValue value, CancellationToken cancellationToken)
    {
        var key = await DataKeyAsync(binding.WorkspaceId, cancellationToken);
        var made = new byte[HeaderSize + value.Bytes.Length];
        made[0] = Format;
        RandomNumberGenerator.Fill(made.AsSpan(1, NonceSize));
        using var aes = new AesGcm(key, TagSize);
        aes.Encrypt(
            made.AsSpan(1, NonceSize), value.Bytes, made.AsSpan(HeaderSize), made.AsSpan(1 + NonceSize, TagSize), Associated(binding));
        return made;
    }

    public async Task<SecretValue?> OpenAsync(SecretBinding binding, byte[] sealedValue, CancellationToken cancellationToken)
    {
        if (sealedValue.Length < HeaderSize || sealedValue[0] != Format
            || await FindDataKeyAsync(binding.WorkspaceId, cancellationToken) is not { } key)
        {
            return null;
        }

        var plain = new byte[sealedValue.Length - HeaderSize];
        try
        {
            using var aes = new AesGcm(key, TagSize);
            aes.Decrypt(
                sealedValue.AsSpan(1, NonceSize), sealedValue.AsSpan(HeaderSize), sealedValue.AsSpan(1 + NonceSize, TagSize), plain,
                Associated(binding));
            return new SecretValue(plain);
        }
        catch (AuthenticationTagMismatchException)
        {
            CryptographicOperations.ZeroMemory(plain);
            return null;
        }
    }

    public async Task<byte[]> FingerprintAsync(Guid workspaceId, string purpose, SecretValue value, CancellationToken cancellationToken)
    {
        var key = await DataKeyAsync(workspaceId, cancellationToken);
        var subKey = HKDF.DeriveKey(HashAlgorithmName.SHA256, key, 32, info: Encoding.UTF8.GetBytes("fingerprint|" + purpose));
        return HMACSHA256.HashData(subKey, value.Bytes);
    }

    private async Task<byte[]> DataKeyAsync(Guid workspaceId, CancellationToken cancellationToken)
    {
        if (await FindDataKeyAsync(workspaceId, cancellationToken) is { } known)
        {
            return known;
        }

        var made = new WorkspaceDataKey
        {
            WorkspaceId = workspaceId,
            Wrapped = ring.ProtectorFor(workspaceId).Protect(RandomNumberGenerator.GetBytes(32)),
            CreatedAt = clock.GetUtcNow().UtcDateTime,
        };
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        if (await db.Set<WorkspaceDataKey>().FindAsync([workspaceId], cancellationToken) is { } unreadable)
        {
            // The ring is another one than then: a new data key would silently shred what the old ring still opens.
            throw new CryptographicException($"The data key of workspace {unreadable.WorkspaceId} cannot be opened with this vault ring.");
        }

        db.Add(made);
        try
        {
            await db.SaveChangesAsync(cancellationToken);
        }
        catch (DbUpdateException exception) when (DatabaseFaults.IsDuplicate(exception))
        {
            // Someone made it in the same moment: theirs counts.
        }

        return await FindDataKeyAsync(workspaceId, cancellationToken)
            ?? throw new CryptographicException($"The data key of workspace {workspaceId} was not kept.");
    }

    private async Task<byte[]?> FindDataKeyAsync(Guid workspaceId, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var wrapped = await db.Set<WorkspaceDataKey>().Where(key => key.WorkspaceId == workspaceId)
            .Select(key => key.Wrapped).FirstOrDefaultAsync(cancellationToken);
        if (wrapped is null)
        {
            // What was sealed with it shall open nowhere any more, not even here.
            _opened.TryRemove(workspaceId, out _);
            return null;
        }

        if (_opened.TryGetValue(workspaceId, out var opened) && wrapped.AsSpan().SequenceEqual(opened.Wrapped))
        {
            return opened.Key;
        }

        try
        {
            var key = ring.ProtectorFor(workspaceId).Unprotect(wrapped);
            _opened[workspaceId] = (wrapped, key);
            return key;
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    private static byte[] Associated(SecretBinding binding) =>
        Encoding.UTF8.GetBytes($"{binding.WorkspaceId:N}|{binding.SubjectId:N}|{Format}|{binding.Field}|{binding.Host}");
}
