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

    [Fact]
    public void FromMarkdown_Nothing_IsEmpty() => Assert.Equal("", SafeHtml.FromMarkdown(null));
}
