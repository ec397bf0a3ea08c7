using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.Extensions.DependencyInjection;
using OtherThing.Data.Conventions;

namespace OtherThing.Data.Keys;

/// <summary>
/// The vault's own key ring, apart from the one that signs cookies and outside the database: a copy of the database alone opens nothing,
/// and a leaked sign-in ring opens no key.
/// </summary>
internal sealed class VaultRing : IDisposable
{
    private readonly ServiceProvider _services;

    public VaultRing(VaultOptions options)
    {
        var directory = PrivateFiles.CreateFolder(options.RingDirectory);
        PrivateFiles.CloseFolder(directory.FullName);
        options.Seal?.SealFolder(directory.FullName);
        var services = new ServiceCollection();
        var ring = services.AddDataProtection().SetApplicationName("OtherThing.Vault").PersistKeysToFileSystem(directory);
        options.Seal?.Apply(ring);
        _services = services.BuildServiceProvider();
    }

    /// <summary>Wraps and unwraps the data key of one workspace.</summary>
    public IDataProtector ProtectorFor(Guid workspaceId) => _services.GetRequiredService<IDataProtectionProvider>()
        .CreateProtector("OtherThing.Vault", "dek", "1", workspaceId.ToString("N"));

    /// <summary>The ring's keys.</summary>
    public IKeyManager Keys => _services.GetRequiredService<IKeyManager>();

    public void Dispose() => _services.Dispose();
}

/// <summary>Where the vault keeps its ring.</summary>
/// <param name="RingDirectory">A directory only the server may read.</param>
/// <param name="Seal">What seals the ring's keys; null leaves them as they are.</param>
public sealed record VaultOptions(string RingDirectory, KeyRingSeal? Seal = null);
