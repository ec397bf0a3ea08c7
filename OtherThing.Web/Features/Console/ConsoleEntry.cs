using OtherThing.Core.Console;

namespace OtherThing.Web.Features.Console;

/// <summary>A line and what came of it.</summary>
public sealed class ConsoleEntry(string line, DateTime at)
{
    public string Line => line;

    /// <summary>When it was entered (UTC).</summary>
    public DateTime At => at;

    /// <summary>What came of it; null while it runs.</summary>
    public ConsoleResult? Result { get; set; }

    public TimeSpan Took { get; set; }
}
