using OtherThing.Agent.Attempts.Kinds;
using OtherThing.Agent.Machine;
using OtherThing.Agent.Platforms;
using OtherThing.Agent.Sandboxes;
using OtherThing.Agent.Shims;
using OtherThing.Protocol.V1;

namespace OtherThing.Agent.Attempts;

/// <summary>Turns what the server asked for into what a shim runs, within the caps.</summary>
internal static class SpecBuilder
{
    private const int MostGraceMs = 1_500;
    private const int DefaultGraceMs = 1_000;

    // What holds for a job for which nobody says anything else. Its memory and disk are its share of what is lent: see Capacity.
    private const uint UsualProcesses = 256;
    private const uint UsualWallS = 3_600;
    private const int MostOpenFiles = 4_096;

    // Of what it prints little is kept; a job that prints without end is stopped all the same.
    private const long MostOutputBytes = 2L << 30;

    internal static ShimSpec Build(Attempt attempt, Limits caps, long receivedAtMs)
    {
        var (assign, spec) = (attempt.Assign, attempt.Assign.Spec);
        var asked = spec.Limits ?? new Limits();
        var boxed = SandboxClass.IsBoxed(attempt.Sandbox);
        var wallS = Capacity.Lower(asked.WallS > 0 ? asked.WallS : UsualWallS, caps.WallS);
        var cores = CoresFor(asked.CpuMilli, caps.CpuMilli, attempt.Id);
        var cpuCount = cores.Length > 0 ? cores.Length : Environment.ProcessorCount;
        return new ShimSpec
        {
            AttemptId = attempt.Id,
            Directory = attempt.Files.Directory,
            Sandbox = attempt.Sandbox,
            Argv = WorkKinds.Of(spec.Kind).Command(attempt, boxed),
            Env = Env(attempt, boxed),
            Stdin = spec.Stdin.ToByteArray(),
            User = attempt.User,
            HasNetwork = attempt.Network == NetworkReach.Full,
            ReachesPrivate = attempt.ReachesPrivate,
            MemoryBytes = (long)(attempt.Reservation?.MemoryMb ?? 0) << 20,
            DiskBytes = (long)(attempt.Reservation?.DiskMb ?? 0) << 20,
            MaxProcesses = (int)Capacity.Lower(asked.Pids > 0 ? asked.Pids : UsualProcesses, caps.Pids),
            MaxOpenFiles = MostOpenFiles,
            OutputMaxBytes = MostOutputBytes,
            CpuMilli = Capacity.Lower(asked.CpuMilli, caps.CpuMilli),
            CpuSeconds = wallS > 0 ? (long)wallS * cpuCount : 0,
            Cores = cores,
            Devices = attempt.Reservation is { Gpus.Count: > 0 } ? Platform.Current.GpuDevices() : [],
            WallMs = (long)wallS * 1000,
            GraceMs = spec.GraceS == 0 ? DefaultGraceMs : Math.Min(MostGraceMs, (int)Math.Min(spec.GraceS, 2) * 1000),
            LogMaxBytes = attempt.LogMaxBytes,
            LeaseUntilMs = spec.Effects == Effects.Exclusive ? receivedAtMs + (assign.LeaseS * 1000L) : null,
        };
    }

    private static Dictionary<string, string> Env(Attempt attempt, bool boxed)
    {
        var work = boxed ? Bubblewrap.WorkDirectory : Path.Combine(attempt.Files.Directory, "work");
        var env = Platform.Current.JobEnvironment(work, temporary: boxed ? "/tmp" : work);
        foreach (var (name, value) in attempt.Assign.Spec.Env)
        {
            env[name] = value;
        }

        env["OT_JOB_ID"] = attempt.Assign.JobId;
        env["OT_ATTEMPT_ID"] = attempt.Id;
        env["OT_IDEMPOTENCY_KEY"] = attempt.Assign.IdempotencyKey is { Length: > 0 } key ? key : attempt.Assign.JobId;
        if (attempt.Reservation is { } reservation)
        {
            env["CUDA_VISIBLE_DEVICES"] = string.Join(',', reservation.Gpus);
        }

        return env;
    }

    private static int[] CoresFor(uint askedMilli, uint capMilli, string attemptId)
    {
        var cores = MachineFacts.Cores;
        var lent = capMilli > 0 ? Math.Min(cores.Count, (int)((capMilli + 999) / 1000)) : cores.Count;
        var wanted = askedMilli > 0 ? Math.Min(lent, (int)((askedMilli + 999) / 1000)) : lent;
        if (wanted == cores.Count)
        {
            return [];
        }

        // Spread over what is lent, so that two small jobs do not share a core while another is idle.
        var first = (int)((uint)attemptId.GetHashCode(StringComparison.Ordinal) % (uint)Math.Max(1, lent));
        return [.. Enumerable.Range(0, wanted).Select(i => cores[(first + i) % lent])];
    }
}
