namespace OtherThing.Core.Jobs;

/// <summary>What sort of work a job is: the word under which it is stored and sent.</summary>
public enum JobKind
{
    /// <summary>A program with arguments.</summary>
    Command,

    /// <summary>A script given to an interpreter.</summary>
    Script,

    /// <summary>Answered by the agent without a process; measures the way there and back.</summary>
    Noop,
}
