using System.Text.Json;
using OtherThing.Agent.Attempts.Kinds;
using OtherThing.Agent.ControlGroups;
using OtherThing.Agent.Machine;
using OtherThing.Agent.Native;
using OtherThing.Agent.Platforms;
using OtherThing.Agent.Sandboxes;
using OtherThing.Agent.Shims;
using OtherThing.Protocol.V1;

namespace OtherThing.Agent.Attempts;

/// <summary>What becomes of an attempt while it runs.</summary>
internal interface IAttemptEvents
{
    void Started(Attempt attempt);

    void MoreOutput(Attempt attempt);

    /// <summary>It is over; null: nobody can say how.</summary>
    void Ended(Attempt attempt, ShimExit? exit);
}

/// <summary>Runs attempts under shims, and follows those that an earlier agent started.</summary>
internal sealed class AttemptRunner(ShimPool pool, SandboxReport sandbox, JobUsers? users, JobGroups? groups, TimeProvider clock)
{
    private const int Tries = 5;
    private static readonly TimeSpan s_lookAtAdopted = TimeSpan.FromMilliseconds(150);

    internal async Task RunAsync(Attempt attempt, Limits caps, IAttemptEvents events, CancellationToken cancellationToken)
    {
        ShimSpec spec;
        try
        {
            attempt.User = users?.Take();
            spec = SpecBuilder.Build(attempt, caps, Environment.TickCount64)
                with
            { ClosesNamespaces = sandbox.ClosesNamespaces, ControlGroup = groups?.Of(attempt.Id) };
            Prepare(attempt, spec);
        }
        catch (Exception ex) when (ex is IOException or UnauthorizedAccessException)
        {
            events.Ended(attempt, new ShimExit { Started = false, ExitCode = 126, ReasonCode = "no_disk", Reason = ex.Message });
            return;
        }

        for (var left = Tries; left > 0; left--)
        {
            var shim = await pool.RentAsync(cancellationToken);
            if (!TryTake(attempt, shim))
            {
                pool.Return(shim);
                events.Ended(attempt, new ShimExit { Started = false, Killed = attempt.KillReason });
                return;
            }

            try
            {
                await shim.SendAsync(spec, cancellationToken);
            }
            catch (IOException)
            {
                // It died while it was idle; what it never heard of can be given to another.
            }

            if (await FollowAsync(attempt, shim, events, cancellationToken))
            {
                return;
            }
        }

        events.Ended(
            attempt,
            new ShimExit { Started = false, ExitCode = 126, ReasonCode = "no_supervisor", Reason = "The machine cannot start a supervisor for it." });
    }

    /// <summary>Follows an attempt by its files, to its end.</summary>
    internal async Task AdoptAsync(Attempt attempt, IAttemptEvents events, CancellationToken cancellationToken)
    {
        while (attempt.Files.ReadExit() is null && attempt.Files.ReadClaim() is { } claim && ProcessTable.IsAlive(claim.Pid, claim.StartTime))
        {
            events.MoreOutput(attempt);
            await Task.Delay(s_lookAtAdopted, clock, cancellationToken);
        }

        events.Ended(attempt, attempt.Files.ReadExit() ?? KillLeftovers(attempt));
    }

    /// <summary>Takes up an attempt of an earlier agent: its user stays its own.</summary>
    internal void Recover(Attempt attempt)
    {
        attempt.User = attempt.Files.ReadUser();
        if (attempt.User is { } user)
        {
            users?.Adopt(user);
        }
    }

    /// <summary>The attempt is over and wiped.</summary>
    internal void Forget(Attempt attempt)
    {
        if (groups is not null)
        {
            // Its supervisor has done so, unless it was killed or the kernel was slow to let go.
            JobGroup.TryRemove(groups.Of(attempt.Id), patienceMs: 0);
        }

        if (attempt.User is { } user)
        {
            users?.Return(user);
        }
    }

    private static void Prepare(Attempt attempt, ShimSpec spec)
    {
        DataDirectory.CreateForAttempt(attempt.Files.Directory);
        if (attempt.User is { } user)
        {
            attempt.Files.WriteUser(user);
        }

        attempt.Files.WriteWalls(new ShimWalls { Sandbox = attempt.Sandbox, Network = attempt.Network });
        spec.CreateWorkDirectory();
        WorkKinds.Of(attempt.Assign.Spec.Kind).Prepare(attempt);
    }

    /// <summary>The control groups of attempts that are none of these.</summary>
    internal IEnumerable<string> StrangeGroups(IEnumerable<string> attemptIds) => groups?.Strangers(attemptIds) ?? [];

    private static bool TryTake(Attempt attempt, Shim shim)
    {
        lock (attempt.Gate)
        {
            attempt.Shim = attempt.KillReason is null ? shim : null;
            return attempt.Shim is not null;
        }
    }

    /// <summary>False when the shim went away before it had begun.</summary>
    private async Task<bool> FollowAsync(Attempt attempt, Shim shim, IAttemptEvents events, CancellationToken cancellationToken)
    {
        while (await shim.ReceiveAsync(cancellationToken) is { } word)
        {
            if (word.Kind == ShimFrameKind.Started)
            {
                events.Started(attempt);
            }
            else if (word.Kind == ShimFrameKind.Output)
            {
                events.MoreOutput(attempt);
            }
            else if (word.Kind == ShimFrameKind.Ended)
            {
                LetGo(attempt);
                pool.Return(shim);
                var exit = JsonSerializer.Deserialize(word.Body, ShimJson.Default.ShimExit)!;
                if (exit.ReasonCode == "already_started")
                {
                    // By a shim of the agent before this one.
                    await AdoptAsync(attempt, events, cancellationToken);
                    return true;
                }

                events.Ended(attempt, exit);
                return true;
            }
        }

        LetGo(attempt);
        pool.Discard(shim);
        if (!attempt.Files.IsClaimed)
        {
            return false;
        }

        events.Ended(attempt, attempt.Files.ReadExit() ?? KillLeftovers(attempt));
        return true;
    }

    private static void LetGo(Attempt attempt)
    {
        lock (attempt.Gate)
        {
            attempt.Shim = null;
        }
    }

    /// <summary>The shim is dead without a word: what it started must not live on unseen. Nobody knows how far it came.</summary>
    private ShimExit? KillLeftovers(Attempt attempt)
    {
        if (groups is not null)
        {
            JobGroup.TryRemove(groups.Of(attempt.Id), patienceMs: 0);
        }

        if (attempt.Files.ReadChild() is { } child)
        {
            Platform.Current.EndLeftovers(child);
        }

        if (attempt.User is { } user)
        {
            users?.EndProcesses(user);
        }

        return null;
    }
}
