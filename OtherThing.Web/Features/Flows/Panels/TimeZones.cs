using System.Globalization;

namespace OtherThing.Web.Features.Flows.Panels;

/// <summary>The time zones a schedule can be meant in, by their IANA names, each with how far it is from UTC.</summary>
internal static class TimeZones
{
    private static readonly Lazy<IReadOnlyList<FieldChoice>> s_all = new(Read);

    /// <summary>All of them, by name; UTC first.</summary>
    public static IReadOnlyList<FieldChoice> All => s_all.Value;

    private static IReadOnlyList<FieldChoice> Read() =>
    [
        new FieldChoice("UTC", "UTC"),
        .. TimeZoneInfo.GetSystemTimeZones()
            .Select(zone => (Name: NameOf(zone), zone.BaseUtcOffset))
            .Where(zone => zone.Name is { } name && name.Contains('/', StringComparison.Ordinal) && !name.StartsWith("Etc/", StringComparison.Ordinal))
            .DistinctBy(zone => zone.Name)
            .OrderBy(zone => zone.Name, StringComparer.Ordinal)
            .Select(zone => new FieldChoice(zone.Name!, $"UTC{Say(zone.BaseUtcOffset)}")),
    ];

    private static string? NameOf(TimeZoneInfo zone) =>
        zone.HasIanaId ? zone.Id : TimeZoneInfo.TryConvertWindowsIdToIanaId(zone.Id, out var name) ? name : null;

    private static string Say(TimeSpan offset) =>
        $"{(offset < TimeSpan.Zero ? "-" : "+")}{offset.Duration().ToString("hh\\:mm", CultureInfo.InvariantCulture)}";
}
