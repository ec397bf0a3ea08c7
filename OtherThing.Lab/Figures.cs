using System.Text.Json;

namespace OtherThing.Lab;

/// <summary>One JSON line per figure on standard output; remembers whether a promise was broken.</summary>
internal sealed class Figures
{
    /// <summary>0 when every promise was kept, else 1.</summary>
    public int ExitCode { get; private set; }

    /// <param name="name">What was measured.</param>
    /// <param name="value">The figure.</param>
    /// <param name="unit">Its unit.</param>
    /// <param name="most">The promise; null for a figure that is only told.</param>
    public void AtMost(string name, double value, string unit, double? most = null) => Tell(name, value, unit, most, most is null || value <= most);

    public void AtLeast(string name, double value, string unit, double least) => Tell(name, value, unit, least, value >= least);

    public void Exactly(string name, double value, string unit, double promise) => Tell(name, value, unit, promise, value == promise);

    /// <summary>The value below which that share of the samples lies.</summary>
    public static double Percentile(IReadOnlyList<double> samples, double share)
    {
        var sorted = samples.Order().ToArray();
        return sorted[Math.Clamp((int)Math.Ceiling(share * sorted.Length) - 1, 0, sorted.Length - 1)];
    }

    private void Tell(string name, double value, string unit, double? promise, bool kept)
    {
        Console.WriteLine(JsonSerializer.Serialize(new { figure = name, value = Math.Round(value, 3), unit, promise, kept }));
        ExitCode = kept ? ExitCode : 1;
    }
}
