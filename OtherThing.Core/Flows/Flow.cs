namespace OtherThing.Core.Flows;

/// <summary>A flow: its draft, and which version is published.</summary>
public sealed class Flow
{
    private Flow()
    {
    }

    /// <summary>A new flow whose draft is <paramref name="definition"/>.</summary>
    public Flow(Guid workspaceId, string name, string description, FlowDocument definition, Guid createdBy, DateTime utcNow)
    {
        Id = Guid.CreateVersion7();
        (WorkspaceId, Name, Description, CreatedBy) = (workspaceId, name, description, createdBy);
        Definition = FlowJson.Write(definition);
        (CreatedAt, UpdatedAt) = (utcNow, utcNow);
    }

    /// <summary>Its id.</summary>
    public Guid Id { get; private set; }

    /// <summary>The workspace it belongs to.</summary>
    public Guid WorkspaceId { get; private set; }

    /// <summary>What people call it.</summary>
    public string Name { get; private set; } = "";

    /// <summary>What it is for.</summary>
    public string Description { get; private set; } = "";

    /// <summary>The draft, as JSON; see <see cref="FlowJson"/>.</summary>
    public string Definition { get; private set; } = "";

    /// <summary>The ids of the last acts of the builder that are in the draft, oldest first, parted by spaces.</summary>
    public string RecentActs { get; private set; } = "";

    /// <summary>The draft's version: rises with every change of the draft and guards against lost edits.</summary>
    public int Revision { get; private set; } = 1;

    /// <summary>The version triggers run; null until first published.</summary>
    public int? PublishedRevision { get; private set; }

    /// <summary>Who published it; triggers act for them.</summary>
    public Guid? PublishedBy { get; private set; }

    /// <summary>See <see cref="FlowSettings.MaxConcurrentRuns"/>.</summary>
    public int? MaxConcurrentRuns { get; private set; }

    /// <summary>See <see cref="FlowSettings.RunTimeoutSeconds"/>.</summary>
    public int? RunTimeoutSeconds { get; private set; }

    /// <summary>See <see cref="FlowSettings.Paused"/>.</summary>
    public bool Paused { get; private set; }

    /// <summary>How it may run; changed by <see cref="IFlowStore.ChangeSettingsAsync"/> alone.</summary>
    public FlowSettings Settings => new(MaxConcurrentRuns, RunTimeoutSeconds, Paused);

    /// <summary>Who made it.</summary>
    public Guid CreatedBy { get; private set; }

    /// <summary>When it was made (UTC).</summary>
    public DateTime CreatedAt { get; private set; }

    /// <summary>When it was last changed (UTC).</summary>
    public DateTime UpdatedAt { get; private set; }

    /// <summary>The draft.</summary>
    public FlowDocument ReadDefinition() => FlowJson.Parse(Definition).Value;

    /// <summary>Changes what is given; a changed draft is a new revision, and so is a new name, so that no edit is lost.</summary>
    public void Change(string? name, string? description, FlowDocument? definition, DateTime utcNow, string? recentActs = null)
    {
        RecentActs = recentActs ?? RecentActs;
        Name = name ?? Name;
        Description = description ?? Description;
        Definition = definition is null ? Definition : FlowJson.Write(definition);
        Revision++;
        UpdatedAt = utcNow;
    }

    /// <summary>Makes the current draft the version that triggers run.</summary>
    public void Publish(Guid publisher, DateTime utcNow) =>
        (PublishedRevision, PublishedBy, UpdatedAt) = (Revision, publisher, utcNow);
}

/// <summary>A version that was published or has run; never changed.</summary>
public sealed class FlowVersion
{
    private FlowVersion()
    {
    }

    /// <summary>Keeps the current draft of a flow.</summary>
    public FlowVersion(Flow flow, Guid createdBy, DateTime utcNow) =>
        (FlowId, WorkspaceId, Number, Definition, CreatedBy, CreatedAt) =
            (flow.Id, flow.WorkspaceId, flow.Revision, flow.Definition, createdBy, utcNow);

    /// <summary>The flow.</summary>
    public Guid FlowId { get; private set; }

    /// <summary>The workspace.</summary>
    public Guid WorkspaceId { get; private set; }

    /// <summary>The revision of the draft it was.</summary>
    public int Number { get; private set; }

    /// <summary>The document, as JSON.</summary>
    public string Definition { get; private set; } = "";

    /// <summary>Who made it by running or publishing.</summary>
    public Guid CreatedBy { get; private set; }

    /// <summary>When (UTC).</summary>
    public DateTime CreatedAt { get; private set; }

    /// <summary>When it was published (UTC); null when it only ran.</summary>
    public DateTime? PublishedAt { get; private set; }

    /// <summary>Marks it as published.</summary>
    public void MarkPublished(DateTime utcNow) => PublishedAt ??= utcNow;
}

/// <summary>A flow in a list, without its document.</summary>
public sealed record FlowSummary(
    Guid Id, string Name, string Description, int Revision, int? PublishedRevision, Guid CreatedBy, DateTime CreatedAt, DateTime UpdatedAt,
    FlowSettings Settings);

/// <summary>A kept version in a list, without its document.</summary>
public sealed record FlowVersionSummary(int Number, Guid CreatedBy, DateTime CreatedAt, DateTime? PublishedAt);

/// <summary>A flow's name and versions.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Name">Its name.</param>
/// <param name="Revision">The draft's version.</param>
/// <param name="PublishedRevision">The version triggers run.</param>
/// <param name="PublishedBy">Who published it.</param>
/// <param name="HasPins">True when the outputs of some of its steps are pinned.</param>
public sealed record FlowHead(Guid Id, string Name, int Revision, int? PublishedRevision, Guid? PublishedBy, bool HasPins = false)
{
    /// <summary>How it may run.</summary>
    public FlowSettings Settings { get; init; } = FlowSettings.None;

    /// <summary>How many runs its workspace lets be under way at once; null for no limit.</summary>
    public int? WorkspaceLimit { get; init; }
}
