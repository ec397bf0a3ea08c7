using OtherThing.Core.Access;

namespace OtherThing.Tests.Guide;

public sealed class RightsGuideTests
{
    [Fact]
    public void Page_Rights_IsWhatTheCodeSays() => GuidePage.AssertIs("rights.md", RightsGuide.Write());

    [Fact]
    public void Page_Rights_HasEveryRowOnce() => Assert.All(
        Operations.All.Keys, id => Assert.Single(RightsGuide.Write().Split('\n'), line => line.StartsWith($"| {id} |", StringComparison.Ordinal)));
}
