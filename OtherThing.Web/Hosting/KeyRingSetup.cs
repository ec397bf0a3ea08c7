using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using OtherThing.Data;
using OtherThing.Data.Conventions;
using OtherThing.Data.Keys;
using OtherThing.Web.Hosting.Start;

namespace OtherThing.Web.Hosting;

/// <summary>
/// What seals the key rings on the disk: section <c>KeyRing</c>. A certificate (PFX with an RSA key) or a passphrase; without either the
/// rings lie open, which a team's server refuses.
/// </summary>
internal static class KeyRingSetup
{
    private const string Certificate = "KeyRing:CertificatePath";
    private const string CertificatePassword = "KeyRing:CertificatePassword";
    private const string Passphrase = "KeyRing:Passphrase";
    private const string PassphraseFile = "KeyRing:PassphraseFile";

    public static bool IsSet(IConfiguration configuration) =>
        new[] { Certificate, Passphrase, PassphraseFile }.Any(key => !string.IsNullOrEmpty(configuration[key]));

    /// <summary>What is wrong with the settings; empty when they seal, or when none is given.</summary>
    public static IEnumerable<string> Check(IConfiguration configuration, IHostEnvironment environment)
    {
        if (new[] { Certificate, Passphrase, PassphraseFile }.Count(key => !string.IsNullOrEmpty(configuration[key])) > 1)
        {
            return ["KeyRing__CertificatePath, KeyRing__PassphraseFile and KeyRing__Passphrase are three ways to the same end. Set one of them."];
        }

        try
        {
            using var seal = Read(configuration, environment);
            return [];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            var setting = !string.IsNullOrEmpty(configuration[Certificate]) ? "KeyRing__CertificatePath"
                : !string.IsNullOrEmpty(configuration[PassphraseFile]) ? "KeyRing__PassphraseFile" : "KeyRing__Passphrase";
            return [$"{setting} does not seal the key rings: {exception.Message}"];
        }
    }

    /// <summary>The seal of both rings; null when none is set. One for the whole server, since making a key from a passphrase takes a while.</summary>
    public static KeyRingSeal? ReadKeyRingSeal(this WebApplicationBuilder builder)
    {
        if (builder.Services.FirstOrDefault(service => service.ServiceType == typeof(KeyRingSeal))?.ImplementationInstance is KeyRingSeal known)
        {
            return known;
        }

        var seal = Read(builder.Configuration, builder.Environment);
        if (seal is not null)
        {
            builder.Services.AddSingleton(seal);
        }

        return seal;
    }

    /// <summary>Where the ring that signs cookies and tokens lies, unless it lies in the database.</summary>
    public static string SignInRing(ServerOptions server) => Path.Combine(server.DataPath, "keys", "auth");

    /// <summary>Seals what lies open, now that this server serves; then why the rings do not open, for the console; null when they do. A ring that
    /// does not open would be left for a new one, and all it sealed lost from sight.</summary>
    public static async Task<string?> RefuseRingsAsync(this WebApplication app)
    {
        var seal = app.Services.GetService<KeyRingSeal>();
        if (app.Services.GetRequiredService<DatabaseOptions>().Provider == DatabaseProvider.Sqlite)
        {
            var folder = PrivateFiles.CreateFolder(SignInRing(app.Services.GetRequiredService<IOptions<ServerOptions>>().Value));
            seal?.SealFolder(folder.FullName);
        }
        else if (seal is not null)
        {
            await seal.SealStoredAsync(app.Services.GetRequiredService<IDbContextFactory<AppDbContext>>(), app.Lifetime.ApplicationStopping);
        }

        return KeyRings.FirstUnreadable(app.Services) is not { } key ? null : StartRules.Message(
            [
                seal is null
                    ? $"Key {key} of the key rings is sealed. Set KeyRing__PassphraseFile or KeyRing__CertificatePath to what it was sealed with."
                    : $"Key {key} of the key rings was sealed with another passphrase or certificate than the one in KeyRing__PassphraseFile or "
                        + "KeyRing__CertificatePath.",
            ],
            mayTry: false);
    }

    private static KeyRingSeal? Read(IConfiguration configuration, IHostEnvironment environment)
    {
        if (configuration[Certificate] is { Length: > 0 } path)
        {
            return KeyRingSeal.With(X509CertificateLoader.LoadPkcs12FromFile(
                Path.Combine(environment.ContentRootPath, path), configuration[CertificatePassword]));
        }

        var passphrase = configuration[PassphraseFile] is { Length: > 0 } file
            ? File.ReadAllText(Path.Combine(environment.ContentRootPath, file)).Trim()
            : configuration[Passphrase];
        return string.IsNullOrEmpty(passphrase) && !IsSet(configuration) ? null : KeyRingSeal.With(passphrase ?? "");
    }
}
