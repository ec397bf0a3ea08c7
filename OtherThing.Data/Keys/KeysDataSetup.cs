using Microsoft.Extensions.DependencyInjection;
using OtherThing.Core.Keys;

namespace OtherThing.Data.Keys;

/// <summary>Registers the vault and the store of keys.</summary>
public static class KeysDataSetup
{
    public static IServiceCollection AddKeysData(this IServiceCollection services, VaultOptions vault) => services
        .AddSingleton(vault)
        .AddSingleton<VaultRing>()
        .AddSingleton<IVault, Vault>()
        .AddSingleton<IKeyStore, KeyStore>();
}
