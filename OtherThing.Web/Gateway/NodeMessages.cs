using OtherThing.Core.Jobs;
using OtherThing.Core.Nodes;
using OtherThing.Core.Nodes.Models;
using OtherThing.Core.Results;
using Wire = OtherThing.Protocol.V1;

namespace OtherThing.Web.Gateway;

/// <summary>From the wire to the domain. What a node says is bounded here or in the domain, never trusted.</summary>
internal static class NodeMessages
{
    private const int MaxReason = 500;

    public static NodeFacts Facts(Wire.Facts? facts, Wire.Consent? consent, string agentVersion) =>
        WithConsent(WithMachine(new NodeFacts { AgentVersion = agentVersion }, facts), consent);

    public static NodeFacts WithMachine(NodeFacts known, Wire.Facts? facts) => facts is null ? known : known with
    {
        HostName = facts.HostName,
        Os = facts.Os,
        Arch = facts.Arch,
        Resources = new NodeResources
        {
            CpuCores = facts.CpuCores,
            MemoryMb = Number(facts.MemoryMb),
            DiskMb = Number(facts.DiskMb > 0 ? facts.DiskMb : facts.DiskFreeMb),
            Gpus = [.. facts.Gpus.Select(gpu => new NodeGpu(gpu.Name, Number(gpu.VramMb)))],
        },
        Endpoints = [.. facts.Endpoints.Take(ModelEndpoint.Most).Select(Endpoint)],
    };

    private static ModelEndpoint Endpoint(Wire.ModelEndpoint endpoint) => new()
    {
        Endpoint = endpoint.Endpoint,
        Server = endpoint.Server,
        Slots = (int)Math.Min(endpoint.Slots, int.MaxValue),
        Problem = endpoint.Problem,
        Models = [.. endpoint.Models.Select(model => new LocalModel(model.Name, model.HasLoaded ? model.Loaded : null, Number(model.SizeMb)))],
    };

    public static NodeFacts WithConsent(NodeFacts known, Wire.Consent? consent) => consent is null ? known : known with
    {
        // A newer agent may allow a kind that is not known here.
        Kinds = [.. consent.Kinds.Where(NodeKinds.Holds)],
        Sandbox = consent.SandboxClasses.Count > 0 ? consent.SandboxClasses[0] : SandboxClasses.None,
        SandboxProblem = consent.SandboxProblem,
        // An older agent names none and runs jobs of all.
        Unsandboxed = consent.Unsandboxed.Count == 0 || consent.Unsandboxed.Contains("all") ? null : Workspaces(consent.Unsandboxed),
        Network = consent.Network.Length > 0 ? consent.Network : "none",
        Labels = [.. consent.Labels],
        OnlyWorkspaces = Workspaces(consent.Workspaces),
        Policy = Limits(consent.Caps),
    };

    private static Guid[] Workspaces(IEnumerable<string> ids) => [.. ids.Select(id => Guid.TryParse(id, out var known) ? known : Guid.Empty)];

    public static NodeHello Hello(Wire.Hello hello) => new(
        Convert.ToHexStringLower(hello.InstanceId.Span[..Math.Min(hello.InstanceId.Length, 32)]),
        hello.SessionNonce.Length > 32 ? "" : Convert.ToHexStringLower(hello.SessionNonce.Span),
        Facts(hello.Facts, hello.Consent, hello.AgentVersion),
        hello.Consent?.Paused ?? false,
        [.. hello.Attempts.Take(10_000).Select(Held)]);

    public static NodeBeat Beat(Wire.Heartbeat beat) => new(
        beat.MonoMs,
        beat.Load is { } load
            ? new NodeLoad(
                Share(load.Cpu),
                Number(load.MemoryFreeMb),
                Number(load.DiskFreeMb),
                [.. load.Gpus.Take(64).Select(gpu => new GpuLoad(Number(gpu.VramFreeMb), Share(gpu.Utilization)))])
            : null,
        beat.Owner?.Paused ?? false,
        [.. beat.Running.Take(10_000).Select(running => Attempt(running.AttemptId, running.Fence))]);

    public static AttemptEvent? Event(Wire.AttemptEvent happened)
    {
        if (Kind(happened.Kind) is not { } kind)
        {
            return null; // a newer agent says something we do not know
        }

        var attempt = Attempt(happened.AttemptId, happened.Fence);
        return new AttemptEvent
        {
            Attempt = attempt,
            EventNo = happened.EventNo,
            Kind = kind,
            ReasonCode = Cut(happened.ReasonCode, 60),
            Reason = Cut(happened.Reason, MaxReason),
            // Only an end can say that nothing was started.
            Started = kind != AttemptEventKind.Finished || happened.Started,
            ExitCode = happened.ExitCode,
            OutOfMemory = happened.Oom,
            TimedOut = happened.TimedOut,
            Wall = happened.Usage is { WallMs: > 0 and < 1L << 40 } usage ? TimeSpan.FromMilliseconds(usage.WallMs) : null,
            StdoutEnd = Number(happened.StdoutEnd),
            StderrEnd = Number(happened.StderrEnd),
            Log = [.. happened.Log.Take(64).Select(Piece).Where(piece => piece is not null).Select(piece => piece!)],
            Sandbox = Cut(happened.Sandbox, 20),
            Network = Cut(happened.Network, 10),
        };
    }

    /// <summary>A piece of output; null when it is not one (too long, not gzip although it says so).</summary>
    public static LogPiece? Piece(Wire.LogChunk chunk)
    {
        var source = chunk.Stream switch
        {
            Wire.LogStream.Stdout => LogSource.Stdout,
            Wire.LogStream.Stderr => LogSource.Stderr,
            _ => (LogSource?)null,
        };
        return source is { } known && LogData.Read(chunk) is { } data && chunk.Offset < long.MaxValue / 2 && chunk.Dropped < long.MaxValue / 2
            ? new LogPiece(Attempt(chunk.AttemptId, chunk.Fence), known, (long)chunk.Offset, data, (long)chunk.Dropped)
            : null;
    }

    public static NodeAssertion? Assertion(Wire.Assertion assertion) =>
        Guid.TryParse(assertion.NodeId, out var nodeId) && IsTime(assertion.IatUnixS) && IsTime(assertion.ExpUnixS)
            ? new NodeAssertion(nodeId, assertion.Audience, assertion.Jti.ToByteArray(), Time(assertion.IatUnixS), Time(assertion.ExpUnixS))
            : null;

    public static AttemptRef Attempt(string id, ulong fence) => new(Guid.TryParse(id, out var known) ? known : Guid.Empty, Number(fence));

    private static HeldAttempt Held(Wire.AttemptReport report) => new(
        Attempt(report.AttemptId, report.Fence),
        report.State switch
        {
            Wire.AttemptState.Accepted => HeldState.Accepted,
            Wire.AttemptState.Running => HeldState.Running,
            Wire.AttemptState.Finished => HeldState.Finished,
            _ => HeldState.Lost,
        },
        report.LastEvent is { } last ? Event(last) : null);

    private static AttemptEventKind? Kind(Wire.EventKind kind) => kind switch
    {
        Wire.EventKind.Accepted => AttemptEventKind.Accepted,
        Wire.EventKind.Rejected => AttemptEventKind.Rejected,
        Wire.EventKind.Preparing => AttemptEventKind.Preparing,
        Wire.EventKind.Running => AttemptEventKind.Running,
        Wire.EventKind.Progress => AttemptEventKind.Progress,
        Wire.EventKind.Finished => AttemptEventKind.Finished,
        Wire.EventKind.Killed => AttemptEventKind.Killed,
        Wire.EventKind.Lost => AttemptEventKind.Lost,
        _ => null,
    };

    private static NodeLimits Limits(Wire.Limits? limits) => limits is null ? new NodeLimits() : new NodeLimits
    {
        CpuCores = limits.CpuMilli > 0 ? limits.CpuMilli / 1000.0 : null,
        MemoryMb = limits.MemoryMb > 0 ? Number(limits.MemoryMb) : null,
        GpuCount = limits.Gpus > 0 ? (int)Math.Min(limits.Gpus, 64) : null,
        StorageMb = limits.DiskMb > 0 ? Number(limits.DiskMb) : null,
    };

    private static long Number(ulong value) => value > long.MaxValue ? long.MaxValue : (long)value;

    private static double Share(double value) => double.IsFinite(value) ? Math.Clamp(value, 0, 1) : 0;

    private static string Cut(string text, int length) => TextCut.Words(text, length);

    private static bool IsTime(long unixSeconds) => unixSeconds is > 0 and < 253_402_300_799;

    private static DateTime Time(long unixSeconds) => DateTimeOffset.FromUnixTimeSeconds(unixSeconds).UtcDateTime;
}
