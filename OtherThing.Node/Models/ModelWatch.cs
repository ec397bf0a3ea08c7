using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using OtherThing.Agent.Policies;
using OtherThing.Protocol.V1;

namespace OtherThing.Agent.Models;

/// <summary>
/// Which servers of models this machine lends, and what they have now: those the owner named and those found where such servers usually
/// listen. Nothing is asked, and nothing lent, unless the owner allows the kind.
/// </summary>
internal sealed partial class ModelWatch(Func<LocalPolicy> policy, HttpMessageInvoker http, TimeProvider clock, ILogger logger)
{
    internal const string Kind = "model";
    private static readonly TimeSpan s_period = TimeSpan.FromSeconds(5);

    // What else listens at a usual address is not asked all the time.
    private static readonly TimeSpan s_strangers = TimeSpan.FromSeconds(20);
    private readonly EndpointProbe _probe = new(http);
    private readonly Dictionary<string, long> _strangers = new(StringComparer.Ordinal);
    private readonly Channel<bool> _nudges = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly ILogger _logger = logger;
    private volatile IReadOnlyList<ModelEndpoint> _found = [];

    /// <summary>Told when what is found is other than before.</summary>
    internal Action Changed { get; set; } = () => { };

    /// <summary>What is lent; empty while the owner does not allow it.</summary>
    internal IReadOnlyList<ModelEndpoint> Found => Allows(policy()) ? _found : [];

    /// <summary>Looks again soon: the policy changed, or an endpoint failed.</summary>
    internal void Nudge() => _nudges.Writer.TryWrite(true);

    internal async Task RunAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                using var wait = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
                await Task.WhenAny(_nudges.Reader.WaitToReadAsync(wait.Token).AsTask(), Task.Delay(s_period, clock, wait.Token));
                await wait.CancelAsync();
                _nudges.Reader.TryRead(out _);
                await LookAsync(cancellationToken);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception failed)
            {
                // Whatever it was: an agent that looked no more would lend for ever what is long gone.
                LogFailed(failed.Message);
            }
        }
    }

    /// <summary>Looks once.</summary>
    internal async Task LookAsync(CancellationToken cancellationToken)
    {
        var owners = policy();
        var found = Allows(owners) ? await FindAsync(owners, cancellationToken) : [];
        if (!found.SequenceEqual(_found))
        {
            _found = found;
            LogFound(string.Join("; ", found.Select(Words)) is { Length: > 0 } words ? words : "none");
            Changed();
        }
    }

    /// <summary>What is lent of an endpoint, in words.</summary>
    internal static string Words(ModelEndpoint endpoint) =>
        endpoint.Problem is { Length: > 0 } problem ? problem
        : $"{EndpointProbe.Called(endpoint)} at {endpoint.Endpoint}: {string.Join(", ", endpoint.Models.Select(model => model.Name))}";

    private static bool Allows(LocalPolicy owners) => owners.Kinds.Contains(Kind);

    private async Task<IReadOnlyList<ModelEndpoint>> FindAsync(LocalPolicy owners, CancellationToken cancellationToken)
    {
        var named = owners.ModelEndpoints.Select(EndpointAddress.Plain).Distinct(StringComparer.OrdinalIgnoreCase).ToArray();
        var ports = named.Select(address => new Uri(address).Port).ToHashSet();
        var usual = EndpointAddress.Usual.Where(address => !ports.Contains(new Uri(address).Port) && !IsStranger(address)).ToArray();
        var asked = await Task.WhenAll(named.Concat(usual).Select(address => _probe.AskAsync(address, cancellationToken)));
        foreach (var stranger in asked.Where(endpoint => endpoint.Models.Count == 0 && endpoint.Server.Length == 0))
        {
            _strangers[stranger.Endpoint] = clock.GetTimestamp();
        }

        // What the owner named is told with what is wrong with it; where nobody was expected, silence is nothing wrong.
        var found = asked.Where((endpoint, index) => index < named.Length || endpoint.Models.Count > 0 || endpoint.Server.Length > 0)
            .Take(EndpointAddress.Most).ToArray();
        foreach (var endpoint in found)
        {
            endpoint.Slots = owners.ModelSlots is { } slots ? (uint)slots : endpoint.Slots;
        }

        return found;
    }

    private bool IsStranger(string address) =>
        _strangers.TryGetValue(address, out var asked) && clock.GetElapsedTime(asked) < s_strangers && _found.All(known => known.Endpoint != address);

    [LoggerMessage(Level = LogLevel.Information, Message = "Models: {Words}")]
    private partial void LogFound(string words);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Models could not be looked for: {Reason}")]
    private partial void LogFailed(string reason);
}
