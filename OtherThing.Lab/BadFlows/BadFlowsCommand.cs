using System.CommandLine;
using System.Diagnostics;
using System.Net;
using System.Text;
using System.Text.Json;
using OtherThing.Lab.Processes;

namespace OtherThing.Lab.BadFlows;

/// <summary><c>badflows</c>: how long a real server takes to refuse each broken flow, over REST.</summary>
internal static class BadFlowsCommand
{
    private const int Rounds = 5;

    public static Command Create()
    {
        var server = new Option<string>("--server") { Description = "Folder of a Release build of OtherThing.Web", Required = true };
        var command = new Command("badflows", "Time to refuse each broken flow; no answer takes longer than 50 ms.") { server };
        command.SetAction((parsed, cancellationToken) => MeasureAsync(parsed.GetValue(server)!, cancellationToken));
        return command;
    }

    private static async Task<int> MeasureAsync(string serverDirectory, CancellationToken cancellationToken)
    {
        var figures = new Figures();
        await using var server = new ServerProcess(serverDirectory, ("ASPNETCORE_ENVIRONMENT", "Development"));
        await server.StartAsync(cancellationToken);
        await server.SignInAsync(cancellationToken);
        var workspace = await server.CreateWorkspaceAsync("Lab", cancellationToken);
        var (accepted, worst, worstName, all) = (new List<string>(), 0.0, "", new List<double>());
        // Over REST a flow that is null is none, which makes an empty one.
        foreach (var bad in BadFlowCorpus.All.Where(bad => bad.Document != "null"))
        {
            // The best of some rounds: the first pays for compiling, and the machine has other things to do.
            var best = double.MaxValue;
            for (var round = 0; round < Rounds; round++)
            {
                var (milliseconds, refused) = await TryAsync(server, workspace, bad, cancellationToken);
                if (!refused && !accepted.Contains(bad.Name))
                {
                    accepted.Add(bad.Name);
                }

                best = Math.Min(best, milliseconds);
            }

            all.Add(best);
            (worst, worstName) = best > worst ? (best, bad.Name) : (worst, worstName);
        }

        figures.AtMost("broken flows", all.Count, "flows");
        figures.Exactly(
            $"broken flows accepted, or refused without a reason{(accepted.Count == 0 ? "" : ": " + string.Join(", ", accepted))}", accepted.Count, "flows",
            0);
        figures.AtMost("time to refuse, p50", Figures.Percentile(all, 0.5), "ms");
        figures.AtMost($"time to refuse, worst ({worstName})", worst, "ms", 50);
        figures.AtMost("memory afterwards", server.MemoryMiB, "MiB");
        return figures.ExitCode;
    }

    private static async Task<(double Milliseconds, bool Refused)> TryAsync(
        ServerProcess server, string workspace, BadFlow bad, CancellationToken cancellationToken)
    {
        using var content = new StringContent($$"""{"name":"Broken","flow":{{bad.Document}} }""", Encoding.UTF8, "application/json");
        var watch = Stopwatch.StartNew();
        using var answer = await server.Client.PostAsync($"/api/v1/workspaces/{workspace}/flows", content, cancellationToken);
        var text = await answer.Content.ReadAsStringAsync(cancellationToken);
        var milliseconds = watch.Elapsed.TotalMilliseconds;
        return (milliseconds, answer.StatusCode is HttpStatusCode.BadRequest or HttpStatusCode.RequestEntityTooLarge && SaysWhy(text));
    }

    private static bool SaysWhy(string text)
    {
        using var problem = JsonDocument.Parse(text);
        return problem.RootElement.TryGetProperty("detail", out var detail) && detail.GetString()?.Length > 0;
    }
}
