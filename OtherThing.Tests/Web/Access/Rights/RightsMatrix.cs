using OtherThing.Core.Access;

namespace OtherThing.Tests.Web.Access.Rights;

/// <summary>One case: an act, who tries it on whose thing, and what the table says.</summary>
/// <param name="Act">The act.</param>
/// <param name="Who">Who tries, for people who read a failure.</param>
/// <param name="Person">Who tries; null when nobody is signed in.</param>
/// <param name="Actor">The same as services see them.</param>
/// <param name="Maker">Whose thing it is done to.</param>
/// <param name="Expected">What the table says.</param>
internal sealed record RightsCell(RightsAct Act, string Who, RightsPerson? Person, Actor Actor, Guid Maker, Verdict Expected)
{
    /// <summary>The code expected of who may.</summary>
    public string? Answer => Person?.Role is { } role && Act.AnswerOf.TryGetValue(role, out var own) ? own : Act.Answer;

    /// <summary>What is wrong with an answer; null when nothing is.</summary>
    public string? Wrong(string? code)
    {
        var verdict = code is not null && code == Answer ? Verdict.Allowed : RightsAct.VerdictOf(code);
        return verdict != Expected ? $"{Act} by {Who}: {verdict} ({code ?? "done"}), the table says {Expected}"
            : verdict == Verdict.Allowed && code != Answer ? $"{Act} by {Who}: answered {code ?? "done"} instead of {Answer ?? "done"}"
            : null;
    }

    public override string ToString() => $"{Act} by {Who}";
}

/// <summary>The table of rights times everything that can be done times everybody who might do it.</summary>
internal static class RightsMatrix
{
    /// <summary>Every case of an act.</summary>
    public static IEnumerable<RightsCell> CellsOf(RightsAct act, RightsScene scene)
    {
        var hasOwn = act.Make is not null && Enum.GetValues<Role>().Any(role => For(act, role) == Grant.Own);
        foreach (var (role, person) in scene.Members)
        {
            var (actor, grant) = (scene.Fresh(person), For(act, role));
            if (!act.IsAlwaysOwn)
            {
                yield return new(
                    act, hasOwn ? $"{role} on another's" : $"{role}", person, actor, scene.Other.Id, grant == Grant.Allow ? Verdict.Allowed : act.Denied);
            }

            if (hasOwn || act.IsAlwaysOwn)
            {
                yield return new(act, $"{role} on their own", person, actor, person.Id, grant == Grant.Deny ? act.Denied : Verdict.Allowed);
            }

            // A right that is not there is refused as such, before anybody is asked to sign in again.
            if (RightsRowOf(act) is { IsFresh: true } && (grant != Grant.Deny || act.Denied != Verdict.Forbidden))
            {
                yield return new(act, $"{role} whose sign-in is old", person, actor with { AuthenticatedAt = null }, person.Id, Verdict.SignInAgain);
            }

            if (grant != Grant.Deny)
            {
                yield return new(
                    act, $"a token of {role} without its scope", person, Actor.Token(person.Id, Guid.CreateVersion7(), Scopes.None), person.Id,
                    Verdict.LacksScope);
            }
        }

        foreach (var outsider in scene.Outsiders)
        {
            yield return new(
                act, $"somebody {outsider.Name}", outsider, scene.Fresh(outsider), act.IsAlwaysOwn ? outsider.Id : scene.Other.Id,
                act.IsForAnybody ? Verdict.Allowed : Verdict.NotSeen);
        }

        yield return new(act, "nobody signed in", null, Actor.Anonymous, scene.Other.Id, Verdict.NotSignedIn);
    }

    /// <summary>Makes what the case is about.</summary>
    public static async Task<RightsCall> PrepareAsync(RightsCell cell, RightsScene scene)
    {
        if (cell.Act.Disturbs)
        {
            await scene.ResetAsync();
        }

        var thing = cell.Act.Make is { } make ? await make(scene, cell.Maker) : Guid.CreateVersion7();
        return new RightsCall(scene, cell.Actor, scene.WorkspaceId, thing);
    }

    /// <summary>Says how much was looked at, and fails naming every mismatch.</summary>
    public static void AssertNone(IReadOnlyCollection<string> wrong, int cells, string surface)
    {
        TestContext.Current.TestOutputHelper?.WriteLine($"{surface}: {cells} cells, {wrong.Count} mismatches");
        Assert.True(wrong.Count == 0, $"{surface}: {cells} cells, {wrong.Count} mismatches\n{string.Join('\n', wrong)}");
        Assert.True(cells > 0);
    }

    private static RightsRow? RightsRowOf(RightsAct act) => RightsTable.Rows.GetValueOrDefault(act.Row);

    // What belongs to no workspace asks for no role in one; A91 is a row that the code has beyond the table.
    private static Grant For(RightsAct act, Role role) =>
        act.IsForAnybody ? Grant.Allow : act.Row == "A91" ? Operations.UsageRecord.For(role) : RightsTable.Rows[act.Row].For(role);
}
