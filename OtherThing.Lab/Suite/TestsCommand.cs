using System.CommandLine;
using System.Diagnostics;
using System.Xml.Linq;

namespace OtherThing.Lab.Suite;

/// <summary>Runs the tests, repeats those that may be unsteady once, alone, and says what it came to.</summary>
internal static class TestsCommand
{
    public static Command Create()
    {
        var assembly = new Argument<FileInfo>("assembly") { Description = "OtherThing.Tests.dll" };
        var more = new Argument<string[]>("arguments") { Description = "What goes to the test runner, after --", DefaultValueFactory = _ => [] };
        var command = new Command("tests", "Runs the tests; one of browsers or processes that fails is run once more, alone.") { assembly, more };
        command.SetAction((parsed, cancellationToken) => RunAsync(parsed.GetValue(assembly)!, parsed.GetValue(more)!, cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(FileInfo assembly, string[] arguments, CancellationToken cancellationToken)
    {
        if (await TestAsync(assembly, arguments, cancellationToken) is not { } first)
        {
            Console.WriteLine("The tests did not finish.");
            return 1;
        }

        TestReport? again = null;
        var repeated = Verdict.ToRepeat(first).Select(test => $"{test.Class}.{test.Method}").Distinct().ToArray();
        if (repeated.Length > 0)
        {
            Console.WriteLine($"Once more, alone: {string.Join(", ", repeated)}");
            again = await TestAsync(assembly, ["-parallelMode", "none", .. repeated.SelectMany(method => new[] { "-method", method })], cancellationToken);
        }

        var verdict = new Verdict(first, again);
        foreach (var line in verdict.Lines)
        {
            Console.WriteLine(line);
        }

        return verdict.IsGood ? 0 : 1;
    }

    /// <summary>One run; null when it ended without a report.</summary>
    private static async Task<TestReport?> TestAsync(FileInfo assembly, string[] arguments, CancellationToken cancellationToken)
    {
        var report = Path.GetTempFileName();
        try
        {
            using var runner = Process.Start(new ProcessStartInfo("dotnet", [assembly.FullName, "-noColor", "-result-xml", report, .. arguments]))!;
            await runner.WaitForExitAsync(cancellationToken);
            return new FileInfo(report).Length == 0 ? null : TestReport.Read(XDocument.Load(report));
        }
        finally
        {
            File.Delete(report);
        }
    }
}
