namespace OtherThing.Core.Runs;

/// <summary>Where a run stands.</summary>
public enum RunStatus
{
    /// <summary>Accepted, not begun.</summary>
    Queued,

    /// <summary>Steps are at work.</summary>
    Running,

    /// <summary>Nothing is at work; a time or a person is waited for.</summary>
    Waiting,

    /// <summary>Ended well.</summary>
    Succeeded,

    /// <summary>Ended by a failed step.</summary>
    Failed,

    /// <summary>Ended by a person.</summary>
    Cancelled,
}

/// <summary>Where an attempt of a step stands.</summary>
public enum StepRunStatus
{
    /// <summary>At work.</summary>
    Running,

    /// <summary>Waits for a time or a person.</summary>
    Waiting,

    /// <summary>Ended well.</summary>
    Succeeded,

    /// <summary>Ended badly.</summary>
    Failed,

    /// <summary>Not needed: its path was not taken.</summary>
    Skipped,

    /// <summary>Stopped with its run.</summary>
    Cancelled,

    /// <summary>Nobody can say whether its effect happened.</summary>
    Unknown,
}

/// <summary>What started a run.</summary>
public enum RunTrigger
{
    /// <summary>A person or a program, by the page, REST or the console.</summary>
    Manual,

    /// <summary>A webhook.</summary>
    Webhook,

    /// <summary>A schedule.</summary>
    Schedule,

    /// <summary>Another run's flow.call.</summary>
    Flow,

    /// <summary>A repetition of an earlier run.</summary>
    Rerun,
}

/// <summary>Asks a status what it means.</summary>
public static class RunStatusExtensions
{
    /// <summary>True once nothing can change any more.</summary>
    public static bool IsFinal(this RunStatus status) =>
        status is RunStatus.Succeeded or RunStatus.Failed or RunStatus.Cancelled;

    /// <summary>True once nothing can change any more.</summary>
    public static bool IsFinal(this StepRunStatus status) => status is not (StepRunStatus.Running or StepRunStatus.Waiting);
}
