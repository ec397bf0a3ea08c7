using System.CommandLine;
using System.Diagnostics;
using System.Text.Json;
using OtherThing.Lab.Processes;

namespace OtherThing.Lab.Webhooks;

/// <summary><c>webhooks</c>: every delivery is sent three times at once, and starts exactly one run.</summary>
internal static class WebhooksCommand
{
    private const int Repeats = 3;

    private const string Flow = """
        {"steps":[{"id":"hook","type":"trigger.webhook"},{"id":"out","type":"output","config":{"value":"{{ input.body.n }}"}}],"connections":[{"from":"hook","to":"out"}]}
        """;

    public static Command Create()
    {
        var server = new Option<string>("--server") { Description = "Folder of a Release build of OtherThing.Web", Required = true };
        var count = new Option<int>("--deliveries") { Description = "How many deliveries", DefaultValueFactory = _ => 10_000 };
        var atOnce = new Option<int>("--at-once") { Description = "How many of them at the same time", DefaultValueFactory = _ => 16 };
        var command = new Command("webhooks", "Sends each delivery three times in parallel and counts the runs, also after a kill.") { server, count, atOnce };
        command.SetAction((parsed, cancellationToken) =>
            MeasureAsync(parsed.GetValue(server)!, parsed.GetValue(count), parsed.GetValue(atOnce), cancellationToken));
        return command;
    }

    private static async Task<int> MeasureAsync(string serverDirectory, int count, int atOnce, CancellationToken cancellationToken)
    {
        var figures = new Figures();
        await using var server = new ServerProcess(serverDirectory);
        await server.StartAsync(cancellationToken);
        await server.SignInAsync(cancellationToken);
        var workspace = await server.CreateWorkspaceAsync("Lab", cancellationToken);
        var hook = await server.PublishHookAsync(workspace, Flow, cancellationToken);

        var answers = new string[count];
        var disagreements = 0;
        var watch = Stopwatch.StartNew();
        await Parallel.ForEachAsync(
            Enumerable.Range(0, count),
            new ParallelOptions { MaxDegreeOfParallelism = atOnce, CancellationToken = cancellationToken },
            async (i, token) =>
            {
                var runs = await Task.WhenAll(Enumerable.Range(0, Repeats).Select(_ => DeliverAsync(server, hook, i, token)));
                answers[i] = runs[0];
                if (runs.Distinct().Count() != 1)
                {
                    Interlocked.Increment(ref disagreements);
                }
            });
        figures.AtMost("deliveries a second, each sent three times", count / watch.Elapsed.TotalSeconds, "1/s");

        // A sender that saw no answer sends again, also to a server that died in between.
        await server.KillAsync();
        await server.StartAsync(cancellationToken);
        foreach (var i in Enumerable.Range(0, Math.Min(count, 100)))
        {
            disagreements += await DeliverAsync(server, hook, i, cancellationToken) == answers[i] ? 0 : 1;
        }

        var (runs, succeeded) = await CountAsync(server, workspace, cancellationToken);
        figures.Exactly("runs", runs, "runs", count);
        figures.Exactly("runs that succeeded", succeeded, "runs", count);
        figures.Exactly("different runs answered", answers.Distinct().Count(), "runs", count);
        figures.Exactly("deliveries whose answers differ", disagreements, "deliveries", 0);
        return figures.ExitCode;
    }

    private static async Task<string> DeliverAsync(ServerProcess server, string hook, int delivery, CancellationToken cancellationToken)
    {
        var answer = await server.DeliverAsync(hook, $$"""{"n":{{delivery}}}""", cancellationToken, $"delivery-{delivery}");
        return JsonDocument.Parse(answer).RootElement.GetProperty("runId").GetString()!;
    }

    private static async Task<(int All, int Succeeded)> CountAsync(ServerProcess server, string workspace, CancellationToken cancellationToken)
    {
        var (all, succeeded, cursor) = (0, 0, (string?)null);
        do
        {
            var page = await server.GetAsync(
                $"/workspaces/{workspace}/runs?limit=200" + (cursor is null ? "" : "&cursor=" + Uri.EscapeDataString(cursor)), cancellationToken);
            all += page.GetProperty("items").GetArrayLength();
            succeeded += page.GetProperty("items").EnumerateArray().Count(run => run.GetProperty("status").GetString() == "succeeded");
            cursor = page.GetProperty("next").GetString();
        }
        while (cursor is not null);
        return (all, succeeded);
    }
}
