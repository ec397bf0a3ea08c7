using System.Text;
using OtherThing.Core.Results;

namespace OtherThing.Core.Jobs.Kinds;

/// <summary>
/// A kind of work as the server knows it: what it asks of a machine and its owner, and what its spec must hold. Each has a folder beside this
/// file, with the fields of <see cref="JobSpec"/> that are its own.
/// </summary>
public abstract class WorkKind
{
    /// <summary>Which kind.</summary>
    public abstract JobKind Kind { get; }

    /// <summary>The word by which a machine's owner allows it (<c>--allow</c>); null for what needs no leave.</summary>
    public abstract string? Allow { get; }

    /// <summary>True when it runs a program: it then takes its share of a machine, has walls around it and is metered.</summary>
    public virtual bool RunsProgram => true;

    /// <summary>A spec with what the caller left out filled in.</summary>
    public virtual JobSpec Complete(JobSpec spec) => spec;

    /// <summary>Says what is wrong with the fields that are its own.</summary>
    public virtual void Check(JobSpec spec, ICollection<FieldError> wrong)
    {
    }

    /// <summary>Its own field that is larger than it may be, whatever the kind of the job that carries it; null when all fit.</summary>
    public virtual FieldError? FindTooLarge(JobSpec spec) => null;

    internal static int Bytes(string? text) => text is null ? 0 : Encoding.UTF8.GetByteCount(text);
}
