using System.Net;
using Microsoft.AspNetCore.Connections;

namespace OtherThing.Web.Hosting;

/// <summary>
/// The transport of a silo that is alone. Whoever can open a connection to a silo is taken in and may call any grain as anybody, so it
/// listens on nothing and dials nobody; calls within the process need no connection.
/// </summary>
internal sealed class NoTransport : IConnectionFactory, IConnectionListenerFactory
{
    /// <summary>Puts itself in the place of every transport that Orleans has registered.</summary>
    /// <exception cref="InvalidOperationException">Orleans registers its transports in another way than this knows: its sockets would be open.</exception>
    public static void Replace(IServiceCollection services)
    {
        if (Replace<IConnectionFactory>(services) == 0 || Replace<IConnectionListenerFactory>(services) == 0)
        {
            throw new InvalidOperationException("This version of Orleans does not register its transports as keyed services, so they cannot be closed.");
        }
    }

    public ValueTask<ConnectionContext> ConnectAsync(EndPoint endpoint, CancellationToken cancellationToken = default) =>
        throw new ConnectionAbortedException($"This server is alone, and there is nobody at {endpoint}.");

    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) =>
        ValueTask.FromResult<IConnectionListener>(new Nobody(endpoint));

    private static int Replace<TService>(IServiceCollection services)
        where TService : class
    {
        var count = 0;
        for (var index = 0; index < services.Count; index++)
        {
            if (services[index] is { IsKeyedService: true } transport && transport.ServiceType == typeof(TService))
            {
                services[index] = ServiceDescriptor.KeyedSingleton(typeof(TService), transport.ServiceKey, typeof(NoTransport));
                count++;
            }
        }

        return count;
    }

    /// <summary>Nobody comes, until it is closed.</summary>
    private sealed class Nobody(EndPoint endpoint) : IConnectionListener
    {
        private readonly TaskCompletionSource<ConnectionContext?> _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public EndPoint EndPoint => endpoint;

        public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default) =>
            await _closed.Task.WaitAsync(cancellationToken);

        public ValueTask UnbindAsync(CancellationToken cancellationToken = default)
        {
            _closed.TrySetResult(null);
            return ValueTask.CompletedTask;
        }

        public ValueTask DisposeAsync() => UnbindAsync();
    }
}
