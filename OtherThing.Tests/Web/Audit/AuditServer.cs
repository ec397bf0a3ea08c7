using OtherThing.Lab.Providers;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Web.Audit;

/// <summary>A server with a provider that takes keys and a sink that cuts calls off, so that every act there is can be done.</summary>
public sealed class AuditServer : IAsyncLifetime
{
    private FakeProvider _provider = null!;

    public CuttingSink Sink { get; private set; } = null!;

    public TestServer Server { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        _provider = await FakeProvider.StartAsync();
        Sink = await CuttingSink.StartAsync();
        Server = new TestServer(("Providers:openai:BaseUrl", _provider.OpenAiUrl.AbsoluteUri), ("Egress:AllowPrivate", Sink.Address.Authority));
    }

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        await Sink.DisposeAsync();
        await _provider.DisposeAsync();
    }
}
