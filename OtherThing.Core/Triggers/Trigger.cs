using OtherThing.Core.Steps.Configs;

namespace OtherThing.Core.Triggers;

/// <summary>
/// What lets the world start a published flow: one row per webhook or schedule step. Which version runs and for whom is the flow's
/// own matter; the row keeps what outlives a version, so that an address stays the same from one publish to the next.
/// </summary>
public sealed class Trigger
{
    private Trigger()
    {
    }

    /// <summary>A trigger for a step of a flow.</summary>
    public Trigger(Guid workspaceId, Guid flowId, string stepId, string type, Guid createdBy, DateTime utcNow)
    {
        Id = Guid.CreateVersion7();
        (WorkspaceId, FlowId, StepId, Type, CreatedBy, CreatedAt) = (workspaceId, flowId, stepId, type, createdBy, utcNow);
    }

    /// <summary>Its id.</summary>
    public Guid Id { get; private set; }

    /// <summary>The workspace.</summary>
    public Guid WorkspaceId { get; private set; }

    /// <summary>The flow it starts.</summary>
    public Guid FlowId { get; private set; }

    /// <summary>The step it starts from.</summary>
    public string StepId { get; private set; } = "";

    /// <summary>The step's type: <c>trigger.webhook</c>.</summary>
    public string Type { get; private set; } = "";

    /// <summary>SHA-256 of the address's token, by which a delivery finds it; null for what has no address, and for a webhook that is off.</summary>
    public string? TokenHash { get; private set; }

    /// <summary>The token, sealed by the vault, for showing the address to who may see it.</summary>
    public byte[]? SealedToken { get; private set; }

    /// <summary>True when the published step takes deliveries without a signature.</summary>
    public bool IsUnsigned { get; private set; }

    /// <summary>The cron expression and time zone as published, to see whether they change; null for a webhook, and for a schedule that is off.</summary>
    public string? Plan { get; private set; }

    /// <summary>When it is due next (UTC); null for a webhook and for a schedule that never fires again.</summary>
    public DateTime? NextAt { get; private set; }

    /// <summary>The due time that was settled last (UTC).</summary>
    public DateTime? LastAt { get; private set; }

    /// <summary>The run that started for it; null when none did.</summary>
    public Guid? LastRunId { get; private set; }

    /// <summary>Why none did, in words; null when one did.</summary>
    public string? LastNote { get; private set; }

    /// <summary>Who published the step first.</summary>
    public Guid CreatedBy { get; private set; }

    /// <summary>When (UTC).</summary>
    public DateTime CreatedAt { get; private set; }

    /// <summary>True while a published trigger starts nothing because somebody turned it off: no delivery finds it, no time is due.</summary>
    public bool IsOff => Type == WebhookTriggerConfig.StepType ? TokenHash is null : Plan is null;

    /// <summary>Lets it start nothing until it is turned on again; it keeps its address.</summary>
    public void TurnOff() => (TokenHash, Plan, NextAt) = (null, null, null);

    /// <summary>Lets deliveries to the address it has find it again.</summary>
    /// <param name="tokenHash">See <see cref="TokenHash"/>.</param>
    public void TurnOn(string tokenHash) => TokenHash = tokenHash;

    /// <summary>Gives it an address; an earlier one leads nowhere from then on.</summary>
    /// <param name="tokenHash">See <see cref="TokenHash"/>.</param>
    /// <param name="sealedToken">See <see cref="SealedToken"/>.</param>
    public void SetToken(string tokenHash, byte[] sealedToken) => (TokenHash, SealedToken) = (tokenHash, sealedToken);

    /// <summary>Sets when it fires; a plan that did not change keeps what is due.</summary>
    public void SetSchedule(string plan, DateTime? nextAt)
    {
        if (Plan != plan || NextAt is null)
        {
            (Plan, NextAt) = (plan, nextAt);
        }
    }

    /// <summary>Notes whether the published step asks for a signature.</summary>
    public void SetUnsigned(bool isUnsigned) => IsUnsigned = isUnsigned;
}

/// <summary>A due time that was settled.</summary>
/// <param name="At">The due time (UTC).</param>
/// <param name="RunId">The run that started; null when none did.</param>
public sealed record TriggerFire(DateTime At, Guid? RunId);

/// <summary>A trigger's row with what its flow says about it.</summary>
/// <param name="Trigger">The row.</param>
/// <param name="FlowName">The flow's name.</param>
/// <param name="PublishedRevision">The version that runs; null when none is published.</param>
/// <param name="PublishedBy">The member the run acts for.</param>
public sealed record PublishedTrigger(Trigger Trigger, string FlowName, int? PublishedRevision, Guid? PublishedBy);

/// <summary>A way a flow starts, as it is shown.</summary>
/// <param name="StepId">The step.</param>
/// <param name="Type">Its type.</param>
/// <param name="Url">A webhook's address, <c>/hooks/...</c>; null for other types, before the first publish, and for who may not see it.</param>
/// <param name="IsUnsigned">For a published webhook: true when deliveries need no signature; else null.</param>
public sealed record TriggerView(string StepId, string Type, string? Url = null, bool? IsUnsigned = null)
{
    /// <summary>True when it is published and somebody turned it off.</summary>
    public bool IsOff { get; init; }

    /// <summary>For a published schedule: when it is due next (UTC).</summary>
    public DateTime? NextAt { get; init; }

    /// <summary>For a published schedule: the due time that was settled last (UTC).</summary>
    public DateTime? LastAt { get; init; }

    /// <summary>The run that started for it.</summary>
    public Guid? LastRunId { get; init; }

    /// <summary>Why no run started for it.</summary>
    public string? LastNote { get; init; }
}
