using OtherThing.Web.Components.Shared;

namespace OtherThing.Tests.Web.Components;

public sealed class SafeHtmlTests
{
    [Theory]
    [InlineData("<script>alert(1)</script>")]
    [InlineData("<img src=x onerror=alert(1)>")]
    [InlineData("[a](javascript:alert(1))")]
    [InlineData("[a](JaVaScRiPt:alert(1))")]
    [InlineData("[a](data:text/html;base64,PHNjcmlwdD4=)")]
    [InlineData("[a](vbscript:msgbox)")]
    [InlineData("![a](https://example.org/track.png)")]
    [InlineData("# Title {onclick=alert(1)}")]
    [InlineData("<a href=\"javascript:alert(1)\">x</a>")]
    [InlineData("<svg/onload=alert(1)>")]
    [InlineData("<iframe src=//example.org></iframe>")]
    [InlineData("<style>body{display:none}</style>")]
    [InlineData("[x]: javascript:alert(1)\n\n[x]")]
    [InlineData("<javascript:alert(1)>")]
    [InlineData("```\n</code></pre><script>alert(1)</script>\n```")]
    [InlineData("<form action=//example.org><input name=p></form>")]
    public void FromMarkdown_Hostile_LeavesNothingThatRunsOrFetches(string markdown)
    {
        var html = SafeHtml.FromMarkdown(markdown);

        // Escaped text may say these words; markup may not.
        Assert.DoesNotMatch("(?i)<(script|img|svg|iframe|style|form|object|embed|link|meta|base)\\b", html);
        Assert.DoesNotMatch("(?i)<[^>]*\\son[a-z]+\\s*=", html);
        Assert.DoesNotMatch("(?i)<[^>]*(href|src)\\s*=\\s*[\"']?\\s*(javascript|data|vbscript):", html);
    }

    [Fact]
    public void FromMarkdown_Plain_KeepsItsForm()
    {
        var html = SafeHtml.FromMarkdown("**bold** and [site](https://example.org)\n\n- [x] done\n");

        Assert.Contains("<strong>bold</strong>", html, StringComparison.Ordinal);
        Assert.Contains("href=\"https://example.org\"", html, StringComparison.Ordinal);
        Assert.Contains("rel=\"noopener noreferrer nofollow\"", html, StringComparison.Ordinal);
        Assert.Contains("type=\"checkbox\"", html, StringComparison.Ordinal);
    }

    public static TheoryData<string, string> Bombs => new()
    {
        { "quotes", new string('>', 3_000) + " end" },
        { "quotes with spaces", string.Concat(Enumerable.Repeat("> ", 3_000)) + "end" },
        { "lists in one line", string.Concat(Enumerable.Repeat("- ", 3_000)) + "end" },
        { "numbered lists in one line", string.Concat(Enumerable.Repeat("1. ", 3_000)) + "end" },
        { "lists on lines", string.Concat(Enumerable.Range(0, 300).Select(level => new string(' ', level * 2) + "- a\n")) },
        { "lists in quotes", string.Concat(Enumerable.Repeat("> - ", 1_500)) + "end" },
        { "stars", string.Concat(Enumerable.Repeat("*a **b ", 3_000)) },
        { "stars together", new string('*', 20_000) + "a" + new string('*', 20_000) },
        { "brackets", new string('[', 20_000) },
        { "links in links", string.Concat(Enumerable.Repeat("[a](", 5_000)) },
        { "pictures in pictures", string.Concat(Enumerable.Repeat("![", 5_000)) + string.Concat(Enumerable.Repeat("](a)", 5_000)) },
        { "angles", new string('<', 20_000) },
        { "marks", string.Concat(Enumerable.Repeat("==~~^~", 5_000)) },
        { "backticks", string.Concat(Enumerable.Range(1, 200).Select(length => new string('`', length) + "a")) },
        { "wide table", string.Concat(Enumerable.Repeat("|a", 5_000))
            + "\n"
            + string.Concat(Enumerable.Repeat("|-", 5_000))
            + "\n"
            + string.Concat(Enumerable.Repeat("|a", 5_000)) },
        { "table filled up", string.Concat(Enumerable.Repeat("a|", 2_500))
            + "\n"
            + string.Concat(Enumerable.Repeat("-|", 2_500))
            + "\n"
            + string.Concat(Enumerable.Repeat("|\n", 5_000)) },
        { "references", string.Concat(Enumerable.Range(0, 2_000).Select(at => $"[r{at}]: https://example.org/{at}\n"))
            + string.Concat(Enumerable.Range(0, 2_000).Select(at => $"[r{at}]")) },
        { "long", new string('a', 1_000_000) },
    };

    [Theory]
    [MemberData(nameof(Bombs))]
    public void C10_FromMarkdown_Bomb_IsShownAndEndsNothing(string name, string markdown)
    {
        var html = SafeHtml.FromMarkdown(markdown);

        Assert.True(html.Length > 0, name);
        Assert.True(html.Length < (markdown.Length * 50) + 1_000, $"{name} grew to {html.Length} characters.");
    }

    [Fact]
    public void FromMarkdown_TooDeep_IsShownAsTyped()
    {
        var html = SafeHtml.FromMarkdown(new string('>', 3_000) + " <script>alert(1)</script>");

        Assert.StartsWith("<pre>&gt;&gt;", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", html, StringComparison.Ordinal);
        Assert.Contains("<blockquote>", SafeHtml.FromMarkdown(">>>> four deep"), StringComparison.Ordinal);
    }

    [Fact]
    public void FromMarkdown_Nothing_IsEmpty() => Assert.Equal("", SafeHtml.FromMarkdown(null));

    [Theory]
    [InlineData("- [ ] a\n- [x] b", 0, true, "- [x] a\n- [x] b")]
    [InlineData("- [ ] a\n- [x] b", 1, false, "- [ ] a\n- [ ] b")]
    [InlineData("Not [ ] this\n\n* [X] **bold**\n  1. [ ] inner\n\n`[ ]`", 1, true, "Not [ ] this\n\n* [X] **bold**\n  1. [x] inner\n\n`[ ]`")]
    [InlineData("```\n- [ ] code\n```\n- [ ] \u00fc\u6f22", 0, true, "```\n- [ ] code\n```\n- [x] \u00fc\u6f22")]
    [InlineData("- [ ] a", 1, true, null)]
    [InlineData("- [ ] a", -1, true, null)]
    public void Tick_TheBoxAsItIsShown_ChangesThatOneOnly(string markdown, int box, bool on, string? expected) =>
        Assert.Equal(expected, SafeHtml.Tick(markdown, box, on));

    [Fact]
    public void FromMarkdown_BoxesCanBeTickedOnlyWhereThatIsKept()
    {
        Assert.Contains("disabled", SafeHtml.FromMarkdown("- [ ] a"), StringComparison.Ordinal);
        Assert.DoesNotContain("disabled", SafeHtml.FromMarkdown("- [ ] a", mayTick: true), StringComparison.Ordinal);
    }
}
