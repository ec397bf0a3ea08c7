using System.Globalization;
using OtherThing.Tests.Web.Flows.Graph;
using OtherThing.Web.Components.Shared;

namespace OtherThing.Tests.Web.Components;

/// <summary>What the browser makes of a clock is what the server wrote first, and it looks again when the words are others.</summary>
public sealed class ClockWordsTests
{
    private const string Script = """
        import { ago, change, count } from './clockwords.js';
        export const say = (kind, span) => (kind === 'count' ? count : ago)(Number(span));
        export const left = (kind, span) => String(change(kind, Number(span)));
        """;

    private static readonly long[] s_spans =
    [
        0, 1, 999, 1_000, 9_999, 10_000, 12_345, 14_999, 15_000, 59_999, 60_000, 60_001, 90_000, 125_000, 3_599_999, 3_600_000, 4_320_000, 86_399_999,
        86_400_000, 200_000_000,
    ];

    [Fact]
    public void Words_InTheBrowser_AreTheServers()
    {
        using var script = new CanvasScript(Script, folder: "");

        Assert.All(s_spans, span =>
        {
            Assert.Equal(Duration.Count(TimeSpan.FromMilliseconds(span)), Say(script, "count", span));
            Assert.Equal(RelativeTime.Say(TimeSpan.FromMilliseconds(span)), Say(script, "ago", span));
            Assert.Equal(RelativeTime.Say(TimeSpan.FromMilliseconds(-span)), Say(script, "ago", -span));
        });
    }

    [Theory]
    [InlineData("count", 1)]
    [InlineData("ago", -1)]
    public void Change_OfWhatGoesOn_IsWhereTheWordsChange(string kind, int sign)
    {
        using var script = new CanvasScript(Script, folder: "");

        Assert.All(s_spans.Where(span => span is > 10_000 and < 86_400_000).Select(span => span * sign), span =>
        {
            var left = long.Parse(script.Call("left", kind, Text(span)), CultureInfo.InvariantCulture);
            Assert.Equal(Say(script, kind, span), Say(script, kind, span + left - 1));
            Assert.NotEqual(Say(script, kind, span), Say(script, kind, span + left + 1));
        });
    }

    /// <summary>What is over is not looked at each second.</summary>
    [Fact]
    public void Change_OfWhatIsOver_IsSecondsAway()
    {
        using var script = new CanvasScript(Script, folder: "");

        Assert.Equal("15000", script.Call("left", "ago", "0"));
        Assert.Equal("60000", script.Call("left", "ago", "60000"));
        Assert.Equal("3600000", script.Call("left", "ago", "7200000"));
    }

    private static string Say(CanvasScript script, string kind, long span) => script.Call("say", kind, Text(span));

    private static string Text(long span) => span.ToString(CultureInfo.InvariantCulture);
}
