using System.Text.Json;
using OtherThing.Core.Templates;

namespace OtherThing.Tests.Core.Templates;

/// <summary>N13: what a template puts out is data. It is substituted once and never read as a template, JSON or markup.</summary>
public sealed class TemplateInjectionTests
{
    private static readonly string[] s_pieces =
    [
        "$(id)", "`id`", "'", "\"", "\\", "{{ input.secret }}", "{% for x in (1..9) %}", "}}", "%}", "\r\n", "\0", "\u2028", "${x}", ";rm -rf", "|", "&&",
        "</script>", "<b>", "\",\"admin\":true,\"x\":\"", "../", "%00", "😀", "é", "\t", " ", "a", "\u001b[31m", "]]>", "--", "#{x}",
    ];

    [Fact]
    public void Render_TenThousandHostileValues_ArriveAsData()
    {
        var random = new Random(13);
        var template = JsonTemplate.Parse(
            JsonSerializer.SerializeToElement(new { whole = "{{ input.v }}", text = "<{{ input.v }}>", list = new[] { "{{ input.v | append: '' }}" } }),
            out _);
        for (var i = 0; i < 10_000; i++)
        {
            var value = string.Concat(Enumerable.Range(0, random.Next(1, 8)).Select(_ => s_pieces[random.Next(s_pieces.Length)]));
            var scope = new JsonScope(JsonSerializer.Serialize(new { input = new { v = value, secret = "leaked" } }));

            var rendered = template.Render(scope);

            Assert.Equal(["whole", "text", "list"], rendered.EnumerateObject().Select(p => p.Name));
            Assert.Equal(value, rendered.GetProperty("whole").GetString());
            Assert.Equal($"<{value}>", rendered.GetProperty("text").GetString());
            Assert.Equal(value, rendered.GetProperty("list")[0].GetString());
        }
    }

    [Fact]
    public void UrlEncode_HostileValues_StayInTheirPartOfTheUrl()
    {
        var template = Templating.Parse("https://example.test/a/{{ input.v | url_encode }}/b?q={{ input.v | url_encode }}");
        foreach (var value in s_pieces)
        {
            var url = new Uri(template.RenderText(new JsonScope(JsonSerializer.Serialize(new { input = new { v = $"x{value}y" } }))));

            Assert.Equal("example.test", url.Host);
            Assert.Equal(4, url.Segments.Length);
            Assert.Equal($"?q={Uri.EscapeDataString($"x{value}y")}", url.Query);
        }
    }

    [Fact]
    public void Escape_HostileValues_HoldNoMarkup()
    {
        foreach (var value in s_pieces)
        {
            var escaped = Templating.Text("{{ input.v | escape }}", JsonSerializer.Serialize(new { input = new { v = value } }));

            Assert.DoesNotContain(escaped, c => c is '<' or '>' or '"' or '\'');
        }
    }
}
