using System.Security.Cryptography;
using Grpc.Core;
using Microsoft.Extensions.Logging;
using OtherThing.Agent.Attempts;
using OtherThing.Agent.ControlGroups;
using OtherThing.Agent.Identity;
using OtherThing.Agent.Leftovers;
using OtherThing.Agent.Link;
using OtherThing.Agent.Machine;
using OtherThing.Agent.Models;
using OtherThing.Agent.Native;
using OtherThing.Agent.Platforms;
using OtherThing.Agent.Policies;
using OtherThing.Agent.Sandboxes;
using OtherThing.Agent.Shims;
using OtherThing.Protocol.V1;

namespace OtherThing.Agent.Hosting;

/// <summary>The agent from its start to its end: enrols when it must, then keeps the link and the work.</summary>
internal sealed partial class NodeAgent(RunOptions options, TextWriter output, ILogger logger, TimeProvider clock)
{
    private const int WarmShims = 2;
    private static readonly TimeSpan s_lookAtPolicy = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(15);
    private readonly ILogger _logger = logger;
    private readonly DataDirectory _data = new(options.Data);
    private string _limits = "";

    internal async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        using var mine = _data.TryLock();
        if (mine is null)
        {
            LogAlreadyRunning(_data.Root);
            return ExitCodes.Failed;
        }

        var policyFile = new PolicyFile(_data.Root);
        if (ReadPolicy(policyFile) is not { } policy)
        {
            return ExitCodes.Usage;
        }

        // Before anything else is started: what is started stays where the agent is now.
        var (groups, countedBecause) = JobGroups.Open(GroupPlace.Find(), _data.Root, Environment.ProcessId);
        LogLimits(_limits = Platform.Current.LimitWords(countedBecause));
        var users = JobUsers.For(policy.UsersForJobs());
        var terms = new NodeTerms(policy, Probe(users, policy));
        var facts = new MachineFacts(_data);
        await facts.ProbeAsync(cancellationToken);
        if (facts.GpuProblem is { } broken)
        {
            LogGpus(broken);
        }

        try
        {
            var identity = await IdentifyAsync(facts, terms, cancellationToken);
            return await ServeAsync(identity, facts, terms, users, groups, policyFile, cancellationToken);
        }
        catch (RefusedException ex)
        {
            LogRefused(ex.Message);
            return ExitCodes.Refused;
        }
        catch (Exception ex) when (ex is RpcException or HttpRequestException or TaskCanceledException && !cancellationToken.IsCancellationRequested)
        {
            LogUnreachable(options.Server, ex is RpcException rpc ? rpc.Status.Detail : ex.Message);
            return ExitCodes.Unreachable;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return ExitCodes.Ok;
        }
    }

    private SandboxReport Probe(JobUsers? users, LocalPolicy policy)
    {
        var report = SandboxProbe.Run(_data, users);
        if (report.Problem is { } problem)
        {
            LogNoSandbox(problem);
        }
        else if (policy.Network == NetworkReach.Full && report.NetworkProblem is { } offline)
        {
            LogNoNetwork(offline);
        }

        return report;
    }

    /// <summary>Null when the command line asks for what no policy can hold.</summary>
    private LocalPolicy? ReadPolicy(PolicyFile file)
    {
        var (policy, problem) = file.Read();
        if (problem is not null)
        {
            LogPolicyProblem(problem);
        }

        if (options.Allow is null && options.Unsandboxed is null && options.ModelEndpoints is null)
        {
            return policy;
        }

        policy = policy with
        {
            Kinds = options.Allow ?? policy.Kinds,
            Unsandboxed = options.Unsandboxed ?? policy.Unsandboxed,
            ModelEndpoints = options.ModelEndpoints ?? policy.ModelEndpoints,
        };
        if (policy.Problems().FirstOrDefault() is { } wrong)
        {
            LogRefused(wrong);
            return null;
        }

        file.Write(policy);
        return policy;
    }

    private async Task<NodeIdentity> IdentifyAsync(MachineFacts facts, NodeTerms terms, CancellationToken cancellationToken)
    {
        var known = NodeIdentity.TryLoad(_data.Identity);
        if (known is not null && !SameServer(known.Server))
        {
            throw new RefusedException($"{_data.Root} belongs to a machine of {known.Server}. Use another --data directory for {options.Server}.");
        }

        var grpc = await DiscoverAsync(known, cancellationToken);
        if (known is not null)
        {
            // A join token given again, by a service file or a script, changes nothing: the machine has its place.
            return known with { Grpc = grpc };
        }

        var status = new AgentStatus { State = options.JoinToken is null ? "unclaimed" : "connecting", Server = options.Server, Name = options.Name };
        WriteStatus(status);
        var enroller = new Enroller(_data, facts, terms.Consent(), AgentVersion.Current, output, clock)
        {
            Offered = (code, address) => WriteStatus(status with { ClaimCode = code, ClaimAddress = address.ToString() }),
        };
        var identity = await enroller.EnrollAsync(options.Server, grpc, options.Name, options.JoinToken, cancellationToken);
        LogEnrolled(identity.NodeId);
        return identity;
    }

    private bool SameServer(string known) => Uri.Compare(
        new Uri(known), new Uri(options.Server), UriComponents.SchemeAndServer, UriFormat.Unescaped, StringComparison.OrdinalIgnoreCase) == 0;

    private async Task<string> DiscoverAsync(NodeIdentity? known, CancellationToken cancellationToken)
    {
        var started = clock.GetTimestamp();
        var backoff = new Backoff(Random.Shared);
        var told = false;
        while (true)
        {
            try
            {
                return await ServerAddress.DiscoverAsync(options.Server, known?.ServerKeyPin, cancellationToken);
            }
            catch (Exception ex) when (ex is HttpRequestException or System.Text.Json.JsonException or TaskCanceledException
                && !cancellationToken.IsCancellationRequested)
            {
                if (known is not null)
                {
                    // The link finds out by itself when the server is back.
                    return known.Grpc;
                }

                if (clock.GetElapsedTime(started) > s_patience)
                {
                    throw new HttpRequestException(ex.Message, ex);
                }

                if (!told)
                {
                    LogNoAnswerYet(options.Server, s_patience.TotalSeconds);
                    told = true;
                }

                await Task.Delay(backoff.Next(), clock, cancellationToken);
            }
        }
    }

    private async Task<int> ServeAsync(
        NodeIdentity identity, MachineFacts facts, NodeTerms terms, JobUsers? users, JobGroups? groups, PolicyFile policyFile,
        CancellationToken cancellationToken)
    {
        var (journal, live) = AttemptJournal.Open(_data.Journal);
        await using var closing = journal;
        await using var pool = new ShimPool(AgentExecutable.Find(), _data.Scratch, WarmShims, Capacity.MostAttempts, clock);
        pool.Start();
        using var key = NodeKey.Load(_data.Key);
        using var channels = new ServerChannels(identity.Grpc, identity.ServerKeyPin);
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var runner = new AttemptRunner(pool, terms.Report, users, groups, clock);
        var janitor = new Janitor(_data, clock, _logger);
        var book = new AttemptBook(journal, runner, new Capacity(facts.Read), terms, _data, janitor, _logger, stopping.Token);
        using var tokens = new TokenSource(channels.Auth, key, identity, clock);
        var logs = new LogUplink(channels.Data, tokens, book, clock, _logger);
        book.LogReady = logs.Poke;
        using var http = LoopbackHttp.Create();
        var models = new ModelWatch(() => terms.Local, http, clock, _logger);
        var tunnels = new ModelTunnels(channels.Data, tokens, terms, models, http, clock, _logger, stopping.Token);
        await models.LookAsync(stopping.Token);
        janitor.TakeUp();
        Recover(book, live);

        var context = new NodeContext(
            identity.NodeId, RandomNumberGenerator.GetBytes(16), AgentVersion.Current, facts, new LoadSampler(_data, facts), terms, book, clock)
        {
            SessionNonce = identity.SessionNonce,
            Models = (models, tunnels),
            SaveNonce = nonce => (identity = identity with { SessionNonce = nonce }).Save(_data.Identity),
            Welcomed = _ => OnState("connected", identity, terms, book, null),
        };
        var link = new AgentLink(channels.Link, tokens, context, problem => OnState("disconnected", identity, terms, book, problem), _logger);
        models.Changed = link.Restate;
        var background = Task.WhenAll(
            logs.RunAsync(stopping.Token), janitor.RunAsync(stopping.Token), models.RunAsync(stopping.Token),
            WatchPolicyAsync(policyFile, terms, link, (models, tunnels), stopping.Token));
        var revoked = await link.RunAsync(stopping.Token);
        if (revoked)
        {
            await LeaveAsync(book, janitor, identity, terms);
        }

        await stopping.CancelAsync();
        await background;
        return revoked ? ExitCodes.Refused : ExitCodes.Ok;
    }

    private void Recover(AttemptBook book, IReadOnlyList<Assign> live)
    {
        var boot = Platform.Current.ReadBoot();
        var sameBoot = File.Exists(_data.BootId) && File.ReadAllText(_data.BootId) == boot;
        File.WriteAllText(_data.BootId, boot);
        book.Recover(live, sameBoot);
        book.WipeStrangers();
    }

    /// <summary>The server wants this node no more: stop all, leave nothing of any job behind, and be nobody's.</summary>
    private async Task LeaveAsync(AttemptBook book, Janitor janitor, NodeIdentity identity, NodeTerms terms)
    {
        foreach (var attempt in book.All)
        {
            book.Abandon(attempt);
        }

        for (var left = 50; left > 0 && book.All.Count > 0; left--)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(100), clock);
        }

        book.WipeStrangers();
        for (var left = 300; left > 0 && !janitor.IsIdle; left--)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(100), clock);
        }

        OnState("revoked", identity, terms, book, "The server does not know this machine any more.");
        File.Delete(_data.Identity);
        File.Delete(_data.Key);
    }

    private async Task WatchPolicyAsync(
        PolicyFile file, NodeTerms terms, AgentLink link, (ModelWatch Watch, ModelTunnels Tunnels) models, CancellationToken cancellationToken)
    {
        var seen = file.Stamp();
        using var timer = new PeriodicTimer(s_lookAtPolicy, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken))
            {
                if (file.Stamp() is var stamp && stamp != seen)
                {
                    seen = stamp;
                    (terms.Local, var problem) = file.Read();
                    LogPolicyChanged(problem ?? "");
                    models.Tunnels.Recheck();
                    models.Watch.Nudge();
                    link.Send(new NodeFrame { Consent = terms.Consent() });
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The agent ends.
        }
    }

    private void OnState(string state, NodeIdentity identity, NodeTerms terms, AttemptBook book, string? problem)
    {
        var kinds = terms.Consent().Kinds.ToArray();
        if (state == "connected")
        {
            LogConnected(identity.Server, terms.Sandbox ?? "none: no job runs", kinds);
        }

        WriteStatus(new AgentStatus
        {
            State = state,
            Server = identity.Server,
            NodeId = identity.NodeId,
            Name = identity.Name,
            Problem = problem,
            Sandbox = terms.Sandbox,
            SandboxProblem = terms.Report.Problem,
            Limits = _limits,
            Kinds = kinds,
            Running = book.All.Count(attempt => !attempt.HasEnded),
        });
    }

    private void WriteStatus(AgentStatus status)
    {
        var self = ProcessTable.Find(Environment.ProcessId);
        (status with { Pid = Environment.ProcessId, StartTime = self?.StartTime ?? 0, Since = clock.GetUtcNow().UtcDateTime }).Write(_data.Status);
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Another agent runs on {Directory}")]
    private partial void LogAlreadyRunning(string directory);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Reason}")]
    private partial void LogRefused(string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Server} cannot be reached: {Reason}")]
    private partial void LogUnreachable(string server, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Server} does not answer yet; trying for {Seconds} s")]
    private partial void LogNoAnswerYet(string server, double seconds);

    [LoggerMessage(Level = LogLevel.Information, Message = "Limits: {Words}")]
    private partial void LogLimits(string words);

    [LoggerMessage(Level = LogLevel.Warning, Message = "A GPU is not lent, because nvidia-smi says: {Problem}")]
    private partial void LogGpus(string problem);

    [LoggerMessage(Level = LogLevel.Warning, Message = "No sandbox: {Reason}")]
    private partial void LogNoSandbox(string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The network is lent, but no job can have one: {Reason}")]
    private partial void LogNoNetwork(string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Problem} Until that is put right nothing is allowed.")]
    private partial void LogPolicyProblem(string problem);

    [LoggerMessage(Level = LogLevel.Information, Message = "The policy changed. {Problem}")]
    private partial void LogPolicyChanged(string problem);

    [LoggerMessage(Level = LogLevel.Information, Message = "Enrolled as node {NodeId}")]
    private partial void LogEnrolled(string nodeId);

    [LoggerMessage(Level = LogLevel.Information, Message = "Connected to {Server}; sandbox: {Sandbox}; allowed: {Kinds}")]
    private partial void LogConnected(string server, string? sandbox, string[] kinds);
}
