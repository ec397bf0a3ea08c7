namespace OtherThing.Core.Access;

/// <summary>Who is asking.</summary>
public enum ActorKind
{
    /// <summary>Nobody is signed in.</summary>
    Anonymous,

    /// <summary>A person, signed in on a page or by a sign-in token.</summary>
    User,

    /// <summary>A personal token, acting for the person who made it within its scopes.</summary>
    Token,

    /// <summary>A webhook or schedule, acting for the member who published the flow.</summary>
    Trigger,

    /// <summary>A step of a run, acting for the member the run was started for.</summary>
    Run,
}

/// <summary>What a personal token may be used for; a sign-in has all of them.</summary>
[Flags]
public enum Scopes
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Look at everything the person may look at.</summary>
    Read = 1,

    /// <summary>Create and change tasks, flows, keys and nodes.</summary>
    Write = 2,

    /// <summary>Start, cancel and decide runs and jobs.</summary>
    Run = 4,

    /// <summary>Manage workspaces, members, invites and tokens.</summary>
    Manage = 8,

    /// <summary>Everything.</summary>
    All = Read | Write | Run | Manage,
}

/// <summary>Who is asking, passed to every service method; rights are looked up per operation and never stored here.</summary>
/// <param name="Kind">How they came in.</param>
/// <param name="UserId">The person they act for; null only for <see cref="ActorKind.Anonymous"/>.</param>
/// <param name="Scopes">What their credential covers.</param>
/// <param name="AuthenticatedAt">When the person last proved who they are (UTC); null when they never did in this credential's life.</param>
public sealed record Actor(ActorKind Kind, Guid? UserId, Scopes Scopes, DateTime? AuthenticatedAt)
{
    /// <summary>The token used, when <see cref="Kind"/> is <see cref="ActorKind.Token"/>.</summary>
    public Guid? TokenId { get; init; }

    /// <summary>How often in a row runs of this server led to this request over HTTP; 0 for everybody else.</summary>
    public int Hops { get; init; }

    /// <summary>The sign-in session the person came in by; null for a token, a trigger and a run.</summary>
    public Guid? SessionId { get; init; }

    /// <summary>Nobody.</summary>
    public static Actor Anonymous { get; } = new(ActorKind.Anonymous, null, Scopes.None, null);

    /// <summary>A signed-in person.</summary>
    public static Actor User(Guid userId, DateTime? authenticatedAt = null) =>
        new(ActorKind.User, userId, Scopes.All, authenticatedAt);

    /// <summary>A personal token.</summary>
    public static Actor Token(Guid userId, Guid tokenId, Scopes scopes) =>
        new(ActorKind.Token, userId, scopes, null) { TokenId = tokenId };

    /// <summary>A trigger that acts for the member who published the flow.</summary>
    public static Actor Trigger(Guid userId) => new(ActorKind.Trigger, userId, Scopes.Read | Scopes.Run, null);

    /// <summary>A step of a run that acts for the member the run was started for.</summary>
    public static Actor Run(Guid userId) => new(ActorKind.Run, userId, Scopes.Read | Scopes.Write | Scopes.Run, null);
}
