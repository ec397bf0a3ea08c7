using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace OtherThing.Data.Keys;

/// <summary>Both rings, looked at before the server serves.</summary>
public static class KeyRings
{
    /// <summary>Seals the keys of the sign-in ring that lie open in the database, where servers on SQL Server keep it.</summary>
    public static async Task SealStoredAsync(this KeyRingSeal seal, IDbContextFactory<AppDbContext> contexts, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        foreach (var row in await db.DataProtectionKeys.ToListAsync(cancellationToken))
        {
            row.Xml = row.Xml is null ? null : seal.Seal(row.Xml) ?? row.Xml;
        }

        await db.SaveChangesAsync(cancellationToken);
    }

    /// <summary>A key of either ring that does not open with what the rings are sealed with now; null when all do.</summary>
    public static Guid? FirstUnreadable(IServiceProvider services)
    {
        // Looked at apart from the server's own: that one logs a stack trace for each key it cannot open.
        var quiet = new ServiceCollection();
        var ring = quiet.AddDataProtection();
        ring.AddKeyManagementOptions(options =>
            options.XmlRepository = services.GetRequiredService<IOptions<KeyManagementOptions>>().Value.XmlRepository);
        services.GetService<KeyRingSeal>()?.Apply(ring);
        using var apart = quiet.BuildServiceProvider();
        return FirstUnreadable(apart.GetRequiredService<IKeyManager>()) ?? FirstUnreadable(services.GetRequiredService<VaultRing>().Keys);
    }

    private static Guid? FirstUnreadable(IKeyManager ring)
    {
        foreach (var key in ring.GetAllKeys().Where(key => !key.IsRevoked))
        {
            try
            {
                _ = key.CreateEncryptor();
                _ = key.Descriptor;
            }
            catch (Exception exception) when (exception is CryptographicException or InvalidOperationException or FormatException)
            {
                return key.KeyId;
            }
        }

        return null;
    }
}
