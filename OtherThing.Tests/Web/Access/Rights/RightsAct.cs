using OtherThing.Core.Access;
using OtherThing.Core.Results;

namespace OtherThing.Tests.Web.Access.Rights;

/// <summary>One try: who does it, where, and to what.</summary>
internal sealed record RightsCall(RightsScene Scene, Actor Actor, Guid WorkspaceId, Guid Thing)
{
    public T Get<T>()
        where T : notnull => Scene.Get<T>();
}

/// <summary>What somebody may be answered, as far as rights go.</summary>
internal enum Verdict
{
    Allowed,
    NotSignedIn,
    NotSeen,
    Forbidden,
    SignInAgain,
    LacksScope,
}

/// <summary>One thing that can be done, by a method of a service and, where there are, by an endpoint and a command.</summary>
/// <param name="Row">The row of the table that guards it.</param>
/// <param name="Method">The method: <c>FlowService.DeleteAsync</c>.</param>
/// <param name="Do">Does it.</param>
internal sealed record RightsAct(string Row, string Method, Func<RightsCall, Task<Error?>> Do)
{
    /// <summary>Makes what it is done to, belonging to somebody; null where it is done to nothing of anybody.</summary>
    public Func<RightsScene, Guid, Task<Guid>>? Make { get; init; }

    /// <summary>The code of the answer to who may; null when it succeeds.</summary>
    public string? Answer { get; init; }

    /// <summary>Whether it belongs to no workspace, so that whoever is signed in may do it.</summary>
    public bool IsForAnybody { get; init; }

    /// <summary>Whether it changes who is a member, or the workspace itself.</summary>
    public bool Disturbs { get; init; }

    /// <summary>Whether it can be done to nothing but one's own, so that there is no case of another's.</summary>
    public bool IsAlwaysOwn { get; init; }

    /// <summary>Another answer than <see cref="Answer"/> for a role.</summary>
    public IReadOnlyDictionary<Role, string?> AnswerOf { get; init; } = new Dictionary<Role, string?>();

    /// <summary>What those are told who may not: that they may not, or that there is no such thing.</summary>
    public Verdict Denied { get; init; } = Verdict.Forbidden;

    /// <summary>The name of the endpoint that does the same.</summary>
    public string? Endpoint { get; init; }

    /// <summary>Parameters of its address that are not the thing.</summary>
    public Func<RightsCall, Dictionary<string, object>> Address { get; init; } = _ => [];

    /// <summary>The query of its address.</summary>
    public string Query { get; init; } = "";

    /// <summary>The body of its request; null sends an empty one where one is taken.</summary>
    public Func<RightsCall, object>? Body { get; init; }

    /// <summary>The line of the console that does the same; its first words are the command.</summary>
    public Func<RightsCall, string>? Line { get; init; }

    public override string ToString() => $"{Row} {Method}";

    /// <summary>What a stable code says about rights; a code that says something else is no refusal of the right.</summary>
    public static Verdict VerdictOf(string? code) => code switch
    {
        "access.unauthenticated" => Verdict.NotSignedIn,
        "access.reauthenticate" => Verdict.SignInAgain,
        "access.scope" => Verdict.LacksScope,
        "access.forbidden" or "node.owner_only" => Verdict.Forbidden,
        "workspace.not_found" or "node.not_found" => Verdict.NotSeen,
        _ => Verdict.Allowed,
    };
}
