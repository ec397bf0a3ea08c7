using System.Collections.Concurrent;
using System.Text.Json;
using OtherThing.Lab.Processes;

namespace OtherThing.Lab.Faults;

/// <summary>What the server has acknowledged, and what it said of runs that had ended.</summary>
internal sealed class RunLedger(ServerProcess server, string workspace)
{
    private readonly ConcurrentDictionary<string, Acknowledged> _runs = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, string> _ended = new(StringComparer.Ordinal);

    public int Count => _runs.Count;

    public void Add(string runId, int number, bool mayBeUnknown) => _runs[runId] = new Acknowledged(number, mayBeUnknown);

    /// <summary>Looks at some runs not yet seen ended and keeps the whole answer of those that have.</summary>
    public async Task LookAsync(int most, CancellationToken cancellationToken)
    {
        foreach (var id in _runs.Keys.Where(id => !_ended.ContainsKey(id)).OrderDescending().Take(most).ToArray())
        {
            await ReadAsync(id, cancellationToken);
        }
    }

    /// <summary>Waits until every acknowledged run has ended, as long as some still do.</summary>
    public async Task<int> SettleAsync(TimeSpan limit, CancellationToken cancellationToken)
    {
        var end = TimeProvider.System.GetUtcNow() + limit;
        string[] open;
        while ((open = [.. _runs.Keys.Where(id => !_ended.ContainsKey(id))]).Length > 0 && TimeProvider.System.GetUtcNow() < end)
        {
            await Parallel.ForEachAsync(
                open, new ParallelOptions { MaxDegreeOfParallelism = 4, CancellationToken = cancellationToken },
                async (id, cancellation) => await ReadAsync(id, cancellation));
            await Task.Delay(TimeSpan.FromMilliseconds(200), cancellationToken);
        }

        return open.Length;
    }

    /// <summary>Reads every run once more and judges it.</summary>
    public async Task<Verdict> JudgeAsync(CancellationToken cancellationToken)
    {
        var (lost, changed, wrong, unknown) = (0, 0, 0, 0);
        foreach (var (id, acknowledged) in _runs)
        {
            using var answer = await server.Client.GetAsync($"/api/v1/workspaces/{workspace}/runs/{id}", cancellationToken);
            if (!answer.IsSuccessStatusCode)
            {
                lost++;
                continue;
            }

            var text = await answer.Content.ReadAsStringAsync(cancellationToken);
            changed += _ended.TryGetValue(id, out var before) && before != text ? 1 : 0;
            var run = JsonDocument.Parse(text).RootElement;
            var steps = run.GetProperty("steps").EnumerateArray().ToArray();
            var isUnknown = steps.Any(step => step.GetProperty("status").GetString() == "unknown");
            unknown += isUnknown ? 1 : 0;
            var attempts = steps.Select(step => (step.GetProperty("path").GetString(), step.GetProperty("attempt").GetInt32())).ToArray();
            var right = run.GetProperty("status").GetString() == "succeeded"
                ? run.GetProperty("output") is { ValueKind: JsonValueKind.Number } output && output.GetInt32() == acknowledged.Number
                : acknowledged.MayBeUnknown && isUnknown;
            if (!right || attempts.Distinct().Count() != attempts.Length)
            {
                wrong++;
                Console.Error.WriteLine(text);
            }
        }

        return new Verdict(lost, changed, wrong, unknown);
    }

    private async Task ReadAsync(string id, CancellationToken cancellationToken)
    {
        try
        {
            using var answer = await server.Client.GetAsync($"/api/v1/workspaces/{workspace}/runs/{id}", cancellationToken);
            var text = await answer.Content.ReadAsStringAsync(cancellationToken);
            if (answer.IsSuccessStatusCode && JsonDocument.Parse(text).RootElement.GetProperty("finishedAt").ValueKind == JsonValueKind.String)
            {
                _ended.TryAdd(id, text);
            }
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            // Killed meanwhile: looked at again later.
        }
    }

    private sealed record Acknowledged(int Number, bool MayBeUnknown);

    /// <param name="Lost">Acknowledged and not there.</param>
    /// <param name="Changed">Ended, and later not the same.</param>
    /// <param name="Wrong">Ended with another result than its flow has, or an attempt recorded twice.</param>
    /// <param name="Unknown">Ended with a step whose fate is not known; a person decides.</param>
    internal sealed record Verdict(int Lost, int Changed, int Wrong, int Unknown);
}
