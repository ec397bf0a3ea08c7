using OtherThing.Protocol.V1;

namespace OtherThing.Agent.Attempts.Kinds;

/// <summary>A kind of work as this machine does it. Each has a folder beside this file and a line in <see cref="WorkKinds"/>.</summary>
internal abstract class WorkKind
{
    internal abstract JobKind Kind { get; }

    /// <summary>False for what runs nothing, so that no owner is asked.</summary>
    internal virtual bool NeedsLeave => true;

    /// <summary>The answer of a kind that needs no attempt; null for one that does.</summary>
    internal virtual AttemptEvent? Answer(Assign assign) => null;

    /// <summary>Why the fields of a spec that are its own cannot be worked with; null when they can.</summary>
    internal virtual Refusal? Check(JobSpec spec) => null;

    /// <summary>The program that a shim starts, with its arguments.</summary>
    /// <param name="attempt">What it is for.</param>
    /// <param name="boxed">True when it sees the attempt's folder by the sandbox's own paths.</param>
    internal virtual IReadOnlyList<string> Command(Attempt attempt, bool boxed) => throw new NotSupportedException($"{Kind} starts no program.");

    /// <summary>Puts into the attempt's folder what the program needs.</summary>
    internal virtual void Prepare(Attempt attempt)
    {
    }
}
