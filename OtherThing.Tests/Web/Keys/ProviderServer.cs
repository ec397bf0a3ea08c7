using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using OtherThing.Core.Flows;
using OtherThing.Core.Steps;
using OtherThing.Lab.Providers;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Web.Keys;

/// <summary>A server whose providers are all one fake.</summary>
public sealed class ProviderServer : IAsyncLifetime
{
    public const string Key = "sk-canary-0123456789abcdef9f3A";

    private readonly Dictionary<string, Workplace> _shared = [];

    public FakeProvider Fake { get; private set; } = null!;

    public TestServer Server { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Fake = await FakeProvider.StartAsync();
        Server = new TestServer(
            ("Providers:openai:BaseUrl", Fake.OpenAiUrl.AbsoluteUri),
            ("Providers:groq:BaseUrl", Fake.OpenAiUrl.AbsoluteUri),
            ("Providers:google:BaseUrl", Fake.OpenAiUrl.AbsoluteUri),
            ("Providers:anthropic:BaseUrl", Fake.AnthropicUrl.AbsoluteUri),
            ("Egress:AllowPrivate", $"localhost:{Fake.AnthropicUrl.Port}"));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var place in _shared.Values)
        {
            place.Dispose();
        }

        await Server.DisposeAsync();
        await Fake.DisposeAsync();
    }

    /// <summary>A workspace with one key, the same for all tests that only ask models; nobody disposes it.</summary>
    public async Task<Workplace> ShareAsync(string provider = "openai")
    {
        if (!_shared.TryGetValue(provider, out var place))
        {
            place = await OpenAsync(provider);
            _shared[provider] = place;
        }

        return place;
    }

    /// <summary>A new person with a workspace that has one key.</summary>
    public async Task<Workplace> OpenAsync(string provider = "openai", string key = Key)
    {
        var client = await Server.RegisterAsync();
        var workspace = await TestServer.CreateWorkspaceAsync(client);
        var place = new Workplace(this, client, workspace.GetProperty("id").GetGuid(), workspace.GetProperty("ownerId").GetGuid());
        using var added = await place.AddKeyAsync(new { provider, name = "Ours", key });
        Assert.True(added.IsSuccessStatusCode, await added.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        return place;
    }
}

/// <summary>A workspace and its owner's client.</summary>
public sealed record Workplace(ProviderServer Providers, HttpClient Client, Guid WorkspaceId, Guid OwnerId) : IDisposable
{
    public string KeysPath => $"/api/v1/workspaces/{WorkspaceId}/api-keys";

    public Task<HttpResponseMessage> AddKeyAsync(object request) =>
        Client.PostAsJsonAsync(KeysPath, request, TestContext.Current.CancellationToken);

    public async Task<JsonElement> FirstKeyAsync() =>
        (await Client.GetFromJsonAsync<JsonElement>(KeysPath, TestContext.Current.CancellationToken)).GetProperty("items")[0];

    /// <summary>Runs one ai.chat attempt as the engine would.</summary>
    public Task<StepOutcome> AskAsync(
        object config, Action<string, string>? report = null, bool resumed = false, CancellationToken? cancellationToken = null, Guid? userId = null)
    {
        var executor = Providers.Server.Services.GetServices<IStepExecutor>().Single(candidate => candidate.Type == "ai.chat");
        return executor.ExecuteAsync(
            new StepCall
            {
                WorkspaceId = WorkspaceId,
                FlowId = Guid.CreateVersion7(),
                RunId = Guid.CreateVersion7(),
                UserId = userId ?? OwnerId,
                Path = "ask",
                Attempt = 1,
                AttemptId = Guid.CreateVersion7(),
                Resumed = resumed,
                Step = new FlowStep { Id = "ask", Type = "ai.chat" },
                Config = JsonSerializer.SerializeToElement(config),
                Timeout = Patience.Limit,
                Report = report ?? ((_, _) => { }),
            },
            cancellationToken ?? TestContext.Current.CancellationToken);
    }

    public void Dispose() => Client.Dispose();
}
