using OtherThing.Data.Retention;

namespace OtherThing.Web.Hosting.Start;

/// <summary><c>compact</c>: makes the embedded database's file anew, without unused space, while no server serves it.</summary>
internal static class CompactCommand
{
    /// <summary>True when the program was started for this.</summary>
    public static bool IsMeant(string[] args) => args is ["compact"];

    /// <summary>Compacts the file and says what came of it.</summary>
    /// <returns>The exit code: 0, or 1 when it could not be done.</returns>
    public static async Task<int> RunAsync(WebApplicationBuilder builder)
    {
        var (before, after, refusal) = DatabaseCompaction.Compact(builder.ReadDatabaseOptions());
        if (refusal is not null)
        {
            await Console.Error.WriteLineAsync(refusal);
            return 1;
        }

        Console.WriteLine(
            $"The database file took {before / 1048576.0:0.#} MiB and takes {after / 1048576.0:0.#} MiB now. From now on it gives unused space back by "
                + "itself.");
        return 0;
    }
}
