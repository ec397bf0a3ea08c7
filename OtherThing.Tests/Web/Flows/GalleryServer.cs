using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using OtherThing.Lab.Processes;
using OtherThing.Lab.Providers;
using OtherThing.Tests.Agent;
using OtherThing.Tests.Support;
using OtherThing.Tests.Web.Runs;

namespace OtherThing.Tests.Web.Flows;

/// <summary>Everything the gallery's flows call, on loopback: providers, a site, a place for messages, and one machine.</summary>
public sealed class GalleryServer : IAsyncLifetime
{
    private readonly TestDirectory _agentData = new();
    private WebApplication _site = null!;
    private TestServer _server = null!;
    private Process? _agent;

    public FakeProvider Models { get; private set; } = null!;

    /// <summary>The site's address: <c>/page</c>, <c>/job</c> (ready at the third look).</summary>
    public Uri Site => new(_site.Urls.Single().Replace("127.0.0.1", "localhost", StringComparison.Ordinal));

    /// <summary>What was posted to a place of <see cref="NewInbox"/>.</summary>
    private readonly ConcurrentDictionary<string, ConcurrentQueue<JsonElement>> _messages = new();

    /// <summary>The person who uses the gallery, with a key of each provider.</summary>
    internal RunClient Client { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Models = await FakeProvider.StartAsync();
        _site = await StartSiteAsync();
        _server = new TestServer(
            ("Providers:openai:BaseUrl", Models.OpenAiUrl.AbsoluteUri),
            ("Providers:google:BaseUrl", Models.OpenAiUrl.AbsoluteUri),
            ("Providers:anthropic:BaseUrl", Models.AnthropicUrl.AbsoluteUri),
            ("Egress:AllowPrivate", $"localhost:{Site.Port}"));
        Client = await RunClient.NewAsync(_server);
        foreach (var provider in (string[])["openai", "anthropic", "google"])
        {
            await Client.PostAsync("/api-keys", $$"""{"provider":"{{provider}}","name":"Ours","key":"sk-{{provider}}-0123456789abcdef"}""");
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_agent is not null)
        {
            _agent.Kill(entireProcessTree: true);
            await _agent.WaitForExitAsync(CancellationToken.None);
            _agent.Dispose();
        }

        await _server.DisposeAsync();
        await Models.DisposeAsync();
        await _site.DisposeAsync();
        _agentData.Dispose();
    }

    /// <summary>A place for messages that nobody else knows, so that what another test's flow sends late never arrives there.</summary>
    public (Uri Address, ConcurrentQueue<JsonElement> Messages) NewInbox()
    {
        var name = Guid.NewGuid().ToString("N");
        return (new Uri(Site, $"/messages/{name}"), _messages.GetOrAdd(name, _ => new()));
    }

    /// <summary>Connects a machine to the workspace.</summary>
    public async Task ConnectMachineAsync()
    {
        var workspaceId = Client.Root.Split('/')[^1];
        using var made = await Client.Http.PostAsJsonAsync(
            "/api/v1/nodes/join-tokens", new { name = "bench", workspaceIds = new[] { workspaceId } }, TestContext.Current.CancellationToken);
        var token = (await made.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken)).GetProperty("token").GetString()!;
        _agent = Process.Start(new ProcessStartInfo(AgentBinary.Path, [
            "run", "--server", _server.BaseAddress.ToString().TrimEnd('/'), "--join-token", token, "--name", "bench", "--data", _agentData.Path, "--allow",
            "command", "--allow-unsandboxed"]));
        await Until.HoldsAsync(
            async () => (await Client.GetAsync("/nodes")).GetProperty("items").EnumerateArray().Any(node => node.GetProperty("status").GetString() == "ready"),
            "the machine is ready", TestContext.Current.CancellationToken);
    }

    private async Task<WebApplication> StartSiteAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var site = builder.Build();
        var looks = 0;
        site.MapGet("/page", () => Results.Text("<html><body><h1>News</h1><p>Boats are <b>blue</b> now.</p></body></html>", "text/html"));
        site.MapGet("/job", () => Results.Json(new { status = Interlocked.Increment(ref looks) < 3 ? "working" : "ready", looks }));
        site.MapGet("/figures", () => Results.Json(new { visitors = 12 }));
        site.MapPost(
            "/messages/{inbox}", async (string inbox, HttpRequest request) => _messages[inbox].Enqueue(await request.ReadFromJsonAsync<JsonElement>()));
        await site.StartAsync();
        return site;
    }
}
