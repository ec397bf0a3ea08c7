using OtherThing.Core.Results;
using OtherThing.Core.Runs.Journal;

namespace OtherThing.Core.Workspaces;

/// <summary>The tenant: holds members, tasks, flows, keys and nodes.</summary>
public sealed class Workspace : IVersioned
{
    /// <summary>The longest name, in characters.</summary>
    public const int MaxName = 80;

    /// <summary>How long its name may be.</summary>
    public static TextLimit NameLimit { get; } = new(80, MaxName);

    /// <summary>The longest description, in characters.</summary>
    public const int MaxDescription = 2_000;

    /// <summary>How long its description may be.</summary>
    public static TextLimit DescriptionLimit { get; } = new(2_000, MaxDescription);

    /// <summary>The most runs at once that can be asked for.</summary>
    public const int MostConcurrentRuns = 10_000;

    /// <summary>How long a deleted workspace can be brought back.</summary>
    public static readonly TimeSpan RestoreFor = TimeSpan.FromDays(7);

    private Workspace()
    {
    }

    /// <summary>A new workspace; the texts are checked by <see cref="WorkspaceRules"/>.</summary>
    public Workspace(string slug, string name, string description, bool isPrivate, string inviteCode, Guid createdBy, DateTime utcNow)
    {
        Id = Guid.CreateVersion7();
        (Slug, Name, Description, IsPrivate) = (slug, name, description, isPrivate);
        (InviteCode, CreatedBy, CreatedAt) = (inviteCode, createdBy, utcNow);
    }

    /// <summary>Which one.</summary>
    public Guid Id { get; private set; }

    /// <summary>Its name in addresses, unique, lower case; does not change when the workspace is renamed.</summary>
    public string Slug { get; private set; } = "";

    /// <summary>What people call it.</summary>
    public string Name { get; private set; } = "";

    /// <summary>What it is for; may be empty.</summary>
    public string Description { get; private set; } = "";

    /// <summary>False when it is listed in the public directory, where anyone may join as Viewer.</summary>
    public bool IsPrivate { get; private set; }

    /// <summary>The standing invite as Member, shown to those who may invite; made anew with <see cref="RenewInviteCode"/>.</summary>
    public string InviteCode { get; private set; } = "";

    /// <summary>Who made it.</summary>
    public Guid CreatedBy { get; private set; }

    /// <summary>When (UTC).</summary>
    public DateTime CreatedAt { get; private set; }

    /// <summary>When it was deleted (UTC); null while it lives. A deleted workspace exists for nobody.</summary>
    public DateTime? DeletedAt { get; private set; }

    /// <summary>The Owner who offers to hand it over; null while nobody does.</summary>
    public Guid? OfferedBy { get; private set; }

    /// <summary>The Admin it is offered to; null while it is offered to nobody.</summary>
    public Guid? OfferedTo { get; private set; }

    /// <summary>For how many days runs that have ended are kept.</summary>
    public int RetentionDays { get; private set; } = RunRetention.Default.Days;

    /// <summary>How many runs that have ended are kept.</summary>
    public int RetentionRuns { get; private set; } = RunRetention.Default.Runs;

    /// <summary>How long it keeps runs.</summary>
    public RunRetention Retention => new(RetentionDays, RetentionRuns);

    /// <summary>How many of its runs may be under way at once, 1 to 10,000; more stay queued. Null sets no limit.</summary>
    public int? MaxConcurrentRuns { get; private set; }

    /// <summary>The least class of sandbox its jobs run in, of <see cref="Nodes.SandboxClasses.Minima"/>; null for any.</summary>
    public string? LeastSandbox { get; private set; }

    /// <inheritdoc/>
    public Guid Version { get; private set; }

    /// <summary>Takes over what is set in a change.</summary>
    public void Apply(WorkspaceChange change)
    {
        Name = change.Name ?? Name;
        Description = change.Description ?? Description;
        IsPrivate = change.IsPrivate ?? IsPrivate;
        (RetentionDays, RetentionRuns) = (change.Retention?.Days ?? RetentionDays, change.Retention?.Runs ?? RetentionRuns);
        MaxConcurrentRuns = change.MaxConcurrentRuns.Or(MaxConcurrentRuns);
        LeastSandbox = change.LeastSandbox.Or(LeastSandbox);
    }

    /// <summary>Replaces the standing invite; the old code is worth nothing from then on.</summary>
    public void RenewInviteCode(string code) => InviteCode = code;

    /// <summary>Offers to hand it over.</summary>
    public void Offer(Guid ownerId, Guid adminId) => (OfferedBy, OfferedTo) = (ownerId, adminId);

    /// <summary>Takes the offer back, or turns it down.</summary>
    public void EndOffer() => (OfferedBy, OfferedTo) = (null, null);

    /// <summary>Deletes it; it can be brought back for <see cref="RestoreFor"/>.</summary>
    public void Delete(DateTime utcNow) => DeletedAt ??= utcNow;

    /// <summary>Until when a deleted workspace can be brought back (UTC); null while it lives.</summary>
    public DateTime? RestorableUntil => DeletedAt + RestoreFor;

    /// <summary>Brings a deleted workspace back.</summary>
    public void Restore() => DeletedAt = null;
}

/// <summary>What a person says of a new workspace.</summary>
/// <param name="Name">1 to 80 characters.</param>
/// <param name="Description">Up to 2,000 characters; null is empty.</param>
/// <param name="IsPrivate">False lists it in the public directory.</param>
public sealed record WorkspaceDraft(string? Name, string? Description = null, bool IsPrivate = true);

/// <summary>What is to change; null leaves a thing as it is.</summary>
/// <param name="Name">1 to 80 characters.</param>
/// <param name="Description">Up to 2,000 characters.</param>
/// <param name="IsPrivate">Whether it is kept out of the public directory.</param>
/// <param name="Retention">How long runs are kept; keeping less than before takes the right to delete runs (A43).</param>
/// <param name="MaxConcurrentRuns">How many runs may be under way at once, 1 to 10,000; null lifts the limit.</param>
/// <param name="LeastSandbox">The least class of sandbox its jobs run in; null for any.</param>
/// <param name="Version">The version the change was made from; null takes whatever there is.</param>
public sealed record WorkspaceChange(
    string? Name = null, string? Description = null, bool? IsPrivate = null, RunRetentionChange? Retention = null, Optional<int?> MaxConcurrentRuns = default,
    Optional<string?> LeastSandbox = default, Guid? Version = null);
