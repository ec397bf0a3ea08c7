using System.Globalization;

namespace OtherThing.Agent.Sandboxes;

/// <summary>Numbers of users (and of groups) that belong to nobody and are lent to jobs, written <c>FIRST-LAST</c>.</summary>
internal readonly record struct UserRange(uint First, uint Last)
{
    /// <summary>More than there can be attempts, so that a number rests before it is lent again.</summary>
    internal const uint Least = 1_000;

    private const uint Lowest = 1_000;

    // The last two stand for nobody in system calls.
    private const uint Highest = uint.MaxValue - 2;

    /// <summary>Above what distributions give to people, services, containers and their subordinate ranges.</summary>
    internal static UserRange Default { get; } = new(1_879_048_192, 1_879_113_727);

    internal uint Count => Last - First + 1;

    internal bool Contains(uint user) => user >= First && user <= Last;

    internal static bool TryParse(string? text, out UserRange range)
    {
        range = Default;
        var ends = text?.Split('-') ?? [];
        if (ends.Length != 2
            || !uint.TryParse(ends[0], NumberStyles.None, CultureInfo.InvariantCulture, out var first)
            || !uint.TryParse(ends[1], NumberStyles.None, CultureInfo.InvariantCulture, out var last)
            || first < Lowest || last > Highest || last < first || last - first + 1 < Least)
        {
            return false;
        }

        range = new UserRange(first, last);
        return true;
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{First}-{Last}");
}
