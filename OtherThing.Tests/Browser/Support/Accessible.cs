using System.Text.Json;
using Deque.AxeCore.Commons;
using Microsoft.Playwright;

namespace OtherThing.Tests.Browser.Support;

/// <summary>What assistive technology and the eye need of a page, light and dark.</summary>
internal static class Accessible
{
    // The theme is a matter of style alone, so what the elements are is looked at once and what colours they have twice.
    private static readonly string[] s_ofColour = ["color-contrast", "link-in-text-block"];

    // A colour on its way to another is neither.
    private const string Settle = """
        async () => {
          await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
          await Promise.all(document.getAnimations().filter(each => each.effect?.getComputedTiming().endTime !== Infinity).map(each => each.finished.catch(() => {})));
        }
        """;

    // Deque's own way opens one more page for every look, for what is in frames; there are none.
    private const string Look = """
        async ([part, only]) => {
          if (document.querySelector('iframe, frame')) throw new Error('What is in a frame is not looked at.');
          const found = await axe.run(part ?? document, { resultTypes: ['violations'], ...(only && { runOnly: only }) });
          return found.violations.map(({ id, help, impact, nodes }) => ({ id, help, impact, html: nodes.slice(0, 4).map(node => node.html) }));
        }
        """;

    private static readonly string s_axe = new BundledAxeScriptProvider().GetScript();

    /// <summary>Fails on a critical, serious or moderate finding in either theme, of WCAG or of good practice.</summary>
    /// <param name="page">The page.</param>
    /// <param name="what">What it shows.</param>
    /// <param name="part">The part to look at; null for all of it.</param>
    public static async Task CheckAsync(IPage page, string what, string? part = null)
    {
        await CheckAsync(page, what, ColorScheme.Light, part, null);
        await CheckAsync(page, what, ColorScheme.Dark, part, s_ofColour);
    }

    /// <summary>Fails when a page is wider than its window.</summary>
    public static async Task FitsAsync(IPage page, string what)
    {
        var wide = await page.EvaluateAsync<int>("document.documentElement.scrollWidth - document.documentElement.clientWidth");
        Assert.True(wide <= 0, $"{what} is {wide} px wider than the window");
    }

    private static async Task CheckAsync(IPage page, string what, ColorScheme scheme, string? part, string[]? only)
    {
        await page.EmulateMediaAsync(new() { ColorScheme = scheme });
        await page.EvaluateAsync(Settle);
        if (Environment.GetEnvironmentVariable("OTHERTHING_SHOTS") is { } folder)
        {
            await page.ScreenshotAsync(new() { Path = Path.Combine(folder, $"{what.Replace('/', '-')}-{scheme}-{page.ViewportSize!.Width}.png") });
        }

        if (!await page.EvaluateAsync<bool>("() => 'axe' in window"))
        {
            await page.EvaluateAsync(s_axe);
        }

        var found = await page.EvaluateAsync<JsonElement>(Look, new object?[] { part, only });
        var faults = found.EnumerateArray().Where(violation => violation.GetProperty("impact").GetString() != "minor")
            .Select(
                violation =>
                    $"{what}, {scheme}: {violation.GetProperty("id")}: {violation.GetProperty("help")}: "
                        + $"{string.Join(" | ", violation.GetProperty("html").EnumerateArray())}");
        Assert.True(!faults.Any(), string.Join('\n', faults));
    }
}
