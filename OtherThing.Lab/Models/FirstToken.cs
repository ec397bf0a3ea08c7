using System.Diagnostics;
using System.Net.ServerSentEvents;
using System.Text;
using System.Text.Json;
using OtherThing.Lab.Processes;

namespace OtherThing.Lab.Models;

/// <summary>How long the first token of an answer takes, in milliseconds, as whoever asks sees it.</summary>
internal static class FirstToken
{
    /// <summary>From the request to the first word, asked without anything between.</summary>
    public static async Task<double> DirectAsync(HttpClient http, string url, string model, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, url.TrimEnd('/') + "/chat/completions");
        request.Content = new StringContent(
            JsonSerializer.Serialize(new { model, stream = true, messages = new[] { new { role = "user", content = "Say something" } } }), Encoding.UTF8,
            "application/json");
        var began = Stopwatch.GetTimestamp();
        using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        double? first = null;
        await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
        await foreach (var happened in SseParser.Create(body).EnumerateAsync(cancellationToken))
        {
            first ??= happened.Data.Contains("content", StringComparison.Ordinal) ? Stopwatch.GetElapsedTime(began).TotalMilliseconds : null;
        }

        return first ?? throw new InvalidOperationException("The server of models said nothing.");
    }

    /// <summary>From the word that the step is at work to its first token, on one stream of a run's events.</summary>
    public static async Task<double> OfARunAsync(ServerProcess server, string workspace, string flow, CancellationToken cancellationToken)
    {
        var run = await server.PostAsync($"/workspaces/{workspace}/flows/{flow}/runs", "{}", cancellationToken);
        var path = $"/api/v1/workspaces/{workspace}/runs/{run.GetProperty("id").GetString()}/events";
        await using var events = await server.Client.GetStreamAsync(path, cancellationToken);
        var began = 0L;
        double? first = null;
        await foreach (var happened in SseParser.Create(events).EnumerateAsync(cancellationToken))
        {
            if (happened.EventType == "report")
            {
                first ??= Stopwatch.GetElapsedTime(began).TotalMilliseconds;
            }
            else if (began == 0 && IsAtWork(happened.Data))
            {
                began = Stopwatch.GetTimestamp();
            }
        }

        return began != 0 && first is { } told ? told : throw new InvalidOperationException($"The run {path} told no beginning or no token.");
    }

    private static bool IsAtWork(string data) =>
        JsonElement.Parse(data) is { ValueKind: JsonValueKind.Object } commit && commit.TryGetProperty("steps", out var steps)
        && steps.EnumerateArray().Any(step => step.GetProperty("path").GetString() == "ask" && step.GetProperty("status").GetString() == "running");
}
