namespace OtherThing.Tests.Core.Templates;

public sealed class TemplateTests
{
    private const string Scope =
        """
        {
          "input": {
            "n": 1.50, "big": 123456789012345678901234567890.123456789, "tiny": 1e-30, "ok": true, "none": null,
            "list": [1, "two", {"three": 3}], "empty": [], "key": "odd key", "at": 1,
            "odd key": "odd", "content-type": "text/html", "größe": 3, "size": 99, "text": "héllo🙂"
          },
          "steps": { "ask": { "text": "hi", "items": [{"name": "a"}, {"name": "b"}] } },
          "index": 4
        }
        """;

    [Theory]
    [InlineData("plain", "\"plain\"")]
    [InlineData("", "\"\"")]
    [InlineData("{ \"a\": 1 } }} %} {", "\"{ \\\"a\\\": 1 } }} %} {\"")]
    [InlineData("{{ input.n }}", "1.50")]
    [InlineData("{{ input.big }}", "123456789012345678901234567890.123456789")]
    [InlineData("{{ input.tiny }}", "1e-30")]
    [InlineData("{{input.ok}}", "true")]
    [InlineData("{{ input.none }}", "null")]
    [InlineData("{{ index }}", "4")]
    [InlineData("{{ input.list }}", "[1, \"two\", {\"three\": 3}]")]
    [InlineData("{{ input.list[2] }}", "{\"three\": 3}")]
    [InlineData("{{- input.n -}}", "1.50")]
    [InlineData("{{\n  input.n\n}}", "1.50")]
    [InlineData(" {{ input.n }}", "\" 1.50\"")]
    [InlineData("{{ input.n }}{{ input.n }}", "\"1.501.50\"")]
    [InlineData("{{ 'text' }}", "\"text\"")]
    [InlineData("{{ \"it's }} fine\" }}", "\"it's }} fine\"")]
    [InlineData("{{ 3 }}", "3")]
    [InlineData("{{ -2.50 }}", "-2.50")]
    [InlineData("{{ nil }}", "null")]
    [InlineData("{{ false }}", "false")]
    [InlineData("{{ (1..3) }}", "[1,2,3]")]
    [InlineData("{{ (3..1) }}", "[]")]
    [InlineData("{{ input.list | first | plus: 1 }}", "2")]
    public void Render_Value_KeepsItsJsonType(string template, string expected)
    {
        Assert.Equal(expected, Templating.Json(template, Scope));
    }

    [Theory]
    [InlineData("{{ steps.ask.text }}", "hi")]
    [InlineData("{{ steps[\"ask\"].text }}", "hi")]
    [InlineData("{{ steps['ask'][\"text\"] }}", "hi")]
    [InlineData("{{ steps.ask.items[1].name }}", "b")]
    [InlineData("{{ steps.ask.items[-1].name }}", "b")]
    [InlineData("{{ steps.ask.items.1.name }}", "b")]
    [InlineData("{{ steps.ask.items[input.at].name }}", "b")]
    [InlineData("{{ input[input.key] }}", "odd")]
    [InlineData("{{ input[\"odd key\"] }}", "odd")]
    [InlineData("{{ input.content-type }}", "text/html")]
    [InlineData("{{ input.größe }}", "3")]
    [InlineData("{{ steps.ask.items.size }}", "2")]
    [InlineData("{{ steps.ask.items.first.name }}", "a")]
    [InlineData("{{ steps.ask.items.last.name }}", "b")]
    [InlineData("{{ steps.ask.text.size }}", "2")]
    [InlineData("{{ steps.ask.size }}", "2")]
    [InlineData("{{ steps.size }}", "1")]
    [InlineData("{{ input.size }}", "99")]
    [InlineData("{{ input.text.size }}", "6")]
    public void RenderText_Path_ReadsWhatItNames(string template, string expected)
    {
        Assert.Equal(expected, Templating.Text(template, Scope));
    }

    [Theory]
    [InlineData("n={{ input.n }}", "n=1.50")]
    [InlineData("<{{ input.none }}>", "<>")]
    [InlineData("<{{ input.ok }}>", "<true>")]
    [InlineData("list: {{ input.list }}", "list: [1,\"two\",{\"three\":3}]")]
    [InlineData("{{ input.text }}!", "héllo🙂!")]
    [InlineData("{{ empty }}{{ blank }}.", ".")]
    public void RenderText_ValueInText_IsWrittenAsText(string template, string expected)
    {
        Assert.Equal(expected, Templating.Text(template, Scope));
    }

    [Theory]
    [InlineData("plain { } text", true, false)]
    [InlineData("{{ a }}", false, true)]
    [InlineData("{{ a | json }}", false, true)]
    [InlineData("{{ a }} ", false, false)]
    [InlineData("\n{{ a }}", false, false)]
    [InlineData("{{ a }}{{ b }}", false, false)]
    [InlineData("{% if a %}{{ a }}{% endif %}", false, false)]
    [InlineData("{% raw %}{{ a }}{% endraw %}", false, false)]
    public void TryParse_Text_KnowsItsShape(string text, bool isLiteral, bool isSingle)
    {
        var template = Templating.Parse(text);

        Assert.Equal(text, template.Source);
        Assert.Equal((isLiteral, isSingle), (template.IsLiteral, template.IsSingleExpression));
    }

    [Fact]
    public void Render_SamePathTwice_ReturnsTheScopesOwnElement()
    {
        var scope = new CountingScope("""{"ask": {"text": "hi"}, "other": 1}""");

        var rendered = Templating.Parse("{{ steps.ask.text }}").Render(scope);

        Assert.Equal("hi", rendered.GetString());
        Assert.Equal(["ask"], scope.Asked);
    }

    [Fact]
    public async Task Render_SameTemplateOnManyThreads_GivesEachItsOwnValues()
    {
        var template = Templating.Parse("{% for i in input.list %}{{ i }}{% if forloop.last %}{% else %},{% endif %}{% endfor %}");

        var rendered = await Task.WhenAll(Enumerable.Range(0, 200).Select(n => Task.Run(
            () => template.RenderText(new JsonScope($$"""{"input":{"list":[{{n}},{{n + 1}}]} }""")), TestContext.Current.CancellationToken)));

        Assert.Equal(Enumerable.Range(0, 200).Select(n => $"{n},{n + 1}"), rendered);
    }
}
