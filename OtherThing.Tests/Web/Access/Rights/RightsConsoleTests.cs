using OtherThing.Core.Access;
using OtherThing.Core.Console;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Web.Access.Rights;

/// <summary>The table of rights against every command of the console: a line may do what the service may, and who has no console nothing.</summary>
public sealed class RightsConsoleTests(SharedServer server)
{
    [Fact]
    public async Task Console_EachCommandAndEverybody_AnswerAsTheTableSays()
    {
        await using var scene = await RightsScene.OpenAsync(server);
        var console = scene.Get<ConsoleService>();
        List<string> wrong = [];
        var cells = 0;
        foreach (var act in RightsActs.All.Where(act => act.Line is not null))
        {
            foreach (var cell in RightsMatrix.CellsOf(act, scene).Select(Through))
            {
                cells++;
                var call = await RightsMatrix.PrepareAsync(cell, scene);
                var line = act.Line!(call);
                var said = await console.ExecuteAsync(cell.Actor, call.WorkspaceId, line, TestContext.Current.CancellationToken);
                if (cell.Wrong(said.Error?.Code ?? (said.Value.ExitCode == 0 ? null : said.Value.Code)) is { } mismatch)
                {
                    wrong.Add($"{mismatch} ({line}{(said.IsSuccess ? ": " + said.Value.Text : "")})");
                }
            }
        }

        RightsMatrix.AssertNone(wrong, cells, "Console");
    }

    [Fact]
    public async Task Console_EachCommand_IsTried()
    {
        await using var scene = await RightsScene.OpenAsync(server);
        var call = new RightsCall(scene, Actor.Anonymous, scene.WorkspaceId, Guid.Empty);
        var commands = scene.Get<ConsoleService>().Complete("");
        var lines = RightsActs.All.Where(act => act.Line is not null).Select(act => act.Line!(call)).ToList();

        // The longest name that a line begins with is its command: "run show …" is no "run …".
        var tried =
            lines.Select(line => commands.Where(name => line == name || line.StartsWith(name + " ", StringComparison.Ordinal)).MaxBy(name => name.Length));

        Assert.Equal("", string.Join('\n', commands.Except(tried.OfType<string>())));
    }

    /// <summary>Who may not have the console (A44) is refused whatever the line is.</summary>
    private static RightsCell Through(RightsCell cell) =>
        cell.Person?.Role is { } role && RightsTable.Rows[Operations.ConsoleUse.Id].For(role) == Grant.Deny ? cell with { Expected = Verdict.Forbidden } : cell;
}
