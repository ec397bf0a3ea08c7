using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using OtherThing.Lab.Providers;
using OtherThing.Tests.Web.Runs;

namespace OtherThing.Tests.Web.Keys;

/// <summary>An answer as a provider sends it, byte for byte.</summary>
internal sealed record RawAnswer(int Status, IReadOnlyList<(string Name, string Value)> Headers, byte[] Body)
{
    public static RawAnswer Stream(string text, params (string Name, string Value)[] headers) =>
        new(200, [("Content-Type", "text/event-stream"), .. headers], Encoding.UTF8.GetBytes(text));

    public static RawAnswer Of(JsonElement answer) => new(
        int.Parse(answer.GetProperty("status").GetString()![..3], System.Globalization.CultureInfo.InvariantCulture),
        [.. answer.GetProperty("headers").EnumerateArray().Select(header => header.GetString()!.Split(": ", 2)).Select(parts => (parts[0], parts[1]))],
        answer.TryGetProperty("base64", out var bytes) ? bytes.GetBytesFromBase64() : Encoding.UTF8.GetBytes(answer.GetProperty("text").GetString()!));

    public async Task WriteAsync(HttpContext context)
    {
        context.Response.StatusCode = Status;
        foreach (var (name, value) in Headers)
        {
            context.Response.Headers.Append(name, value);
        }

        await context.Response.Body.WriteAsync(Body);
    }
}

/// <summary>A flow of one question, run over REST with the provider's answers written down.</summary>
internal sealed class RawRun(Workplace place, string provider)
{
    private readonly List<long> _asked = [];

    public RunClient Client { get; } = new(place.Client, $"/api/v1/workspaces/{place.WorkspaceId}");

    public string Flow { get; private set; } = "";

    /// <summary>What was sent with the last request.</summary>
    public JsonElement Sent { get; private set; }

    public int Calls => _asked.Count;

    /// <summary>From the first request to the second.</summary>
    public TimeSpan Between => Stopwatch.GetElapsedTime(_asked[0], _asked[1]);

    /// <summary>Runs it; each call gets the next answer, and the last one again and again.</summary>
    /// <param name="answers">The answers, at least one.</param>
    /// <param name="step">Further members of the step and of its config, as JSON objects.</param>
    public async Task<JsonElement> RunAsync(IReadOnlyList<RawAnswer> answers, (object? Config, object? Step) step = default)
    {
        place.Providers.Fake.Script = (context, call) => AnswerAsync(context, call, answers);
        try
        {
            var config = Merge(new { provider, model = provider == "anthropic" ? "claude-sonnet-4-6" : "gpt-5-mini", prompt = "Hi" }, step.Config);
            var ask = Merge(new { id = "ask", type = "ai.chat", config }, step.Step);
            Flow = await Client.CreateFlowAsync(JsonSerializer.Serialize(ask), "start->ask");
            return await Client.RunAsync(Flow);
        }
        finally
        {
            place.Providers.Fake.Script = null;
        }
    }

    private Task AnswerAsync(HttpContext context, FakeCall call, IReadOnlyList<RawAnswer> answers)
    {
        var answer = answers[Math.Min(_asked.Count, answers.Count - 1)];
        Sent = call.Body;
        _asked.Add(Stopwatch.GetTimestamp());
        return answer.WriteAsync(context);
    }

    private static Dictionary<string, object?> Merge(object some, object? more)
    {
        var all = JsonSerializer.Deserialize<Dictionary<string, object?>>(JsonSerializer.Serialize(some))!;
        foreach (var (name, value) in JsonSerializer.Deserialize<Dictionary<string, object?>>(JsonSerializer.Serialize(more ?? new { }))!)
        {
            all[name] = value;
        }

        return all;
    }
}
