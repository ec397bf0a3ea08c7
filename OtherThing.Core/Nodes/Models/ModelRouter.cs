using Microsoft.Extensions.Options;
using OtherThing.Core.Results;

namespace OtherThing.Core.Nodes.Models;

/// <summary>An endpoint of a machine.</summary>
/// <param name="NodeId">The machine.</param>
/// <param name="Endpoint">Its address there.</param>
public readonly record struct EndpointKey(Guid NodeId, string Endpoint);

/// <summary>
/// Which machine answers a call of a model: of those that have it and a free slot the ones that have it in memory, then the least busy; when all
/// are busy, the first that gets free. Who waits is served in order, workspaces with less at work first.
/// </summary>
public sealed class ModelRouter(ModelMachines machines, NodeTunnels tunnels, TimeProvider clock, IOptions<NodesOptions> options)
{
    private static readonly TimeSpan s_look = TimeSpan.FromSeconds(1);

    // So long a machine may be on its way back, at most.
    private static readonly TimeSpan s_return = TimeSpan.FromSeconds(30);

    // An endpoint that failed is the last choice until its agent has looked at it again.
    private static readonly TimeSpan s_doubt = TimeSpan.FromSeconds(10);
    private readonly Lock _gate = new();
    private readonly Dictionary<EndpointKey, Lane> _lanes = [];
    private readonly Dictionary<Guid, int> _working = [];
    private readonly LinkedList<Waiter> _waiting = new();

    /// <summary>Calls that wait for a machine.</summary>
    internal int Waiting
    {
        get
        {
            lock (_gate)
            {
                return _waiting.Count;
            }
        }
    }

    /// <summary>Waits for a slot of a machine that has the model.</summary>
    /// <param name="workspaceId">Who asks.</param>
    /// <param name="model">The model.</param>
    /// <param name="tried">Endpoints that have failed this call.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The slot, which the caller disposes; <c>ai.no_machine</c> when no machine has the model, or none is left.</returns>
    public async Task<Result<ModelLease>> TakeAsync(
        Guid workspaceId, string model, IReadOnlySet<EndpointKey> tried, CancellationToken cancellationToken)
    {
        var since = clock.GetTimestamp();
        var waiter = new Waiter(workspaceId);
        try
        {
            for (var fresh = false; ;)
            {
                var known = await machines.ReadAsync(workspaceId, fresh, cancellationToken);
                var offers = Offers(known, model, tried);
                if (Place(waiter, offers) is { } lane)
                {
                    return Lease(waiter, lane);
                }

                if (offers.Count == 0 && fresh && !IsWorthWaiting(known, model, tried, since))
                {
                    return Error.Conflict("ai.no_machine", ModelMachines.Missing(known, model) ?? $"No other machine of this workspace serves {model}.");
                }

                if (offers.Count > 0 || fresh)
                {
                    await WaitAsync(waiter, cancellationToken);
                }

                fresh = offers.Count == 0;
            }
        }
        finally
        {
            Leave(waiter);
        }
    }

    private static List<Offer> Offers(IReadOnlyList<ModelMachine> known, string model, IReadOnlySet<EndpointKey> tried) =>
    [
        .. from machine in known
           where machine.Away is null
           from endpoint in machine.Endpoints
           let found = endpoint.Problem.Length == 0 ? endpoint.Find(model) : null
           let key = new EndpointKey(machine.NodeId, endpoint.Endpoint)
           where found is not null && !tried.Contains(key)
           select new Offer(key, machine, endpoint, found),
    ];

    /// <summary>A machine that has the model was here a moment ago: it is given the time in which it counts as reachable.</summary>
    private bool IsWorthWaiting(IReadOnlyList<ModelMachine> known, string model, IReadOnlySet<EndpointKey> tried, long since) =>
        tried.Count == 0 && clock.GetElapsedTime(since) < (options.Value.Unreachable < s_return ? options.Value.Unreachable : s_return)
        && known.Any(machine => machine is { IsConnected: false, IsExpected: true } && machine.Has(model));

    /// <summary>Takes a slot, or a place in the queue.</summary>
    private Lane? Place(Waiter waiter, List<Offer> offers)
    {
        lock (_gate)
        {
            if (waiter.Given is { } given)
            {
                return given; // while we looked
            }

            waiter.Offers = offers.ToDictionary(LaneOf);
            var now = clock.GetTimestamp();
            var free = waiter.Offers.Where(pair => pair.Key.HasSlot)
                .OrderBy(pair => pair.Key.DoubtfulUntil > now)
                .ThenByDescending(pair => pair.Value.Warmth)
                .ThenBy(pair => (double)pair.Key.Working / pair.Key.Slots)
                .ThenBy(pair => pair.Key.LastGiven)
                .Select(pair => pair.Key)
                .FirstOrDefault();
            if (free is not null)
            {
                Give(waiter, free);
                return free;
            }

            waiter.Place ??= _waiting.AddLast(waiter);
            return null;
        }
    }

    private Lane LaneOf(Offer offer)
    {
        if (!_lanes.TryGetValue(offer.Key, out var lane))
        {
            _lanes[offer.Key] = lane = new Lane(offer.Key);
        }

        lane.Slots = offer.Endpoint.Slots;
        return lane;
    }

    private void Give(Waiter waiter, Lane lane)
    {
        lane.Working++;
        lane.LastGiven = clock.GetTimestamp();
        _working[waiter.WorkspaceId] = _working.GetValueOrDefault(waiter.WorkspaceId) + 1;
        waiter.Given = lane;
        if (waiter.Place is { } place)
        {
            _waiting.Remove(place);
            waiter.Place = null;
        }

        waiter.Signal.TrySetResult();
    }

    private ModelLease Lease(Waiter waiter, Lane lane)
    {
        Offer offer;
        lock (_gate)
        {
            (offer, waiter.Given) = (waiter.Offers[lane], null);
        }

        return new ModelLease(
            offer.Key, offer.Machine.Name, offer.Model.Name,
            new TunnelHandler(() => Open(offer, waiter.WorkspaceId), clock),
            failed => Release(lane, waiter.WorkspaceId, failed));
    }

    private NodeTunnel Open(Offer offer, Guid workspaceId) => machines.SessionOf(offer.Key.NodeId) is { } session
        ? tunnels.Open(session, offer.Key.Endpoint, workspaceId)
        : throw new TunnelException("gone", "the machine is not connected");

    private void Release(Lane lane, Guid workspaceId, bool failed)
    {
        lock (_gate)
        {
            lane.Working--;
            lane.DoubtfulUntil = failed ? clock.GetTimestamp() + (long)(s_doubt.TotalSeconds * clock.TimestampFrequency) : 0;
            if (_working.GetValueOrDefault(workspaceId) is > 1 and var left)
            {
                _working[workspaceId] = left - 1;
            }
            else
            {
                _working.Remove(workspaceId);
            }

            // One that failed is looked at anew by whoever waits, before anybody is given it.
            var next = failed || !lane.HasSlot ? null : _waiting.Where(waiter => waiter.Offers.ContainsKey(lane))
                .MinBy(waiter => _working.GetValueOrDefault(waiter.WorkspaceId));
            if (next is not null)
            {
                Give(next, lane);
            }
            else if (lane.Working == 0 && _waiting.All(waiter => !waiter.Offers.ContainsKey(lane)) && lane.DoubtfulUntil == 0)
            {
                _lanes.Remove(lane.Key);
            }
        }
    }

    private async Task WaitAsync(Waiter waiter, CancellationToken cancellationToken)
    {
        using var look = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await Task.WhenAny(waiter.Signal.Task, Task.Delay(s_look, clock, look.Token));
        await look.CancelAsync();
        cancellationToken.ThrowIfCancellationRequested();
    }

    /// <summary>A call that is over, or was given up, waits no more; what it was given meanwhile goes on to the next.</summary>
    private void Leave(Waiter waiter)
    {
        Lane? unused;
        lock (_gate)
        {
            if (waiter.Place is { } place)
            {
                _waiting.Remove(place);
                waiter.Place = null;
            }

            (unused, waiter.Given) = (waiter.Given, null);
        }

        if (unused is not null)
        {
            Release(unused, waiter.WorkspaceId, failed: false);
        }
    }

    /// <summary>An endpoint that has the model.</summary>
    private sealed record Offer(EndpointKey Key, ModelMachine Machine, ModelEndpoint Endpoint, LocalModel Model)
    {
        /// <summary>In memory before nobody knows before not.</summary>
        public int Warmth => Model.Loaded switch { true => 2, null => 1, false => 0 };
    }

    /// <summary>The slots of an endpoint.</summary>
    private sealed class Lane(EndpointKey key)
    {
        public EndpointKey Key => key;

        public int Slots { get; set; }

        public int Working { get; set; }

        public long LastGiven { get; set; }

        public long DoubtfulUntil { get; set; }

        public bool HasSlot => Working < Slots;
    }

    /// <summary>A call that wants a slot.</summary>
    private sealed class Waiter(Guid workspaceId)
    {
        public Guid WorkspaceId => workspaceId;

        public Dictionary<Lane, Offer> Offers { get; set; } = [];

        public LinkedListNode<Waiter>? Place { get; set; }

        public Lane? Given { get; set; }

        public TaskCompletionSource Signal { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}

/// <summary>A slot of a machine, for one call.</summary>
public sealed class ModelLease : IDisposable
{
    private readonly Action<bool> _release;
    private readonly TunnelHandler _handler;
    private bool _failed;
    private int _released;

    internal ModelLease(EndpointKey key, string nodeName, string model, TunnelHandler handler, Action<bool> release)
    {
        (Key, NodeName, Model, _handler, _release) = (key, nodeName, model, handler, release);
        Http = new HttpMessageInvoker(handler, disposeHandler: false);
    }

    /// <summary>Which endpoint of which machine.</summary>
    public EndpointKey Key { get; }

    /// <summary>What the machine is called.</summary>
    public string NodeName { get; }

    /// <summary>The model as its server names it.</summary>
    public string Model { get; }

    /// <summary>The way there: only method, path and body of a request arrive.</summary>
    public HttpMessageInvoker Http { get; }

    /// <summary>The endpoint did not do its part: others come before it for a while.</summary>
    public void Doubt() => _failed = true;

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _released, 1) == 0)
        {
            Http.Dispose();
            _handler.Dispose();
            _release(_failed);
        }
    }
}
