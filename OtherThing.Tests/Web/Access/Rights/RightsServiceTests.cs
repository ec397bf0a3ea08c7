using System.Reflection;
using OtherThing.Core.Access;
using OtherThing.Core.Flows.Editing;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Web.Access.Rights;

/// <summary>The table of rights against every public method that takes an actor, over the services of a running server and its database.</summary>
public sealed class RightsServiceTests(SharedServer server)
{
    /// <summary>Rows that no method of a service asks for, each with the reason.</summary>
    private static readonly Dictionary<string, string> s_without = new()
    {
        ["A04"] = "There is no policy of a workspace yet.",
        ["A05"] = "A workspace cannot be exported yet.",
        ["A06"] = "A workspace cannot be archived yet.",
        ["A10"] = "Not a method: what A09 leaves out of its rows (MemberEndpointsTests).",
        ["A26"] = "There are no attachments yet.",
        ["A33"] = "A flow cannot be copied to another workspace yet.",
        ["A43"] = "Not a method: asked when A03 shortens how long runs are kept (RetentionEndpointsTests).",
        ["A45"] = "There is no prompt beside flows yet.",
        ["A46"] = "There is no command beside flows and jobs yet.",
        ["A47"] = "The console keeps no history on the server yet.",
        ["A49"] = "Not a method: what A48 leaves out of its rows (NodeGatewayTests).",
        ["A58"] = "Agents are updated by their owners, on the machine.",
        ["A60"] = "Nobody: no method gives a value out.",
        ["A62"] = "A key's value cannot be replaced yet; it is removed and added.",
        ["A63"] = "Keys have no scope or budget yet.",
        ["A66"] = "The trail of a key is part of the audit log, A75.",
        ["A67"] = "Nobody: refused by the egress rules whoever asks (A61).",
        ["A71"] = "What a machine contributed is not counted yet.",
        ["A72"] = "There are no budgets yet.",
        ["A73"] = "Usage cannot be exported yet.",
        ["A74"] = "Nobody: no method changes usage.",
        ["A76"] = "Nobody: no method changes the audit log.",
        ["A78"] = "Tokens of others are not listed yet.",
    };

    /// <summary>What takes an actor and guards no row of its own, each with the reason.</summary>
    private static readonly Dictionary<string, string> s_noRow = new()
    {
        ["Door"] = "Is the door.",
        ["AuditLog"] = "Notes what was done and refused.",
        ["AccessWatch"] = "Watches over what the door let in.",
        ["PersonCaps"] = "Counts what is open, whoever it is.",
        ["Administrator"] = "Says who made the first account; it is right to nothing in a workspace.",
        ["FreshSignIns"] = "Says when somebody showed who they are; the door asks it.",
        ["ProfileService"] = "One's own name; the credential is all there is to check (MeEndpoints).",
        ["SecretBroker"] = "Opens a key for A64, which has been asked by then.",
        ["HeaderSecrets"] = "Hides what an actor may not read, in an answer they may have.",
    };

    [Fact]
    public async Task Services_EachRowAndEverybody_AnswerAsTheTableSays()
    {
        await using var scene = await RightsScene.OpenAsync(server);
        List<string> wrong = [];
        var cells = 0;
        foreach (var act in RightsActs.All)
        {
            foreach (var cell in RightsMatrix.CellsOf(act, scene))
            {
                cells++;
                var error = await act.Do(await RightsMatrix.PrepareAsync(cell, scene));
                if (cell.Wrong(error?.Code) is { } mismatch)
                {
                    wrong.Add(mismatch);
                }
            }
        }

        RightsMatrix.AssertNone(wrong, cells, "Services");
    }

    [Fact]
    public void Services_EachMethodThatTakesAnActor_IsTried()
    {
        var there = typeof(Door).Assembly.GetTypes().Where(type => type is { IsPublic: true, IsInterface: false })
            .SelectMany(type => type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly))
            .Where(method =>
                !method.IsSpecialName && method.Name != nameof(Equals) && method.GetParameters().Any(parameter => parameter.ParameterType == typeof(Actor)))
            .GroupBy(method => $"{method.DeclaringType!.Name}.{method.Name}")
            .Where(method => !s_noRow.ContainsKey(method.Key) && !s_noRow.ContainsKey(method.Key.Split('.')[0]))
            .ToDictionary(method => method.Key, method => method.Count());
        var tried = RightsActs.All.GroupBy(act => act.Method).ToDictionary(acts => acts.Key, acts => acts.Count());

        Assert.True(there.Count > 70, $"only {there.Count} methods were found");
        var untried = there.Where(method => tried.GetValueOrDefault(method.Key) < method.Value).Select(method => method.Key).Order().ToList();
        var gone = tried.Keys.Except(there.Keys).Where(name => !name.StartsWith(nameof(FlowEditor), StringComparison.Ordinal)).Order().ToList();
        Assert.True(untried.Count == 0, "Not tried: " + string.Join('\n', untried));
        Assert.True(gone.Count == 0, "Gone: " + string.Join('\n', gone));
    }

    [Fact]
    public void Services_EachRowOfTheTable_IsTriedOrHasAReason() => Assert.Equal(
        Operations.All.Keys.Order(StringComparer.Ordinal),
        RightsActs.All.Select(act => act.Row).Distinct().Concat(s_without.Keys).Order(StringComparer.Ordinal));
}
