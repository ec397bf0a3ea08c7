using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.DependencyInjection;

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
        var directory = Directory.CreateDirectory(options.RingDirectory);
        if (!OperatingSystem.IsWindows())
        {
            directory.UnixFileMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        }

        var services = new ServiceCollection();
        services.AddDataProtection().SetApplicationName("OtherThing.Vault").PersistKeysToFileSystem(directory);
        _services = services.BuildServiceProvider();
    }

    /// <summary>Wraps and unwraps the data key of one workspace.</summary>
    public IDataProtector ProtectorFor(Guid workspaceId) => _services.GetRequiredService<IDataProtectionProvider>()
        .CreateProtector("OtherThing.Vault", "dek", "1", workspaceId.ToString("N"));

    public void Dispose() => _services.Dispose();
}

/// <summary>Where the vault keeps its ring.</summary>
/// <param name="RingDirectory">A directory only the server may read.</param>
public sealed record VaultOptions(string RingDirectory);
