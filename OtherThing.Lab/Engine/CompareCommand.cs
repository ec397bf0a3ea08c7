using System.CommandLine;
using System.Diagnostics;
using System.Text.Json;

namespace OtherThing.Lab.Engine;

/// <summary>
/// <c>compare</c>: the figures of <c>engine</c> for two states of the product, measured in turn in one run, so that a machine that grows slower
/// or busier meets both alike. Each state is driven by its own Lab, which knows its settings and flags.
/// </summary>
internal static class CompareCommand
{
    public static Command Create()
    {
        var before = new Option<DirectoryInfo>("--before") { Description = "A checkout of the older state, built in Release", Required = true };
        var after = new Option<DirectoryInfo>("--after") { Description = "A checkout of the newer state, built in Release", Required = true };
        var pairs =
            new Option<int>("--pairs") { Description = "How often each is measured; which comes first changes with each pair", DefaultValueFactory = _ => 5 };
        var command = new Command("compare", "Compares two builds: engine for each in turn, and how many times better the newer is.") { before, after, pairs };
        command.SetAction((parsed, cancellationToken) =>
            CompareAsync(parsed.GetValue(before)!.FullName, parsed.GetValue(after)!.FullName, parsed.GetValue(pairs), cancellationToken));
        return command;
    }

    private static async Task<int> CompareAsync(string before, string after, int pairs, CancellationToken cancellationToken)
    {
        var told = new List<(string Figure, Figure Before, Figure After)>();
        for (var pair = 0; pair < pairs; pair++)
        {
            var first = await MeasureAsync(pair % 2 == 0 ? before : after, cancellationToken);
            var second = await MeasureAsync(pair % 2 == 0 ? after : before, cancellationToken);
            var (old, current) = pair % 2 == 0 ? (first, second) : (second, first);
            told.AddRange(current.Where(figure => old.ContainsKey(figure.Key)).Select(figure => (figure.Key, old[figure.Key], figure.Value)));
        }

        foreach (var figure in told.GroupBy(pair => pair.Figure))
        {
            var ratios = figure.Select(pair => pair.After.Over(pair.Before)).Where(double.IsFinite).Order().ToArray();
            Console.WriteLine(JsonSerializer.Serialize(new
            {
                figure = figure.Key,
                unit = figure.First().After.Unit,
                before = Median(figure.Select(pair => pair.Before.Value)),
                after = Median(figure.Select(pair => pair.After.Value)),
                ratio = ratios.Length == 0 ? (double?)null : Median(ratios),
                lowest = ratios.Length == 0 ? (double?)null : Math.Round(ratios[0], 3),
                highest = ratios.Length == 0 ? (double?)null : Math.Round(ratios[^1], 3),
            }));
        }

        return 0;
    }

    private static double Median(IEnumerable<double> values) => Math.Round(Figures.Percentile([.. values], 0.5), 3);

    private static async Task<Dictionary<string, Figure>> MeasureAsync(string checkout, CancellationToken cancellationToken)
    {
        string Built(string project) => Path.Combine(checkout, project, "bin", "Release", "net10.0");
        using var lab = Process.Start(new ProcessStartInfo(
            "dotnet",
            [Path.Combine(Built("OtherThing.Lab"), "OtherThing.Lab.dll"), "engine", "--server", Built("OtherThing.Web"), "--agent", Built("OtherThing.Node")])
        {
            RedirectStandardOutput = true,
        })!;
        var figures = new Dictionary<string, Figure>();
        while (await lab.StandardOutput.ReadLineAsync(cancellationToken) is { } line)
        {
            var figure = JsonElement.Parse(line);
            figures[figure.GetProperty("figure").GetString()!] = new Figure(figure.GetProperty("value").GetDouble(), figure.GetProperty("unit").GetString()!);
        }

        await lab.WaitForExitAsync(cancellationToken);
        return figures.Count > 0 ? figures : throw new InvalidOperationException($"{checkout} gave no figures. Was it built in Release?");
    }

    /// <param name="Value">The figure.</param>
    /// <param name="Unit">Its unit.</param>
    private sealed record Figure(double Value, string Unit)
    {
        /// <summary>How many times better this is than what was before: above 1 is better, whether less time or more runs.</summary>
        public double Over(Figure before) => Unit.EndsWith("/s", StringComparison.Ordinal) ? Value / before.Value : before.Value / Value;
    }
}
