using System.Globalization;
using OtherThing.Core.Access;
using OtherThing.Core.Results;

namespace OtherThing.Web.Hosting.Limits;

/// <summary><c>?wait=30</c>: how long a request waits for the end of a run or a job, and its place among those its person may have.</summary>
internal static class Waits
{
    private const int MostSeconds = 300;

    /// <summary>The wait that is asked for; null does not wait.</summary>
    /// <param name="seconds">As the address has it.</param>
    /// <param name="of">Whose end: <c>run</c>, <c>job</c>.</param>
    /// <returns>The wait, or <c>run.wait_invalid</c>, <c>job.wait_invalid</c>.</returns>
    public static Result<TimeSpan?> Read(string? seconds, string of) =>
        seconds is null ? Result<TimeSpan?>.Success(null)
        : double.TryParse(seconds, CultureInfo.InvariantCulture, out var read) && read is >= 0 and <= MostSeconds ? TimeSpan.FromSeconds(read)
        : Error.Invalid($"{of}.wait_invalid", "wait", $"wait is a number of seconds, 0 to {MostSeconds}.");

    /// <summary>Takes the place before anything begins, so that nothing has begun when one wait too many is refused.</summary>
    public static Result<PersonCaps.Seat> Take(PersonCaps caps, Actor actor, TimeSpan? wait) =>
        wait > TimeSpan.Zero ? caps.Take(OpenThing.Wait, actor) : Result<PersonCaps.Seat>.Success(PersonCaps.None);
}
