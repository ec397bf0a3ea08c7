using System.Collections.Concurrent;
using System.CommandLine;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using OtherThing.Lab.Processes;
using OtherThing.Lab.Providers;

namespace OtherThing.Lab.Models;

/// <summary>
/// <c>llm</c>: three servers of models on two machines. How much later the first token comes than when the server is asked directly, and what
/// becomes of 300 runs when one of the three is killed among them.
/// </summary>
internal static class LlmCommand
{
    private const string Model = "llama3.2";
    private const int Samples = 100;
    private const int WarmUp = 25;
    private const int Workers = 12;
    private const double Promise = 15;
    private static readonly TimeSpan s_thinks = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan s_pace = TimeSpan.FromMilliseconds(5);

    public static Command Create()
    {
        var server = new Option<string>("--server") { Description = "Folder of a Release build of OtherThing.Web", Required = true };
        var agent = new Option<string>("--agent") { Description = "Folder of a Release build of OtherThing.Node, or the agent as one file", Required = true };
        var requests = new Option<int>("--requests") { Description = "How many runs ask while one server of models is killed", DefaultValueFactory = _ => 300 };
        var command =
            new Command("llm", "Models on machines: time to the first token, and one of three killed among 300 requests.") { server, agent, requests };
        command.SetAction((parsed, cancellationToken) =>
            RunAsync(parsed.GetValue(server)!, parsed.GetValue(agent)!, parsed.GetValue(requests), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(string directory, string agent, int requests, CancellationToken cancellationToken)
    {
        var figures = new Figures();
        var models = new List<FakeProvider>();
        try
        {
            for (var count = 0; count < 3; count++)
            {
                models.Add(await StartModelAsync(cancellationToken));
            }

            var urls = models.Select(model => model.OpenAiUrl.AbsoluteUri).ToArray();
            await using var server = new ServerProcess(directory);
            await server.StartAsync(cancellationToken);
            await server.SignInAsync(cancellationToken);
            var workspace = await server.CreateWorkspaceAsync("Models", cancellationToken);
            await using var one = await AgentProcess.StartAsync(agent, server, workspace, cancellationToken, urls[0], urls[1]);
            await using var two = await AgentProcess.StartAsync(agent, server, workspace, cancellationToken, urls[2]);
            await MeasureAsync(figures, server, workspace, urls[2], cancellationToken);
            await KillAmongAsync(figures, server, workspace, models, requests, cancellationToken);
            return figures.ExitCode;
        }
        finally
        {
            foreach (var model in models)
            {
                await model.DisposeAsync();
            }
        }
    }

    private static async Task MeasureAsync(Figures figures, ServerProcess server, string workspace, string url, CancellationToken cancellationToken)
    {
        using var direct = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        var flow = await server.CreateFlowAsync(workspace, Flow(waits: true), cancellationToken);
        var (asked, ran, whole) = (new List<double>(), new List<double>(), new List<double>());
        for (var sample = -WarmUp; sample < Samples; sample++)
        {
            var straight = await FirstToken.DirectAsync(direct, url, Model, cancellationToken);
            var run = await FirstToken.OfARunAsync(server, workspace, flow, cancellationToken);
            if (sample >= 0)
            {
                asked.Add(straight);
                ran.Add(run);
                whole.Add(run - straight);
            }
        }

        figures.AtMost("first token asked directly, p50", Figures.Percentile(asked, 0.5), "ms");
        figures.AtMost("first token of a step, p50", Figures.Percentile(ran, 0.5), "ms");
        figures.AtMost("added time to the first token, p50", Figures.Percentile(whole, 0.5), "ms");
        figures.AtMost("added time to the first token, p95", Figures.Percentile(whole, 0.95), "ms", Promise);
    }

    private static async Task KillAmongAsync(
        Figures figures, ServerProcess server, string workspace, List<FakeProvider> models, int requests, CancellationToken cancellationToken)
    {
        var flow = await server.CreateFlowAsync(workspace, Flow(waits: false), cancellationToken);
        var before = models.Sum(model => model.Calls);
        var outcomes = new ConcurrentBag<(string Status, string Code, bool HadToken)>();
        var killed = 0;
        await Parallel.ForEachAsync(
            Enumerable.Range(0, requests),
            new ParallelOptions { MaxDegreeOfParallelism = Workers, CancellationToken = cancellationToken },
            async (_, stop) =>
            {
                if (outcomes.Count >= requests / 3 && Interlocked.Exchange(ref killed, 1) == 0)
                {
                    await models[0].DisposeAsync();
                }

                var run = await server.PostAsync($"/workspaces/{workspace}/flows/{flow}/runs?wait=300", "{}", stop);
                outcomes.Add(Outcome(run));
            });
        var failed = outcomes.Where(outcome => outcome.Status != "succeeded").ToList();
        figures.Exactly("runs that ended", outcomes.Count, "runs", requests);
        figures.Exactly("servers of models killed among them", killed, "servers", 1);
        figures.AtMost("runs that failed after their first token", failed.Count(outcome => outcome.HadToken), "runs");
        figures.AtMost("runs that failed without a first token", failed.Count(outcome => !outcome.HadToken), "runs", 0);
        figures.AtLeast("calls that arrived at servers of models", models.Sum(model => model.Calls) - before, "calls", requests - failed.Count);
    }

    private static (string Status, string Code, bool HadToken) Outcome(JsonElement run)
    {
        var step = run.GetProperty("steps").EnumerateArray().Last(step => step.GetProperty("path").GetString() == "ask");
        var code = step.TryGetProperty("error", out var error) && error.ValueKind == JsonValueKind.Object ? error.GetProperty("code").GetString()! : "";
        var text = step.GetProperty("output") is { ValueKind: JsonValueKind.Object } output && output.TryGetProperty("text", out var said)
            ? said.GetString()
            : null;
        return (run.GetProperty("status").GetString()!, code, text is { Length: > 0 });
    }

    private static async Task<FakeProvider> StartModelAsync(CancellationToken cancellationToken)
    {
        var model = await FakeProvider.StartAsync(cancellationToken: cancellationToken);
        model.Local = new FakeLocal(FakeSoftware.Ollama, new FakeLocalModel(Model + ":latest"));
        model.Script = async (context, _) =>
        {
            context.Response.ContentType = "text/event-stream";
            await Task.Delay(s_thinks, context.RequestAborted);
            foreach (var word in (string[])["one", " two", " three", " four", " five", " six"])
            {
                await SayAsync(context, JsonSerializer.Serialize(new { choices = new[] { new { index = 0, delta = new { content = word } } } }));
                await Task.Delay(s_pace, context.RequestAborted);
            }

            await SayAsync(
                context,
                """{"choices":[{"index":0,"delta":{},"finish_reason":"stop"}],"usage":{"prompt_tokens":2,"completion_tokens":6,"total_tokens":8}}""");
            await SayAsync(context, "[DONE]");
        };
        return model;
    }

    private static async Task SayAsync(HttpContext context, string text)
    {
        await context.Response.WriteAsync($"data: {text}\n\n", context.RequestAborted);
        await context.Response.Body.FlushAsync(context.RequestAborted);
    }

    /// <summary>A step before it gives the measurer time to listen.</summary>
    private static string Flow(bool waits)
    {
        const string ask = $$"""{"id":"ask","type":"ai.chat","config":{"provider":"nodes","model":"{{Model}}","prompt":"Say something"} }""";
        return waits
            ? $$"""
                {"steps":[{"id":"start","type":"trigger.manual"},{"id":"rest","type":"logic.wait","config":{"seconds":0.25} },{{ask}}],
                "connections":[{"from":"start","to":"rest"},{"from":"rest","to":"ask"}]}
                """
            : $$"""{"steps":[{"id":"start","type":"trigger.manual"},{{ask}}],"connections":[{"from":"start","to":"ask"}]}""";
    }
}
