using OtherThing.Tests.Support;

namespace OtherThing.Tests.Architecture;

public sealed class LaneTests
{
    [Fact]
    public void ClassesOfBrowsersAndProcesses_AreInTheirLanes()
    {
        var strays = typeof(LaneTests).Assembly.GetTypes()
            .Where(type => type.GetMethods().Any(method => method.GetCustomAttributes(typeof(FactAttribute), inherit: true).Length > 0))
            .Where(type => !LanesOf(type.Namespace!).Contains(type.GetCustomAttributes(inherit: true).OfType<CollectionAttribute>().SingleOrDefault()?.Name))
            .Select(type => type.FullName);

        Assert.Empty(strays);
    }

    private static string?[] LanesOf(string space) => space switch
    {
        "OtherThing.Tests.Browser" => [Lanes.Builder, Lanes.Pages],
        "OtherThing.Tests.Processes" => [Lanes.Processes],
        _ => [null],
    };
}
