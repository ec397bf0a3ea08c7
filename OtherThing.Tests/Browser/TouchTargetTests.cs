using OtherThing.Tests.Browser.Support;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Browser;

/// <summary>What one presses with a finger is large enough on every page.</summary>
[Collection(Lanes.Pages)]
public sealed class TouchTargetTests(Chromium chromium, SharedServer server)
{
    /// <summary>
    /// Everything that is pressed has 24 px each way, and an act that a page is about 44 px. As WCAG 2.5.8 has it, a link among words is as tall
    /// as its line; a box that is ticked is as large as its label; what does not show takes no finger.
    /// </summary>
    private const string TooSmall = """
        async () => {
          await Promise.all(document.getAnimations().filter(each => each.effect?.getComputedTiming().endTime !== Infinity).map(each => each.finished.catch(() => {})));
          const pressed = 'a[href], button, input:not([type=hidden]), select, textarea, summary, [role=button], [role=tab], [role=menuitem], [role=checkbox], [role=switch]';
          const primary = '.ot-button-primary, .mud-button-filled-primary';
          const amongWords = each => each.matches('a') && getComputedStyle(each).display.startsWith('inline')
            && [...each.parentElement.childNodes].some(node => node !== each && node.textContent.trim().length > 0);
          const boxOf = each => {
            const box = (each.matches('input[type=checkbox], input[type=radio]') && each.closest('label') || each).getBoundingClientRect();
            const over = getComputedStyle(each, '::after');
            if (over.content !== 'none' && over.position === 'absolute') {
              return { width: Math.max(box.width, parseFloat(over.width)), height: Math.max(box.height, parseFloat(over.height)) };
            }
            return box;
          };
          return [...document.querySelectorAll(pressed)]
            .filter(each => each.checkVisibility({ opacityProperty: true, visibilityProperty: true }) && !each.closest('.ot-visually-hidden, .ot-skip, svg') && !amongWords(each))
            .flatMap(each => {
              const box = boxOf(each);
              const least = each.matches(primary) ? 44 : 24;
              const isTooSmall = box.width > 1 && box.height > 1 && (box.height < least - 0.5 || box.width < 23.5);
              return isTooSmall ? [`${Math.round(box.width)} x ${Math.round(box.height)} of ${least}: ${each.outerHTML.slice(0, 140).replace(/\s+/g, ' ')}`] : [];
            });
        }
        """;

    [Fact]
    public async Task EveryPage_OnAPhone_HasTargetsThatAFingerHits()
    {
        await using var tour = await PageTour.StartAsync(
            chromium, server, new() { ViewportSize = new() { Width = 390, Height = 844 }, HasTouch = true, IsMobile = true });
        var faults = new List<string>();
        var looked = 0;

        await tour.VisitAsync(async (page, route) =>
        {
            looked++;
            faults.AddRange((await page.EvaluateAsync<string[]>(TooSmall)).Select(fault => $"{route}: {fault}"));
        });

        Assert.Equal(PageTour.Routes.Count, looked);
        Assert.True(faults.Count == 0, string.Join('\n', faults));
    }

    [Fact]
    public async Task NarrowWindow_WithAMouse_HasTheSame()
    {
        await using var tour = await PageTour.StartAsync(chromium, server, new() { ViewportSize = new() { Width = 390, Height = 844 } });
        var faults = new List<string>();

        await tour.VisitAsync(async (page, route) => faults.AddRange((await page.EvaluateAsync<string[]>(TooSmall)).Select(fault => $"{route}: {fault}")));

        Assert.True(faults.Count == 0, string.Join('\n', faults));
    }
}
