using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using OtherThing.Data;
using OtherThing.Web.Hosting.Requests;

namespace OtherThing.Web.Hosting.Start;

/// <summary>
/// What has to be so before a server starts. All that is not is said at once, each with the setting that mends it, so that nobody starts
/// a server open by mistake or mends it one message at a time.
/// </summary>
internal static class StartRules
{
    /// <summary>Older runtimes accept forged cookies (CVE-2026-40372) or have other holes in what this server stands on.</summary>
    public static readonly Version OldestRuntime = new(10, 0, 12);

    private const string CertificatePath = "Kestrel:Certificates:Default:Path";

    /// <summary>Why this server does not start, for the console; null when it may.</summary>
    public static string? Refuse(WebApplicationBuilder builder)
    {
        var refusals = Check(builder.Configuration, builder.Environment, Environment.Version);
        return refusals.Count == 0 ? null : Message(refusals, builder.Mode() == ServerMode.Team);
    }

    public static string Message(IReadOnlyCollection<string> refusals, bool mayTry) => string.Join(
        Environment.NewLine,
        [
            $"OtherThing does not start. {(refusals.Count == 1 ? "This has" : $"These {refusals.Count} have")} to be mended first:",
            .. refusals.Select(refusal => "  - " + refusal),
            .. mayTry
                ? ["README.md, \"Run it for a team\", has a whole set of settings. To try the server on this machine only, set OtherThing__Trial=true."]
                : (string[])[],
        ]);

    public static IReadOnlyList<string> Check(IConfiguration configuration, IHostEnvironment environment, Version runtime)
    {
        List<string> refusals = [];
        if (runtime < OldestRuntime)
        {
            refusals.Add($"The .NET runtime is {runtime}, which has known holes. Install {OldestRuntime} or later (https://dotnet.microsoft.com/download).");
        }

        refusals.AddRange(CheckPorts(configuration));
        refusals.AddRange(CheckDatabase(configuration));
        if (!string.IsNullOrEmpty(configuration["Cluster:Redis"]))
        {
            refusals.Add(
                "Cluster__Redis is set, but servers form no cluster: one process serves. Take it away; a second server on the same database waits as a warm "
                    + "standby and takes over when the first ends.");
        }

        refusals.AddRange(CheckProxies(configuration));
        refusals.AddRange(KeyRingSetup.Check(configuration, environment));
        refusals.AddRange(ServerModes.Of(configuration, environment) switch
        {
            ServerMode.Team => CheckTeam(configuration, environment),
            ServerMode.Trial => CheckTrial(configuration),
            _ => [],
        });
        return refusals;
    }

    private static IEnumerable<string> CheckPorts(IConfiguration configuration)
    {
        foreach (var key in new[] { "OtherThing:HttpPort", "OtherThing:GrpcPort" })
        {
            if (configuration[key] is { Length: > 0 } text
                && !(int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port <= 65535))
            {
                yield return $"{Environ(key)} is '{text}'. Give a port, 0 to 65535.";
            }
        }

        if (configuration["OtherThing:BindAddress"] is { Length: > 0 } address && address != "localhost" && !IPAddress.TryParse(address, out _))
        {
            yield return $"OtherThing__BindAddress is '{address}'. Give an address to listen on, such as 127.0.0.1 or 0.0.0.0.";
        }
    }

    private static IEnumerable<string> CheckDatabase(IConfiguration configuration)
    {
        var provider = configuration["Database:Provider"];
        if (!string.IsNullOrEmpty(provider) && !(Enum.TryParse<DatabaseProvider>(provider, ignoreCase: true, out var known) && Enum.IsDefined(known)))
        {
            yield return $"Database__Provider is '{provider}'. Give Sqlite or SqlServer.";
        }
        else if (string.Equals(provider, nameof(DatabaseProvider.SqlServer), StringComparison.OrdinalIgnoreCase)
            && string.IsNullOrEmpty(configuration.GetConnectionString("Default")))
        {
            yield return "Database__Provider is SqlServer, so ConnectionStrings__Default has to say which server and database.";
        }
    }

    private static IEnumerable<string> CheckProxies(IConfiguration configuration) =>
        ProxySetup.Named(configuration).Where(name => !IPAddress.TryParse(name, out _))
            .Select(name => $"OtherThing__Proxies names '{name}', which is no address. Give addresses, such as 127.0.0.1, with commas between.");

    private static IEnumerable<string> CheckTrial(IConfiguration configuration)
    {
        if (configuration["OtherThing:BindAddress"] is { Length: > 0 } address && !ServerModes.IsLoopback(address))
        {
            yield return $"OtherThing__Trial serves this machine only, but OtherThing__BindAddress is {address}. Take one of the two away.";
        }

        if (HostNames.Named(configuration).Where(name => !HostNames.IsLoopback(name)).ToArray() is { Length: > 0 } foreign)
        {
            yield return $"OtherThing__Trial serves this machine only, but AllowedHosts names {string.Join(", ", foreign)}. Take one of the two away.";
        }

        if (ProxySetup.Named(configuration).Length > 0)
        {
            yield return "OtherThing__Trial serves this machine only, but OtherThing__Proxies names a proxy. Take one of the two away.";
        }
    }

    private static IEnumerable<string> CheckTeam(IConfiguration configuration, IHostEnvironment environment)
    {
        var named = HostNames.Named(configuration);
        if (named.Length == 0 || named.Any(name => name.Contains('*', StringComparison.Ordinal)))
        {
            yield return "AllowedHosts has to name the hosts that people and machines reach this server by, without *: AllowedHosts=flows.example.org.";
        }

        if (configuration[CertificatePath] is { Length: > 0 } path)
        {
            if (CertificateFault(configuration, Path.Combine(environment.ContentRootPath, path)) is { } fault)
            {
                yield return fault;
            }
        }
        else if (ProxySetup.Named(configuration).Length == 0)
        {
            yield return "HTTPS is missing. Give a certificate with Kestrel__Certificates__Default__Path and __Password, "
                + "or the address of the proxy that has one: OtherThing__Proxies=127.0.0.1.";
        }

        if (!KeyRingSetup.IsSet(configuration))
        {
            yield return "The key rings would lie open on the disk. Seal them with a passphrase (KeyRing__PassphraseFile=/etc/otherthing/key-ring, "
                + "made by: openssl rand -base64 32) or a certificate (KeyRing__CertificatePath).";
        }
    }

    private static string? CertificateFault(IConfiguration configuration, string path)
    {
        var (password, key) = (configuration["Kestrel:Certificates:Default:Password"], configuration["Kestrel:Certificates:Default:KeyPath"]);
        if (!File.Exists(path))
        {
            return $"Kestrel__Certificates__Default__Path leads to {path}, where there is no file.";
        }

        try
        {
            using var certificate = string.IsNullOrEmpty(key) ? X509CertificateLoader.LoadPkcs12FromFile(path, password)
                : string.IsNullOrEmpty(password) ? X509Certificate2.CreateFromPemFile(path, key)
                : X509Certificate2.CreateFromEncryptedPemFile(path, password, key);
            return null;
        }
        catch (Exception exception) when (exception is CryptographicException or IOException or UnauthorizedAccessException)
        {
            return $"The certificate {path} (Kestrel__Certificates__Default__Path) does not open: {exception.Message} Check __Password and, for PEM, "
                + "__KeyPath.";
        }
    }

    private static string Environ(string key) => key.Replace(":", "__", StringComparison.Ordinal);
}
