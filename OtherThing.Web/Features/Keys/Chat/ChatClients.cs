using System.ClientModel;
using System.ClientModel.Primitives;
using Anthropic;
using Microsoft.Extensions.AI;
using OpenAI;
using OpenAI.Chat;
using OtherThing.Core.Egress;
using OtherThing.Core.Keys;

namespace OtherThing.Web.Features.Keys.Chat;

/// <summary>Makes a provider's chat client for one call, on our own transport and without retries of its own.</summary>
internal sealed class ChatClients(EgressConnector connector, EgressPolicy egress) : IDisposable
{
    // The step's own timeout ends a call; the SDKs' clocks must not end it earlier.
    private static readonly TimeSpan s_noLimit = TimeSpan.FromHours(24);
    private readonly HttpMessageInvoker _transport = new(connector.CreateTransport());

    /// <summary>A tap for one call; every request of the client made on it passes through.</summary>
    public ProviderTap Tap(Uri baseUrl, SecretRedactor redactor) => new(_transport, egress, ApiKey.HostOf(baseUrl), redactor);

    public IChatClient Create(ApiProvider provider, Uri baseUrl, string model, SecretValue key, ProviderTap tap)
    {
        var http = new HttpClient(tap, disposeHandler: false) { Timeout = Timeout.InfiniteTimeSpan };
        if (provider == ApiProvider.Anthropic)
        {
            return new AnthropicClient
            {
                ApiKey = key.Expose(),
                AuthToken = null,
                BaseUrl = baseUrl.AbsoluteUri.TrimEnd('/'),
                HttpClient = http,
                MaxRetries = 0,
                Timeout = s_noLimit,
            }.AsIChatClient(model);
        }

        return new ChatClient(model, new ApiKeyCredential(key.Expose()), new OpenAIClientOptions
        {
            Endpoint = baseUrl,
            Transport = new HttpClientPipelineTransport(http),
            RetryPolicy = new ClientRetryPolicy(0),
            NetworkTimeout = s_noLimit,
        }).AsIChatClient();
    }

    public void Dispose() => _transport.Dispose();
}
