using OtherThing.Core.Results;

namespace OtherThing.Web.Components.Shared;

/// <summary>
/// Reads what a page or a part of one shows. An answer is shown unless the page is gone, shows something else by now (another workspace, another
/// flow, other words), or has asked the same anew: what comes late never replaces what came in time. Why the last question was refused is kept.
/// </summary>
internal sealed class PageLoad : IDisposable
{
    private readonly CancellationTokenSource _gone = new();
    private object? _subject;
    private int _opened;
    private int _asked;

    public PageLoad() => Gone = _gone.Token;

    /// <summary>Cancelled when the page is gone; whoever is still at work for it may go on asking this.</summary>
    public CancellationToken Gone { get; }

    /// <summary>Why the last question was refused; null when it was not, or when nothing was asked yet about what is shown now.</summary>
    public Error? Refusal { get; private set; }

    /// <summary>
    /// True when the page is about to show something else than before, which has to be read; answers about what it showed before come too late then.
    /// </summary>
    /// <param name="subject">What it shows, compared by value: the workspace, the flow, the filter.</param>
    public bool Opens(object subject)
    {
        if (subject.Equals(_subject))
        {
            return false;
        }

        (_subject, Refusal) = (subject, null);
        _opened++;
        return true;
    }

    /// <summary>Asks for what the page shows, and shows the answer unless it was asked for again meanwhile.</summary>
    /// <returns>True when it was shown.</returns>
    public Task<bool> ReadAsync<T>(Func<CancellationToken, Task<Result<T>>> read, Action<T> show)
    {
        var asked = ++_asked;
        return AskAsync(read, show, () => asked == _asked);
    }

    /// <summary>Puts together what nobody refuses as a whole, and shows it unless it was asked for again meanwhile.</summary>
    /// <returns>True when it was shown.</returns>
    public Task<bool> GatherAsync<T>(Func<CancellationToken, Task<T>> read, Action<T> show) =>
        ReadAsync(async gone => Result<T>.Success(await read(gone)), show);

    /// <summary>Asks for more of what the page shows: that goes beside what is read anew meanwhile.</summary>
    /// <returns>True when it was shown.</returns>
    public Task<bool> MoreAsync<T>(Func<CancellationToken, Task<Result<T>>> read, Action<T> show) => AskAsync(read, show, static () => true);

    public void Dispose()
    {
        if (!Gone.IsCancellationRequested)
        {
            _gone.Cancel();
        }

        _gone.Dispose();
    }

    private async Task<bool> AskAsync<T>(Func<CancellationToken, Task<Result<T>>> read, Action<T> show, Func<bool> isLast)
    {
        var opened = _opened;
        Result<T> answer;
        try
        {
            answer = await read(Gone);
        }
        catch (OperationCanceledException) when (Gone.IsCancellationRequested)
        {
            return false;
        }

        if (opened != _opened || !isLast() || Gone.IsCancellationRequested)
        {
            return false;
        }

        var isAnswered = answer.TryGet(out var value, out var refusal);
        Refusal = refusal;
        if (isAnswered)
        {
            show(value!);
        }

        return isAnswered;
    }
}
