using OtherThing.Tests.Support;
using Xunit.Sdk;

namespace OtherThing.Tests.Browser.Support;

[Collection(Lanes.Pages)]
public sealed class AccessibleTests(Chromium chromium)
{
    [Theory]
    [InlineData("<button></button>", "Light: button-name")]
    [InlineData("<p style='color: #ccc; background: #fff'>Faint</p>", "Light: color-contrast")]
    [InlineData("<style>@media (prefers-color-scheme: dark) { p { color: #333; background: #000 } }</style><p>Faint</p>", "Dark: color-contrast")]
    [InlineData("<h1>First</h1><h3>Third</h3>", "Light: heading-order")]
    public async Task CheckAsync_Finding_IsNamedWithItsTheme(string body, string finding)
    {
        await using var browser = await (await chromium.StartAsync()).NewContextAsync();
        var page = await browser.NewPageAsync();
        await page.SetContentAsync($"<html lang='en'><title>A page</title><main>{body}</main></html>");

        var thrown = await Assert.ThrowsAnyAsync<XunitException>(() => Accessible.CheckAsync(page, "a page", "main"));

        Assert.Contains("a page, " + finding, thrown.Message, StringComparison.Ordinal);
    }
}
