using Xunit.Sdk;
using Xunit.v3;

[assembly: TestCollectionOrderer(typeof(OtherThing.Tests.Support.LongLanesFirst))]

namespace OtherThing.Tests.Support;

/// <summary>The collections that tests with browsers and processes belong to: one test of each runs at a time, however many cores there are.</summary>
internal static class Lanes
{
    /// <summary>The builder.</summary>
    public const string Builder = "Browser";

    /// <summary>All other pages.</summary>
    public const string Pages = "Browser, other pages";

    /// <summary>Servers as processes, killed and started again.</summary>
    public const string Processes = "Processes";

    /// <summary>Servers as processes as a team installs them: how they start, listen, wait for each other and serve.</summary>
    public const string Installations = "Processes, installations";
}

/// <summary>What takes longest starts first, so that it is not what everything waits for at the end.</summary>
public sealed class LongLanesFirst : ITestCollectionOrderer
{
    private static readonly string[] s_first = [Lanes.Builder, Lanes.Pages, Lanes.Processes, Lanes.Installations];

    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(IReadOnlyCollection<TTestCollection> testCollections)
        where TTestCollection : ITestCollection =>
        [.. testCollections.OrderBy(collection => Array.IndexOf(s_first, collection.TestCollectionDisplayName) is var place and >= 0 ? place : s_first.Length)];
}
