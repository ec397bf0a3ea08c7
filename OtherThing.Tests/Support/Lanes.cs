using OtherThing.Tests.Agent;
using OtherThing.Tests.Processes;
using OtherThing.Tests.Web.Access.Rights;
using OtherThing.Tests.Web.Keys;
using Xunit.Sdk;
using Xunit.v3;

[assembly: TestCollectionOrderer(typeof(OtherThing.Tests.Support.LongLanesFirst))]

namespace OtherThing.Tests.Support;

/// <summary>The collections that tests with browsers and processes belong to: one test of each runs at a time, however many cores there are.</summary>
internal static class Lanes
{
    /// <summary>The builder's surface: drawing, runs, several people.</summary>
    public const string Builder = "Browser";

    /// <summary>The builder's panels, keyboard, touch and accessibility.</summary>
    public const string Panels = "Browser, panels";

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
    private static readonly string[] s_lanes = [Lanes.Builder, Lanes.Pages, Lanes.Panels, Lanes.Processes, Lanes.Installations];

    // Classes of half a minute and more, whose tests run one after another.
    private static readonly Type[] s_classes = [
        typeof(MessTests), typeof(RightsServiceTests), typeof(RightsRestTests), typeof(RightsPagesTests), typeof(EchoedKeyTests), typeof(NginxTests)];

    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(IReadOnlyCollection<TTestCollection> testCollections)
        where TTestCollection : ITestCollection =>
        [.. testCollections.OrderBy(collection => PlaceOf(collection.TestCollectionDisplayName))];

    private static int PlaceOf(string collection) =>
        Array.IndexOf(s_lanes, collection) is var lane and >= 0 ? lane
        : Array.FindIndex(s_classes, type => collection.Contains($" {type.FullName} ", StringComparison.Ordinal)) is var place and >= 0 ? s_lanes.Length + place
        : int.MaxValue;
}
