using System.Globalization;

namespace OtherThing.Core.Runs.Grains;

/// <summary>
/// How a run that calls this server over HTTP is known when it comes back. Whoever makes the number up can only raise it, and so only
/// stop calls of their own.
/// </summary>
public static class RunHops
{
    /// <summary>The header that <c>http.request</c> sends, and that webhooks and starts over REST read.</summary>
    public const string Header = "X-OtherThing-Hops";

    /// <summary>The count a request came with: the largest number in the header, 0 without one.</summary>
    public static int Read(string? header)
    {
        var hops = 0;
        foreach (var part in (header ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (part.All(char.IsAsciiDigit))
            {
                hops = Math.Max(hops, int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var count) ? count : int.MaxValue);
            }
        }

        return hops;
    }

    /// <summary>The count a request of a run leaves with.</summary>
    public static string Next(int hops) => (Math.Min(hops, int.MaxValue - 1) + 1).ToString(CultureInfo.InvariantCulture);
}
