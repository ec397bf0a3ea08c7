using OtherThing.Core.Console;

namespace OtherThing.Web.Features.Console;

/// <summary>
/// The lines of one open console, one after another in the order they were entered. A line entered while another runs waits its turn; both
/// can be called off.
/// </summary>
internal sealed class ConsoleLines(TimeProvider clock, Func<string, CancellationToken, Task<ConsoleResult>> run, Action changed) : IDisposable
{
    /// <summary>So many may wait; the next is answered with a refusal at once.</summary>
    public const int MostWaiting = 20;

    /// <summary>Blocks past this many leave at the top.</summary>
    private const int MostKept = 200;

    private readonly List<ConsoleEntry> _all = [];
    private readonly Queue<ConsoleEntry> _waiting = new();
    private CancellationTokenSource? _running;
    private bool _disposed;

    /// <summary>What was entered, oldest first.</summary>
    public IReadOnlyList<ConsoleEntry> All => _all;

    public bool IsBusy => _running is not null;

    private DateTime Now => clock.GetUtcNow().UtcDateTime;

    /// <summary>Takes a line; the task ends with it.</summary>
    public async Task<ConsoleEntry> EnterAsync(string line)
    {
        var entry = new ConsoleEntry(line, Now);
        _all.Add(entry);
        if (_all.Count > MostKept)
        {
            _all.RemoveAt(_all.FindIndex(old => old.Result is not null)); // what waits or runs stays: at most 21 of them do
        }

        if (_waiting.Count == MostWaiting)
        {
            entry.End(Refuse("console.too_many", $"{MostWaiting} lines wait already. This one was not taken; run it again later."), Now);
        }
        else
        {
            _waiting.Enqueue(entry);
        }

        changed();
        if (!IsBusy)
        {
            await WorkAsync();
        }

        await entry.Done;
        return entry;
    }

    /// <summary>Calls a line off: one that waits is not run, one that runs is told to stop.</summary>
    public void Cancel(ConsoleEntry entry)
    {
        if (entry.Result is not null)
        {
            return;
        }

        if (entry.StartedAt is not null)
        {
            _running?.Cancel();
            return;
        }

        entry.End(Refuse("console.cancelled", "Cancelled before it ran."), Now);
        changed();
    }

    /// <summary>Calls off the line that runs.</summary>
    public void CancelRunning() => _running?.Cancel();

    public void Clear()
    {
        _all.RemoveAll(entry => entry.Result is not null);
        changed();
    }

    public void Dispose()
    {
        _disposed = true;
        _running?.Cancel();
    }

    private async Task WorkAsync()
    {
        while (!_disposed && _waiting.TryDequeue(out var entry))
        {
            if (entry.Result is null)
            {
                await RunAsync(entry);
            }
        }

        while (_waiting.TryDequeue(out var left))
        {
            left.Leave();
        }
    }

    private async Task RunAsync(ConsoleEntry entry)
    {
        using var running = new CancellationTokenSource();
        _running = running;
        entry.Start(Now);
        changed();
        try
        {
            entry.End(await run(entry.Line, running.Token), Now);
        }
        catch (OperationCanceledException) when (running.IsCancellationRequested)
        {
            entry.End(Refuse("console.cancelled", "Cancelled. What the line had done by then stays done."), Now);
        }
        finally
        {
            _running = null;
            entry.Leave();
        }

        if (!_disposed)
        {
            changed();
        }
    }

    private static ConsoleResult Refuse(string code, string text) => new(1, text, null, Code: code);
}
