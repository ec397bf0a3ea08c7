using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;

namespace OtherThing.Tests.Browser;

/// <summary>What assistive technology and the eye need of a page, light and dark.</summary>
internal static class Accessible
{
    private static readonly string[] s_tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

    // The theme is a matter of style alone, so what the elements are is looked at once and what colours they have twice.
    private static readonly string[] s_ofColour = ["color-contrast", "link-in-text-block"];

    // A colour on its way to another is neither.
    private const string Settle = """
        async () => {
          await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
          await Promise.all(document.getAnimations().filter(each => each.effect?.getComputedTiming().endTime !== Infinity).map(each => each.finished.catch(() => {})));
        }
        """;

    /// <summary>Fails on a serious finding in either theme.</summary>
    /// <param name="page">The page.</param>
    /// <param name="what">What it shows.</param>
    /// <param name="part">The part to look at; null for all of it.</param>
    /// <param name="practices">Looks also for what is no rule of WCAG and good practice nevertheless.</param>
    public static async Task CheckAsync(IPage page, string what, string? part = null, bool practices = false)
    {
        await CheckAsync(page, what, ColorScheme.Light, part, practices ? null : RunOnlyOptions.Tags(s_tags));
        await CheckAsync(page, what, ColorScheme.Dark, part, RunOnlyOptions.Rules(s_ofColour));
    }

    /// <summary>Fails when a page is wider than its window.</summary>
    public static async Task FitsAsync(IPage page, string what)
    {
        var wide = await page.EvaluateAsync<int>("document.documentElement.scrollWidth - document.documentElement.clientWidth");
        Assert.True(wide <= 0, $"{what} is {wide} px wider than the window");
    }

    private static async Task CheckAsync(IPage page, string what, ColorScheme scheme, string? part, RunOnlyOptions? only)
    {
        await page.EmulateMediaAsync(new() { ColorScheme = scheme });
        await page.EvaluateAsync(Settle);
        if (Environment.GetEnvironmentVariable("OTHERTHING_SHOTS") is { } folder)
        {
            await page.ScreenshotAsync(new() { Path = Path.Combine(folder, $"{what.Replace('/', '-')}-{scheme}-{page.ViewportSize!.Width}.png") });
        }

        var options = new AxeRunOptions { RunOnly = only, ResultTypes = [ResultType.Violations] };
        var found = part is null ? await page.RunAxe(options) : await page.Locator(part).RunAxe(options);
        var serious = found.Violations.Where(violation => violation.Impact is "serious" or "critical")
            .Select(violation => $"{what}, {scheme}: {violation.Id}: {violation.Help}: {string.Join(" | ", violation.Nodes.Take(4).Select(node => node.Html))}");
        Assert.True(!serious.Any(), string.Join('\n', serious));
    }
}
