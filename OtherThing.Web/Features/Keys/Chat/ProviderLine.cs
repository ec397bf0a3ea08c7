using OtherThing.Core.Egress;
using OtherThing.Core.Keys;

namespace OtherThing.Web.Features.Keys.Chat;

/// <summary>The way to the providers, shared by all calls.</summary>
internal sealed class ProviderLine(EgressConnector connector, EgressPolicy egress, TimeProvider clock) : IDisposable
{
    private readonly HttpMessageInvoker _transport = new(connector.CreateTransport());

    /// <summary>A tap for one call.</summary>
    public ProviderTap Tap(Uri baseUrl, SecretRedactor redactor)
    {
        var boundHost = ApiKey.HostOf(baseUrl);
        return new(
            _transport,
            uri => ApiKey.HostOf(uri) == boundHost && egress.Check(uri) is null ? null : $"{uri.IdnHost} is not where this key may be sent.",
            redactor, clock);
    }

    public void Dispose() => _transport.Dispose();
}
