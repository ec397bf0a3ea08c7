using OtherThing.Core.Results;
using OtherThing.Core.Runs;

namespace OtherThing.Web.Features.Runs;

/// <summary>The runs that a list shows, newest first, and where it goes on. A new look reads the newest; what lies behind them stays as it was read.</summary>
/// <param name="Items">The runs.</param>
/// <param name="Next">The cursor that continues; null when there are no more.</param>
internal sealed record ShownRuns(IReadOnlyList<Run> Items, string? Next)
{
    /// <summary>The same list after another look at its beginning.</summary>
    /// <param name="newest">The first page.</param>
    /// <param name="limit">How many it was to have at most.</param>
    public ShownRuns With(Page<Run> newest, int limit)
    {
        if (newest.Next is null || !Cursor.TryParse(newest.Next, out var end))
        {
            return new ShownRuns(newest.Items, null);
        }

        // A full page of which nothing was here before may have others behind it that were not either.
        var known = Items.Select(run => run.Id).ToHashSet();
        if (newest.Items.Count >= limit && !newest.Items.Any(run => known.Contains(run.Id)))
        {
            return new ShownRuns(newest.Items, newest.Next);
        }

        return new ShownRuns(
            [.. newest.Items, .. Items.Where(run => run.CreatedAt < end!.At || (run.CreatedAt == end.At && run.Id.CompareTo(end.Id) < 0))], Next);
    }

    /// <summary>The list with the page that <see cref="Next"/> led to.</summary>
    public ShownRuns Followed(Page<Run> page) => new([.. Items, .. page.Items], page.Next);
}
