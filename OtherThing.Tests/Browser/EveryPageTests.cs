using OtherThing.Tests.Browser.Support;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Browser;

/// <summary>What holds for every page there is.</summary>
[Collection(Lanes.Pages)]
public sealed class EveryPageTests(Chromium chromium, SharedServer server)
{
    [Theory]
    [InlineData(1280, 800)]
    [InlineData(390, 844)]
    public async Task EveryPage_LightAndDark_HasNoFindingsAndFits(int width, int height)
    {
        await using var tour = await PageTour.StartAsync(chromium, server, new() { ViewportSize = new() { Width = width, Height = height } });
        Assert.Equal(PageTour.Routes, tour.Addresses.Keys.Order(StringComparer.Ordinal));
        var faults = new List<string>();

        await tour.VisitAsync(async (page, route) =>
        {
            faults.AddRange(await Faults.OfAsync(() => Accessible.FitsAsync(page, route)));
            faults.AddRange(await Faults.OfAsync(() => Accessible.CheckAsync(page, route)));
        });

        Assert.True(faults.Count == 0, string.Join('\n', faults));
    }
}
