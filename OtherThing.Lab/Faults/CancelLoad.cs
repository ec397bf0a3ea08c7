using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using OtherThing.Lab.Processes;
using OtherThing.Lab.Sinks;

namespace OtherThing.Lab.Faults;

/// <summary>The load of <c>cancel</c>, and what it finds.</summary>
internal sealed class CancelLoad(
    ServerProcess server, EffectSink sink, AgentProcess? agent, string workspace, IReadOnlyList<string> flows, Random random)
{
    private readonly Lock _gate = new();
    private readonly List<Task> _looks = [];
    private int _number;

    public List<string> Acknowledged { get; } = [];

    public List<double> Times { get; } = [];

    public int EndedBefore { get; private set; }

    public int SocketsLeft { get; private set; }

    public int ChildrenLeft { get; private set; }

    public int ProcessesSeen { get; private set; }

    public int ProcessesLeft { get; private set; }

    public async Task RunAsync(int cancels, int workers, TimeSpan promise, CancellationToken cancellationToken)
    {
        await Task.WhenAll(Enumerable.Range(0, workers).Select(_ => Task.Run(
            async () =>
            {
                while (Acknowledged.Count < cancels)
                {
                    await OneAsync(promise, cancellationToken);
                }
            },
            cancellationToken)));
        await Task.WhenAll(_looks);
    }

    /// <summary>Acknowledged cancels whose run is something else than cancelled in the end.</summary>
    public async Task<int> CountUndoneAsync(CancellationToken cancellationToken)
    {
        var undone = 0;
        foreach (var id in Acknowledged)
        {
            undone += (await server.GetAsync($"{workspace}/runs/{id}", cancellationToken)).GetProperty("status").GetString() == "cancelled" ? 0 : 1;
        }

        return undone;
    }

    private async Task OneAsync(TimeSpan promise, CancellationToken cancellationToken)
    {
        string flow;
        int moment;
        lock (_gate)
        {
            (flow, moment) = (flows[random.Next(flows.Count)], random.Next(0, 400));
        }

        var number = Interlocked.Increment(ref _number);
        var run =
            (await server.PostAsync($"{workspace}/flows/{flow}/runs", $$$"""{"input":{"n":{{{number}}}}}""", cancellationToken)).GetProperty("id").GetString()!;
        await Task.Delay(moment, cancellationToken);
        var seen = agent is null ? 0 : ProcessesOf(number);
        var start = Stopwatch.GetTimestamp();
        using var nothing = new StringContent("", Encoding.UTF8, "application/json");
        using var answer = await server.Client.PostAsync($"/api/v1{workspace}/runs/{run}/cancel", nothing, cancellationToken);
        var took = Stopwatch.GetElapsedTime(start);
        var text = await answer.Content.ReadAsStringAsync(cancellationToken);
        lock (_gate)
        {
            if (answer.IsSuccessStatusCode)
            {
                Acknowledged.Add(run);
                Times.Add(took.TotalMilliseconds);
                ProcessesSeen += seen;
                _looks.Add(LookAsync(run, number, promise, cancellationToken));
            }
            else if (text.Contains("run.already_finished", StringComparison.Ordinal))
            {
                EndedBefore++;
            }
            else
            {
                throw new InvalidOperationException($"A cancel was answered with {(int)answer.StatusCode} {text}");
            }
        }
    }

    /// <summary>What is left of a run two seconds after its cancel was acknowledged.</summary>
    private async Task LookAsync(string run, int number, TimeSpan promise, CancellationToken cancellationToken)
    {
        await Task.Delay(promise, cancellationToken);
        var sockets = sink.OpenBelow(number.ToString(CultureInfo.InvariantCulture) + "/");
        var processes = agent is null ? 0 : ProcessesOf(number);
        var children = await LiveChildrenAsync(run, cancellationToken);
        lock (_gate)
        {
            (SocketsLeft, ProcessesLeft, ChildrenLeft) = (SocketsLeft + sockets, ProcessesLeft + processes, ChildrenLeft + children);
        }
    }

    private async Task<int> LiveChildrenAsync(string run, CancellationToken cancellationToken)
    {
        var steps = (await server.GetAsync($"{workspace}/runs/{run}", cancellationToken)).GetProperty("steps").EnumerateArray();
        var live = 0;
        foreach (var child in steps.Select(step => step.GetProperty("childRunId")).Where(id => id.ValueKind == JsonValueKind.String))
        {
            using var answer = await server.Client.GetAsync($"/api/v1{workspace}/runs/{child.GetString()}", cancellationToken);
            if (answer.IsSuccessStatusCode) // one that was never begun is not left
            {
                var found = JsonElement.Parse(await answer.Content.ReadAsStringAsync(cancellationToken));
                live += found.GetProperty("finishedAt").ValueKind == JsonValueKind.Null ? 1 : 0;
                live += await LiveChildrenAsync(child.GetString()!, cancellationToken);
            }
        }

        return live;
    }

    /// <summary>Processes of this machine that do the work of that run; every run sleeps for a time of its own.</summary>
    private static int ProcessesOf(int number)
    {
        var mark = Encoding.UTF8.GetBytes($"900.{number}\0");
        return Directory.EnumerateDirectories("/proc").Where(path => char.IsAsciiDigit(Path.GetFileName(path)[0])).Count(path =>
        {
            try
            {
                return File.ReadAllBytes(Path.Combine(path, "cmdline")).AsSpan().IndexOf(mark) >= 0;
            }
            catch (IOException)
            {
                return false; // ended while we looked
            }
            catch (UnauthorizedAccessException)
            {
                return false;
            }
        });
    }
}
