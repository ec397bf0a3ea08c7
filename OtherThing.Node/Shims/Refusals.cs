namespace OtherThing.Agent.Shims;

/// <summary>
/// Which limit a job ran into that failed by itself. The kernel refuses memory, processes and room without telling anybody but the
/// program; what is left of that is the signal that ended it, or what it said last.
/// </summary>
internal static class Refusals
{
    private const int FileTooLarge = 25;
    private const int CpuTimeOver = 24;

    private static readonly (string Words, string Code)[] s_last =
    [
        ("MemoryError", LimitCodes.Memory),
        ("Cannot allocate memory", LimitCodes.Memory),
        ("std::bad_alloc", LimitCodes.Memory),
        ("OutOfMemory", LimitCodes.Memory),
        ("out of memory", LimitCodes.Memory),
        ("memory exhausted", LimitCodes.Memory),
        ("can't start new thread", LimitCodes.Processes),
        ("Cannot fork", LimitCodes.Processes),
        ("fork: Resource temporarily unavailable", LimitCodes.Processes),
        ("fork: retry", LimitCodes.Processes),
        ("BlockingIOError: [Errno 11] Resource temporarily unavailable", LimitCodes.Processes),
        ("File too large", LimitCodes.Disk),
    ];

    /// <summary>The limit's code; null when nothing points to one.</summary>
    internal static string? Find(int exitCode, ReadOnlySpan<char> lastWords) => exitCode switch
    {
        0 => null,
        128 + FileTooLarge => LimitCodes.Disk,
        128 + CpuTimeOver => LimitCodes.Time,
        _ => InWords(lastWords),
    };

    /// <summary>Whether what it said last is that there was no room for a file.</summary>
    internal static bool IsNoRoom(ReadOnlySpan<char> lastWords) => lastWords.Contains("No space left on device", StringComparison.OrdinalIgnoreCase);

    private static string? InWords(ReadOnlySpan<char> lastWords)
    {
        foreach (var (words, code) in s_last)
        {
            if (lastWords.Contains(words, StringComparison.OrdinalIgnoreCase))
            {
                return code;
            }
        }

        return null;
    }
}
