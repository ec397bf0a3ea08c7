using Google.Protobuf;
using OtherThing.Core.Jobs;
using OtherThing.Core.Nodes;
using OtherThing.Web.Features.Jobs.Kinds;
using Wire = OtherThing.Protocol.V1;

namespace OtherThing.Web.Gateway;

/// <summary>From the domain to the wire.</summary>
internal static class ServerFrames
{
    public static Wire.ServerFrame Of(NodeCommand command, NodesOptions options, TimeProvider clock) => command switch
    {
        NodeCommand.Welcome welcome => new Wire.ServerFrame { Welcome = Welcome(welcome, options, clock) },
        NodeCommand.BeatAck ack => new Wire.ServerFrame { HeartbeatAck = BeatAck(ack, clock) },
        NodeCommand.Assign assign => new Wire.ServerFrame { Assign = Assign(assign, options) },
        NodeCommand.Cancel cancel => new Wire.ServerFrame
        {
            Cancel = new Wire.Cancel { AttemptId = Id(cancel.Attempt.Id), Fence = (ulong)cancel.Attempt.Fence, Reason = cancel.Reason, GraceS = 1 },
        },
        NodeCommand.Ack ack => new Wire.ServerFrame
        {
            EventAck = new Wire.EventAck { AttemptId = Id(ack.Attempt.Id), Fence = (ulong)ack.Attempt.Fence, EventNo = ack.EventNo, NotYours = ack.NotYours },
        },
        NodeCommand.OpenTunnel open => new Wire.ServerFrame
        {
            OpenTunnel = new Wire.OpenTunnel { TunnelId = Id(open.TunnelId), Endpoint = open.Endpoint, WorkspaceId = Id(open.WorkspaceId) },
        },
        NodeCommand.Rules rules => new Wire.ServerFrame { Policy = Policy(rules.Policy) },
        _ => throw new InvalidOperationException($"No frame for {command.GetType().Name}."),
    };

    public static Wire.ServerFrame GoAway(SessionEnd reason, string text) => new()
    {
        GoAway = new Wire.GoAway
        {
            Reason = reason switch
            {
                SessionEnd.Shutdown => Wire.GoAwayReason.Shutdown,
                SessionEnd.Replaced => Wire.GoAwayReason.Replaced,
                SessionEnd.Revoked => Wire.GoAwayReason.Revoked,
                SessionEnd.Quarantined => Wire.GoAwayReason.Quarantined,
                _ => Wire.GoAwayReason.Refused,
            },
            Text = text,
            RetryAfterMs = reason switch { SessionEnd.Shutdown => 500, SessionEnd.Quarantined => 60_000, _ => 0 },
        },
    };

    private static Wire.Welcome Welcome(NodeCommand.Welcome welcome, NodesOptions options, TimeProvider clock) => new()
    {
        SessionId = Guid.NewGuid().ToString(),
        SessionFence = (ulong)welcome.Fence,
        SessionNonce = ByteString.CopyFrom(Convert.FromHexString(welcome.Nonce)),
        HeartbeatS = (uint)options.HeartbeatSeconds,
        UnreachableS = (uint)options.UnreachableSeconds,
        LeaseS = (uint)options.LeaseSeconds,
        ServerTimeUnixMs = clock.GetUtcNow().ToUnixTimeMilliseconds(),
        Policy = Policy(welcome.Policy),
        Proto = 1,
        Reconcile = { welcome.Verdicts.Select(Reconcile) },
    };

    private static Wire.Reconcile Reconcile(Reconciled verdict) => new()
    {
        AttemptId = Id(verdict.Attempt.Id),
        Fence = (ulong)verdict.Attempt.Fence,
        Verdict = verdict.Verdict switch
        {
            ReconcileVerdict.Keep => Wire.Verdict.Keep,
            ReconcileVerdict.Stop => Wire.Verdict.Stop,
            ReconcileVerdict.SendResult => Wire.Verdict.SendResult,
            _ => Wire.Verdict.Forget,
        },
        StdoutNext = (ulong)verdict.StdoutNext,
        StderrNext = (ulong)verdict.StderrNext,
    };

    private static Wire.HeartbeatAck BeatAck(NodeCommand.BeatAck ack, TimeProvider clock) => new()
    {
        MonoMs = ack.MonoMs,
        ServerTimeUnixMs = clock.GetUtcNow().ToUnixTimeMilliseconds(),
        Renewed =
        {
            ack.Renewed.Select(attempt => new Wire.Renewed
            {
                AttemptId = Id(attempt.Id), Fence = (ulong)attempt.Fence, LeaseLeftMs = (uint)ack.Lease.TotalMilliseconds,
            }),
        },
        NotYours = { ack.NotYours.Select(attempt => new Wire.AttemptRef { AttemptId = Id(attempt.Id), Fence = (ulong)attempt.Fence }) },
    };

    private static Wire.Policy Policy(NodePolicy policy) => new()
    {
        Limits = new Wire.Limits
        {
            CpuMilli = (uint)((policy.Limits.CpuCores ?? 0) * 1000),
            MemoryMb = (ulong)(policy.Limits.MemoryMb ?? 0),
            DiskMb = (ulong)(policy.Limits.StorageMb ?? 0),
            Gpus = (uint)(policy.Limits.GpuCount ?? 0),
        },
        Workspaces = { policy.WorkspaceIds.Select(Id) },
        Draining = policy.Draining,
    };

    private static Wire.Assign Assign(NodeCommand.Assign assign, NodesOptions options) => new()
    {
        AttemptId = Id(assign.Job.AttemptId!.Value),
        JobId = Id(assign.Job.Id),
        WorkspaceId = Id(assign.Job.WorkspaceId),
        Fence = (ulong)assign.Job.Fence,
        LeaseS = (uint)options.LeaseSeconds,
        IdempotencyKey = Id(assign.Job.Id),
        Spec = Spec(assign.Job, assign.MemoryMb, options),
    };

    private static Wire.JobSpec Spec(Job job, long memoryMb, NodesOptions options)
    {
        var demand = job.Spec.Requirements;
        var spec = new Wire.JobSpec
        {
            Limits = new Wire.Limits
            {
                CpuMilli = (uint)((demand.CpuCores ?? 0) * 1000),
                MemoryMb = (ulong)(demand.MemoryMb ?? memoryMb),
                Gpus = (uint)demand.CountGpus(),
                VramMb = (ulong)(demand.VramMb ?? 0),
                WallS = (uint)job.Spec.TimeoutSeconds,
            },
            Net = demand.Network == "full" ? Wire.Network.Full : Wire.Network.None,
            SandboxMin = job.LeastSandbox ?? "",
            Effects = job.Effects switch
            {
                JobEffects.Safe => Wire.Effects.Safe,
                JobEffects.Exclusive => Wire.Effects.Exclusive,
                _ => Wire.Effects.Once,
            },
            ReconnectS = (uint)options.ReconnectSeconds,
            GraceS = 1,
            LogMaxBytes = LogBuffer.MaxBytes,
        };
        JobShapes.Write(job.Kind, job.Spec, spec);
        if (job.Spec.Stdin is { } stdin)
        {
            spec.Stdin = ByteString.CopyFromUtf8(stdin);
        }

        foreach (var (name, value) in job.Spec.Env)
        {
            spec.Env[name] = value;
        }

        return spec;
    }

    private static string Id(Guid id) => id.ToString("D");
}
