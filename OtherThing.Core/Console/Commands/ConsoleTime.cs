using System.Globalization;

namespace OtherThing.Core.Console.Commands;

/// <summary>Times and spans as the console writes them: UTC, sortable as text.</summary>
internal static class ConsoleTime
{
    public static string Day(DateTime time) => time.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    public static string? Minute(DateTime? time) => time?.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    public static double? Seconds(DateTime? from, DateTime? to) =>
        from is { } start && to is { } end ? Math.Round((end - start).TotalSeconds, 3) : null;
}
