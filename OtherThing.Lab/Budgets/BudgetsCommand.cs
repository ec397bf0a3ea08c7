using System.CommandLine;
using System.Diagnostics;
using System.Text.Json;
using OtherThing.Lab.Processes;

namespace OtherThing.Lab.Budgets;

/// <summary><c>budgets</c>: flows that would take the whole server are stopped by name, and nobody else notices.</summary>
internal static class BudgetsCommand
{
    private const double MostSeconds = 10;
    private const double MostMemory = 200;
    private const double MostRead = 200;

    public static Command Create()
    {
        var server = new Option<string>("--server") { Description = "Folder of a Release build of OtherThing.Web", Required = true };
        var command = new Command(
            "budgets", "Nested maps, flows and webhooks that call themselves: time to the named error, memory, and reads of others meanwhile.") { server };
        command.SetAction((parsed, cancellationToken) => MeasureAsync(parsed.GetValue(server)!, cancellationToken));
        return command;
    }

    private static async Task<int> MeasureAsync(string serverDirectory, CancellationToken cancellationToken)
    {
        var figures = new Figures();
        await using var server = new ServerProcess(serverDirectory, ("Egress__AllowPrivate", ServerProcess.Itself));
        await server.StartAsync(cancellationToken);
        await server.SignInAsync(cancellationToken);
        var workspace = await server.CreateWorkspaceAsync("Greedy", cancellationToken);
        using var other = await server.SignInAsync("second@example.org", cancellationToken);
        var reader = new Bystander(server, other, await ServerProcess.CreateWorkspaceAsync(other, "Quiet", cancellationToken));
        await reader.DuringAsync(WarmUpAsync(server, workspace, cancellationToken), cancellationToken);
        figures.AtMost("reads of others, nobody else at work, p95", Figures.Percentile(reader.Times, 0.95), "ms");

        var maps = "";
        foreach (var (atOnce, value, code) in new[] { (40, "\"{{ input.items }}\"", "run.limit.bytes"), (10, "\"{{ item }}\"", "run.limit.steps") })
        {
            maps = await server.CreateFlowAsync(workspace, BudgetFlows.NestedMaps(atOnce, value), cancellationToken);
            await AttackAsync(
                figures, reader, server, $"four nested maps of 40, {atOnce} at once", code,
                token => RunAsync(server, workspace, maps, BudgetFlows.Forty, brief: true, token), cancellationToken);
        }

        foreach (var onItemError in new[] { "fail", "skip" })
        {
            var calls = await server.CreateFlowAsync(workspace, BudgetFlows.CallsItself(onItemError), cancellationToken);
            await AttackAsync(
                figures, reader, server, $"flow that calls itself in a map of three, on item error {onItemError}",
                onItemError == "fail" ? "flow.call_too_deep" : "run.limit.calls", token => RunAsync(server, workspace, calls, "{}", brief: false, token),
                cancellationToken);
        }

        var hook = await server.PublishHookAsync(workspace, BudgetFlows.HookCallsItself, cancellationToken);
        await AttackAsync(figures, reader, server, "webhook that calls itself in a map of three", "run.limit.hops", token =>
            DeliverAsync(server, workspace, hook, token), cancellationToken);
        await CancelAsync(figures, server, workspace, maps, cancellationToken);
        return figures.ExitCode;
    }

    private static async Task AttackAsync(
        Figures figures, Bystander reader, ServerProcess server, string name, string code, Func<CancellationToken, Task<string>> attack,
        CancellationToken cancellationToken)
    {
        var (before, began) = (server.MemoryMiB, Stopwatch.GetTimestamp());
        var named = await reader.DuringAsync(attack(cancellationToken), cancellationToken);
        figures.Exactly($"{name}: ends with {code}{(named == code ? "" : $", not {named}")}", named == code ? 1 : 0, "", 1);
        figures.AtMost($"{name}: until the named error", Stopwatch.GetElapsedTime(began).TotalSeconds, "s", MostSeconds);
        figures.AtMost($"{name}: memory grown", reader.MostMemory - before, "MiB", MostMemory);
        figures.AtMost($"{name}: reads of others, p95", Figures.Percentile(reader.Times, 0.95), "ms", MostRead);
    }

    private static async Task<bool> WarmUpAsync(ServerProcess server, string workspace, CancellationToken cancellationToken)
    {
        var flow = await server.CreateFlowAsync(workspace, Engine.EngineFlows.DataSets(40), cancellationToken);
        for (var i = 0; i < 500; i++)
        {
            await server.PostAsync($"/workspaces/{workspace}/flows/{flow}/runs?wait=60", """{"input":{"n":1}}""", cancellationToken);
        }

        return true;
    }

    /// <returns>The code of the run's error; the run can be seen from its start on.</returns>
    private static async Task<string> RunAsync(
        ServerProcess server, string workspace, string flow, string input, bool brief, CancellationToken cancellationToken)
    {
        var started = await server.PostAsync($"/workspaces/{workspace}/flows/{flow}/runs", input, cancellationToken);
        var id = started.GetProperty("id").GetString();
        JsonElement run = default;
        await Until.HoldsAsync(
            async () =>
            {
                // Alone with its steps where they are few; from the list, where it is the only one of its flow, where they are many.
                run = brief
                    ? (await server.GetAsync($"/workspaces/{workspace}/runs?flowId={flow}&limit=1", cancellationToken)).GetProperty("items")[0]
                    : await server.GetAsync($"/workspaces/{workspace}/runs/{id}", cancellationToken);
                return IsFinal(run);
            },
            "the run has ended",
            cancellationToken);
        return CodeOf(run);
    }

    /// <returns>The code with which the innermost run of the chain was stopped.</returns>
    private static async Task<string> DeliverAsync(ServerProcess server, string workspace, string hook, CancellationToken cancellationToken)
    {
        await server.DeliverAsync(hook, JsonSerializer.Serialize(new { url = new Uri(server.Address, hook) }), cancellationToken);
        var failed = await server.GetAsync($"/workspaces/{workspace}/runs?status=failed&limit=1", cancellationToken);
        return CodeOf(failed.GetProperty("items")[0]);
    }

    private static async Task CancelAsync(Figures figures, ServerProcess server, string workspace, string flow, CancellationToken cancellationToken)
    {
        var id = (await server.PostAsync($"/workspaces/{workspace}/flows/{flow}/runs", BudgetFlows.Forty, cancellationToken)).GetProperty("id").GetString();
        var began = Stopwatch.GetTimestamp();
        var cancelled = await server.PostAsync($"/workspaces/{workspace}/runs/{id}/cancel", "{}", cancellationToken);
        figures.AtMost("cancel of four nested maps at work", Stopwatch.GetElapsedTime(began).TotalSeconds, "s", 2);
        figures.Exactly("four nested maps at work: cancelled", cancelled.GetProperty("status").GetString() == "cancelled" ? 1 : 0, "", 1);
    }

    private static bool IsFinal(JsonElement run) => run.GetProperty("status").GetString() is "succeeded" or "failed" or "cancelled";

    private static string CodeOf(JsonElement run) =>
        run.GetProperty("error") is { ValueKind: JsonValueKind.Object } error ? error.GetProperty("code").GetString()! : run.GetProperty("status").GetString()!;
}
