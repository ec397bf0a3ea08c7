using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.FileProviders;
using OtherThing.Tests.Support;
using OtherThing.Web.Hosting.Requests;
using OtherThing.Web.Hosting.Start;

namespace OtherThing.Tests.Web.Hosting;

public sealed class StartRulesTests : IDisposable
{
    private readonly TestDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("AllowedHosts", null, "AllowedHosts")]
    [InlineData("AllowedHosts", "*", "AllowedHosts")]
    [InlineData("AllowedHosts", "flows.example.org;*.example.org", "AllowedHosts")]
    [InlineData("OtherThing:Proxies", null, "Kestrel__Certificates__Default__Path")]
    [InlineData("OtherThing:Proxies", "nginx", "OtherThing__Proxies")]
    [InlineData("Kestrel:Certificates:Default:Path", "missing.pfx", "Kestrel__Certificates__Default__Path")]
    [InlineData("KeyRing:Passphrase", null, "KeyRing__PassphraseFile")]
    [InlineData("KeyRing:Passphrase", "too short", "KeyRing__Passphrase")]
    [InlineData("KeyRing:CertificatePath", "missing.pfx", "KeyRing__CertificatePath")]
    [InlineData("OtherThing:HttpPort", "http", "OtherThing__HttpPort")]
    [InlineData("OtherThing:BindAddress", "everywhere", "OtherThing__BindAddress")]
    [InlineData("Database:Provider", "Postgres", "Database__Provider")]
    [InlineData("Database:Provider", "SqlServer", "ConnectionStrings__Default")]
    [InlineData("Cluster:Redis", "127.0.0.1:6379", "Cluster__Redis")]
    public void C23_TeamServer_WithoutOneOfItsSettings_IsRefusedByTheSettingThatMendsIt(string key, string? value, string named)
    {
        var settings = Team();
        settings[key] = value;

        var refusals = Check(settings);

        Assert.Contains(refusals, refusal => refusal.Contains(named, StringComparison.Ordinal));
        Assert.Empty(Check(Team()));
    }

    [Fact]
    public void B16_TeamServer_WithNothingSet_HearsOfEverythingAtOnce()
    {
        var refusals = Check([]);

        var message = StartRules.Message([.. refusals], mayTry: true);
        Assert.Equal(3, refusals.Count);
        Assert.All(["AllowedHosts=", "OtherThing__Proxies=", "KeyRing__PassphraseFile=", "OtherThing__Trial=true"], part =>
            Assert.Contains(part, message, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("10.0.11", 1)]
    [InlineData("10.0.0", 1)]
    [InlineData("9.0.20", 1)]
    [InlineData("10.0.12", 0)]
    [InlineData("11.0.0", 0)]
    public void C29_Runtime_OlderThanTheOneWithoutHoles_IsRefusedInEveryMode(string runtime, int expected)
    {
        Assert.Equal(expected, Check(Team(), Version.Parse(runtime)).Count);
        Assert.Equal(expected, StartRules.Check(Configuration([]), new Surroundings("Development", _directory.Path), Version.Parse(runtime)).Count);
    }

    [Theory]
    [InlineData("OtherThing:BindAddress", "0.0.0.0")]
    [InlineData("OtherThing:BindAddress", "192.0.2.7")]
    [InlineData("OtherThing:BindAddress", "::")]
    [InlineData("AllowedHosts", "flows.example.org")]
    [InlineData("AllowedHosts", "*")]
    [InlineData("OtherThing:Proxies", "127.0.0.1")]
    public void C23_Trial_ThatOthersWouldReach_IsRefused(string key, string value)
    {
        var trial = new Dictionary<string, string?> { ["OtherThing:Trial"] = "true" };

        var alone = Check(trial);
        trial[key] = value;
        var open = Check(trial);

        Assert.Empty(alone);
        Assert.Contains("OtherThing__Trial", Assert.Single(open), StringComparison.Ordinal);
    }

    [Fact]
    public void Development_NeedsNothing() =>
        Assert.Empty(StartRules.Check(Configuration([]), new Surroundings("Development", _directory.Path), StartRules.OldestRuntime));

    [Theory]
    [InlineData("Development", null, "localhost")]
    [InlineData("Development", null, "127.0.0.1")]
    [InlineData("Development", "box.example.org", "box.example.org")]
    [InlineData("Production", "flows.example.org", "flows.example.org")]
    public void HostNames_OfAMode_AreThoseItAnswersTo(string environment, string? named, string expected)
    {
        var configuration = Configuration(new() { ["AllowedHosts"] = named });

        var names = HostNames.Of(ServerModes.Of(configuration, new Surroundings(environment, _directory.Path)), configuration, "127.0.0.1");

        Assert.Contains(expected, names);
        Assert.DoesNotContain("*", names);
        Assert.Equal(environment == "Development", names.Contains("localhost"));
    }

    private static Dictionary<string, string?> Team() => new()
    {
        ["AllowedHosts"] = "flows.example.org",
        ["OtherThing:Proxies"] = "127.0.0.1",
        ["KeyRing:Passphrase"] = "a passphrase of some length",
    };

    private IReadOnlyList<string> Check(Dictionary<string, string?> settings, Version? runtime = null) =>
        StartRules.Check(Configuration(settings), new Surroundings("Production", _directory.Path), runtime ?? StartRules.OldestRuntime);

    private static IConfiguration Configuration(Dictionary<string, string?> settings) =>
        new ConfigurationBuilder().AddInMemoryCollection(settings).Build();

    private sealed class Surroundings(string name, string path) : IWebHostEnvironment
    {
        public string EnvironmentName { get; set; } = name;

        public string ApplicationName { get; set; } = "OtherThing.Web";

        public string ContentRootPath { get; set; } = path;

        public string WebRootPath { get; set; } = path;

        public IFileProvider ContentRootFileProvider { get; set; } = new NullFileProvider();

        public IFileProvider WebRootFileProvider { get; set; } = new NullFileProvider();
    }
}
