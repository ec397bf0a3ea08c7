using Microsoft.Playwright;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Browser.Support;

[Collection(Lanes.Pages)]
public sealed class ChromiumTests(Chromium chromium, SharedServer server)
{
    [Fact]
    public async Task Page_StopsOnAnErrorOfTheServer_EndsEveryWaitAtOnceWithTheReason()
    {
        await using var browser = await chromium.OpenAsync(server.BaseAddress);
        var page = await browser.NewPageAsync();
        await page.SetContentAsync("<p>Loading</p>");

        var wait = page.GetByText("Loaded").WaitForAsync();
        // What the framework's script says when the server has ended a page.
        await page.EvaluateAsync(
            "setTimeout(() => console.error('Error: There was an unhandled exception on the current circuit, so this circuit will be terminated.'))");

        var thrown = await Assert.ThrowsAnyAsync<PlaywrightException>(() => wait);
        Assert.Contains("stopped on an error of the server", thrown.Message, StringComparison.Ordinal);
    }
}
