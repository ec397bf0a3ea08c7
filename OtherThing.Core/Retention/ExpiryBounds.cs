using OtherThing.Core.Results;

namespace OtherThing.Core.Retention;

/// <summary>Which of a workspace's runs or jobs that have ended are not kept: those up to a place, and those that ended before a time.</summary>
/// <param name="EndedBefore">The time (UTC).</param>
/// <param name="UpTo">The newest that is beyond the number kept, which goes too; null when the number takes none.</param>
public sealed record ExpiryBounds(DateTime EndedBefore, Cursor? UpTo)
{
    /// <summary>None that was made later goes: where the way along the index ends.</summary>
    public DateTime Latest => UpTo is { } upTo && upTo.At > EndedBefore ? upTo.At : EndedBefore;
}
