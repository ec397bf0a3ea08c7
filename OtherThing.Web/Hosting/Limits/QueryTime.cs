using OtherThing.Core.Results;

namespace OtherThing.Web.Hosting.Limits;

/// <summary>Times in the query of an address.</summary>
internal static class QueryTime
{
    /// <summary>Reads one; without an offset it is UTC.</summary>
    /// <returns>The time in UTC, null when none was given, or an error of that code naming the field.</returns>
    public static Result<DateTime?> Read(string? text, string field, string code) =>
        string.IsNullOrEmpty(text) ? (DateTime?)null
        : TimeText.TryRead(text, out var time) ? time
        : Error.Invalid(code, field, $"{field} must be an ISO 8601 time such as 2026-01-31T00:00:00Z.");
}
