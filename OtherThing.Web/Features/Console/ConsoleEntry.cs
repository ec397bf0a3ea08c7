using OtherThing.Core.Console;

namespace OtherThing.Web.Features.Console;

/// <summary>A line and what came of it.</summary>
public sealed class ConsoleEntry(string line, DateTime at)
{
    private readonly TaskCompletionSource _done = new();

    public string Line => line;

    /// <summary>When it was entered (UTC).</summary>
    public DateTime At => at;

    /// <summary>When its turn came (UTC); null while it waits for the lines before it.</summary>
    public DateTime? StartedAt { get; private set; }

    /// <summary>What came of it; null while it waits or runs.</summary>
    public ConsoleResult? Result { get; private set; }

    public TimeSpan Took { get; private set; }

    /// <summary>Ends with the line.</summary>
    public Task Done => _done.Task;

    public void Start(DateTime utcNow) => StartedAt = utcNow;

    public void End(ConsoleResult result, DateTime utcNow)
    {
        (Result, Took) = (result, utcNow - (StartedAt ?? utcNow));
        _done.TrySetResult();
    }

    /// <summary>The page went before the line did.</summary>
    public void Leave() => _done.TrySetResult();
}
