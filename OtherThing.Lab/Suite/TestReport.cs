using System.Globalization;
using System.Xml.Linq;

namespace OtherThing.Lab.Suite;

/// <summary>One test as the runner reports it.</summary>
/// <param name="Name">Its display name, with its arguments.</param>
/// <param name="Class">The full name of its class.</param>
/// <param name="Method">Its method.</param>
/// <param name="Result"><c>Pass</c>, <c>Fail</c>, <c>Skip</c> or <c>NotRun</c>.</param>
public sealed record TestResult(string Name, string Class, string Method, string Result)
{
    /// <summary>Whether it works with browsers or with processes of its own, whose moments are the machine's.</summary>
    public bool MayBeUnsteady =>
        Class.StartsWith("OtherThing.Tests.Browser.", StringComparison.Ordinal) || Class.StartsWith("OtherThing.Tests.Processes.", StringComparison.Ordinal);
}

/// <summary>What a run of the tests came to.</summary>
/// <param name="Tests">Every test.</param>
/// <param name="Errors">What failed outside of tests: the clean-up of a fixture, for example.</param>
public sealed record TestReport(IReadOnlyList<TestResult> Tests, IReadOnlyList<string> Errors)
{
    /// <summary>Reads the runner's <c>-result-xml</c>.</summary>
    public static TestReport Read(XDocument report) => new(
        [.. from test in report.Descendants("test")
            select new TestResult(
                (string)test.Attribute("name")!, (string)test.Attribute("type")!, (string)test.Attribute("method")!, (string)test.Attribute("result")!)],
        [.. from error in report.Descendants("error")
            select string.Create(
                CultureInfo.InvariantCulture,
                $"{(string?)error.Attribute("name") ?? (string?)error.Attribute("type")}: {(string?)error.Descendants("message").FirstOrDefault()}")]);

    /// <summary>The tests with this result.</summary>
    public IEnumerable<TestResult> With(string result) => Tests.Where(test => test.Result == result);
}
