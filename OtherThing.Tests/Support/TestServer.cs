using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Components.Server;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Configuration;
using OtherThing.Core.Access;
using OtherThing.Web.Hosting.Requests;

namespace OtherThing.Tests.Support;

// Any public type of the server's assembly finds its entry point; Program is ambiguous with the agent's.
/// <summary>
/// The whole server in this process: real Kestrel on free ports, a data directory of its own, no agent of this machine.
/// Take the shared one (a constructor parameter of the test class) unless the test needs settings or a server of its own.
/// </summary>
public class TestServer : WebApplicationFactory<CurrentActor>
{
    public const string Password = "Passw0rd!";

    private readonly TestDirectory _data = new();
    private readonly Dictionary<string, string?> _settings = [];

    public TestServer()
        : this([])
    {
    }

    public TestServer(params (string Key, string? Value)[] settings)
    {
        foreach (var (key, value) in settings)
        {
            _settings[key] = value;
        }

        TestSchema.PutMigrated(_data.Path);
        UseKestrel(_ => { });
        StartServer();
        var addresses = Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.ToArray();
        (BaseAddress, GrpcAddress) = (new Uri(addresses[0]), new Uri(addresses[^1]));
    }

    /// <summary>Pages and REST.</summary>
    public Uri BaseAddress { get; }

    /// <summary>gRPC for nodes (h2c).</summary>
    public Uri GrpcAddress { get; }

    public string DataDirectory => _data.Path;

    /// <summary>A client that is not signed in; relative addresses start at the server's root.</summary>
    public HttpClient NewClient() => new() { BaseAddress = BaseAddress, Timeout = Patience.OfAnAnswer };

    /// <summary>A new account, signed in by REST (and freshly, for what asks for that).</summary>
    public async Task<HttpClient> RegisterAsync(string? email = null)
    {
        email ??= $"user-{Guid.NewGuid():N}@example.org";
        var client = NewClient();
        var cancellation = TestContext.Current.CancellationToken;
        using var registered = await client.PostAsJsonAsync("/api/v1/auth/register", new { email, password = Password }, cancellation);
        Assert.True(registered.IsSuccessStatusCode, await registered.Content.ReadAsStringAsync(cancellation));
        await SignInAsync(client, email);
        return client;
    }

    /// <summary>Signs a client in to an account made by <see cref="RegisterAsync"/>.</summary>
    public static async Task SignInAsync(HttpClient client, string email, string password = Password)
    {
        var cancellation = TestContext.Current.CancellationToken;
        using var signedIn = await client.PostAsJsonAsync("/api/v1/auth/login", new { email, password }, cancellation);
        var answer = await signedIn.Content.ReadFromJsonAsync<JsonElement>(cancellation);
        Assert.True(signedIn.IsSuccessStatusCode, answer.ToString());
        client.DefaultRequestHeaders.Authorization =
            new AuthenticationHeaderValue("Bearer", answer.GetProperty("accessToken").GetString());
    }

    /// <summary>A new workspace of the client's person.</summary>
    public static async Task<JsonElement> CreateWorkspaceAsync(HttpClient client, string name = "Workshop")
    {
        var cancellation = TestContext.Current.CancellationToken;
        using var made = await client.PostAsJsonAsync("/api/v1/workspaces", new { name, description = "", isPrivate = true }, cancellation);
        var answer = await made.Content.ReadFromJsonAsync<JsonElement>(cancellation);
        Assert.True(made.IsSuccessStatusCode, answer.ToString());
        return answer;
    }

    /// <summary>The person behind an e-mail address, as services see them.</summary>
    public Actor ActorOf(Guid userId) =>
        Actor.User(userId, Services.GetRequiredService<TimeProvider>().GetUtcNow().UtcDateTime);

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        builder.UseEnvironment("Development");
        builder.UseSetting("OtherThing:HttpPort", "0").UseSetting("OtherThing:GrpcPort", "0");
        builder.UseSetting("OtherThing:DataDirectory", _data.Path).UseSetting("OtherThing:LocalNode", "false");
        builder.UseSetting("Logging:LogLevel:Default", "Warning").UseSetting("RateLimits:GuessesPerMinute", "1000000");
        builder.UseSetting("RateLimits:GuessesPerAccountPerMinute", "1000000");
        // Every test enrols its machines from one address.
        builder.UseSetting("Nodes:EnrollmentsPerTenMinutes", "100000");
        // Machines that a test plays by hand never beat, and a slow one answers late.
        builder.UseSetting("Nodes:UnreachableSeconds", "3600").UseSetting("Nodes:LeaseSeconds", "3600").UseSetting("Nodes:AssignSeconds", "300");
        builder.ConfigureTestServices(MakeLight);
        foreach (var (key, value) in _settings)
        {
            builder.UseSetting(key, value);
        }
    }

    /// <summary>
    /// What a test has no use for: a password that takes long to try, and giving up on a browser, a grain or the server's end because the machine is slow.
    /// </summary>
    protected virtual void MakeLight(IServiceCollection services)
    {
        services.Configure<PasswordHasherOptions>(hasher => hasher.IterationCount = 1);
        services.Configure<HostOptions>(host => host.ShutdownTimeout = Patience.Limit);
        services.Configure<HubOptions>(
            hub => (hub.ClientTimeoutInterval, hub.HandshakeTimeout, hub.KeepAliveInterval) = (Patience.Limit, Patience.Limit, TimeSpan.FromSeconds(5)));
        // A page that goes with a call unanswered keeps its circuit, and the server's end, until the call is given up: sooner than the end is.
        services.Configure<CircuitOptions>(circuit => circuit.JSInteropDefaultCallTimeout = Patience.Limit / 5);
        services.Configure<SiloMessagingOptions>(silo => (silo.ResponseTimeout, silo.SystemResponseTimeout) = (Patience.Limit, Patience.Limit));
        services.Configure<ClientMessagingOptions>(client => client.ResponseTimeout = Patience.Limit);
    }

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (disposing)
        {
            _data.Dispose();
        }
    }
}
