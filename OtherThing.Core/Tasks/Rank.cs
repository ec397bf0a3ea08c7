namespace OtherThing.Core.Tasks;

/// <summary>
/// Places in a column that always leave room between them, so that a move writes one row. Ranks compare as plain text
/// (digits before lower-case letters, on both databases). A rank is a whole number, whose first letter says how long it is, and a
/// fraction; adding at the ends counts the whole number up or down, so ranks stay short.
/// </summary>
public static class Rank
{
    /// <summary>Past this length (characters) a column is numbered anew.</summary>
    public const int MaxLength = 100;

    private const string Digits = "0123456789abcdefghijklmnopqrstuvwxyz";
    private const char FirstPositive = 'n';

    /// <summary>The rank of a card in an empty column.</summary>
    public const string First = "n0";

    /// <summary>A rank between two others.</summary>
    /// <param name="low">The rank before, or null for the start of the column.</param>
    /// <param name="high">The rank after, or null for the end of the column.</param>
    /// <exception cref="ArgumentException">The ranks are not in order.</exception>
    public static string Between(string? low, string? high)
    {
        if (low is not null && high is not null && string.CompareOrdinal(low, high) >= 0)
        {
            throw new ArgumentException($"'{low}' does not come before '{high}'.", nameof(low));
        }

        return (low, high) switch
        {
            (null, null) => First,
            (null, _) => Before(high),
            (_, null) => After(low),
            _ => Inside(low, high),
        };
    }

    private static string Before(string high)
    {
        var whole = WholeOf(high);
        return whole.Length < high.Length ? whole
            : Step(whole, up: false) ?? throw new ArgumentException("Nothing comes before the lowest rank.", nameof(high));
    }

    private static string After(string low)
    {
        var whole = WholeOf(low);
        return Step(whole, up: true) ?? whole + Middle(low[whole.Length..], null);
    }

    private static string Inside(string low, string high)
    {
        var (lowWhole, highWhole) = (WholeOf(low), WholeOf(high));
        if (lowWhole == highWhole)
        {
            return lowWhole + Middle(low[lowWhole.Length..], high[highWhole.Length..]);
        }

        return Step(lowWhole, up: true) is { } next && string.CompareOrdinal(next, high) < 0
            ? next
            : lowWhole + Middle(low[lowWhole.Length..], null);
    }

    private static string WholeOf(string rank)
    {
        var digits = rank[0] >= FirstPositive ? rank[0] - FirstPositive + 1 : FirstPositive - rank[0];
        return rank[..(digits + 1)];
    }

    /// <summary>The next whole number up or down; null when there is none.</summary>
    private static string? Step(string whole, bool up)
    {
        var text = whole.ToCharArray();
        for (var i = text.Length - 1; i > 0; i--)
        {
            var digit = Digits.IndexOf(text[i], StringComparison.Ordinal) + (up ? 1 : -1);
            if (digit >= 0 && digit < Digits.Length)
            {
                text[i] = Digits[digit];
                return new string(text);
            }

            text[i] = up ? Digits[0] : Digits[^1];
        }

        var head = (char)(text[0] + (up ? 1 : -1));
        if (head is < 'a' or > 'z')
        {
            return null;
        }

        var length = head >= FirstPositive ? head - FirstPositive + 1 : FirstPositive - head;
        return head + new string(up ? Digits[0] : Digits[^1], length);
    }

    /// <summary>A fraction between two fractions; none ends in 0, so there is always one below.</summary>
    private static string Middle(string low, string? high)
    {
        var shared = 0;
        while (high is not null && shared < high.Length && (shared < low.Length ? low[shared] : Digits[0]) == high[shared])
        {
            shared++;
        }

        if (shared > 0)
        {
            return high![..shared] + Middle(shared < low.Length ? low[shared..] : "", high[shared..]);
        }

        var bottom = low.Length > 0 ? Digits.IndexOf(low[0], StringComparison.Ordinal) : 0;
        var top = high is { Length: > 0 } ? Digits.IndexOf(high[0], StringComparison.Ordinal) : Digits.Length;
        if (top - bottom > 1)
        {
            return Digits[(bottom + top) / 2].ToString();
        }

        return high is { Length: > 1 } ? high[..1] : Digits[bottom] + Middle(low.Length > 0 ? low[1..] : "", null);
    }
}
