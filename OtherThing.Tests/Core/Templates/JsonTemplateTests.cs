using System.Text.Json;
using OtherThing.Core.Templates;

namespace OtherThing.Tests.Core.Templates;

public sealed class JsonTemplateTests
{
    private static readonly JsonScope s_scope = new("""{"input": {"n": 1.50, "name": "Ada", "list": [1, 2]}}""");

    [Theory]
    [InlineData("""{"a":"{{ input.n }}","b":"Hi {{ input.name }}","c":[1,"{{ input.list[1] }}",{"d":null}],"e":"plain"}""",
        """{"a":1.50,"b":"Hi Ada","c":[1,2,{"d":null}],"e":"plain"}""")]
    [InlineData("\"{{ input.n }}\"", "1.50")]
    [InlineData("\"Hi {{ input.name }}\"", "\"Hi Ada\"")]
    [InlineData("""["{% if input.n > 1 %}big{% endif %}"]""", """["big"]""")]
    [InlineData("""{"{{ input.n }}":"{{ input.n }}"}""", """{"{{ input.n }}":1.50}""")]
    [InlineData("""{"a":"{{ input.list | size }}","b":"{{ input.none | default: nil }}"}""", """{"a":2,"b":null}""")]
    [InlineData("""{"\u00e9\"":"{{ input.n }}","":"{{ input.n }}"}""", """{"é\"":1.50,"":1.50}""")]
    public void Render_StringsWithTags_AreRenderedWithTheirTypes(string template, string expected)
    {
        var parsed = JsonTemplate.Parse(Element(template), out var problems);

        Assert.Empty(problems);
        Assert.False(parsed.IsLiteral);
        Assert.Equal(expected, parsed.Render(s_scope).GetRawText());
    }

    [Theory]
    [InlineData("""{"a": 1, "b": ["plain", {"c": null}], "{{ name }}": true}""")]
    [InlineData("3")]
    [InlineData("\"text\"")]
    public void Render_NoTags_ReturnsTheOriginal(string value)
    {
        var template = JsonTemplate.Parse(Element(value), out _);

        Assert.True(template.IsLiteral);
        Assert.Equal(value, template.Render(s_scope).GetRawText());
    }

    [Fact]
    public void Parse_BrokenStrings_NamesTheirFields()
    {
        var template = JsonTemplate.Parse(
            Element("""{"headers":{"x":"{{ a | nope }}","odd key":"{{ }}"},"command":["ok","fine","{% if %}"],"url":"{{ input.n }}"}"""), out var problems);

        Assert.Equal(
            [("headers.x", 7, "template.unknown_filter"), ("headers[\"odd key\"]", 3, "template.value_expected"),
                ("command[2]", 6, "template.value_expected"), ("command[2]", 0, "template.unclosed_tag")],
            problems.Select(p => (p.Path, p.Problem.Position, p.Problem.Code)));
        var error = Assert.Throws<TemplateError>(() => template.Render(s_scope));
        Assert.Equal(("template.invalid", "headers.x", 7), (error.Code, error.FieldPath, error.Position));
    }

    [Fact]
    public void Paths_Strings_AreToldWithTheirFields()
    {
        var template = JsonTemplate.Parse(Element("""{"headers":{"x":"{{ steps.a.b }}"},"command":["{{ input.n }} {{ index }}"]}"""), out _);

        Assert.Equal(
            [("headers.x", "steps.a.b"), ("command[0]", "input.n"), ("command[0]", "index")],
            template.Paths.Select(p => (p.Path, p.Read.ToString())));
    }

    [Theory]
    [InlineData("""{"headers":{"x":"{{ input.gone }}"}}""", "headers.x")]
    [InlineData("""{"command":["a","b","run {{ input.gone }}"]}""", "command[2]")]
    [InlineData("\"{{ input.gone }}\"", "")]
    public void Render_MissingPath_NamesTheField(string template, string field)
    {
        var parsed = JsonTemplate.Parse(Element(template), out _);

        var error = Assert.Throws<TemplateError>(() => parsed.Render(s_scope));

        Assert.Equal(("template.path_missing", field, "input.gone"), (error.Code, error.FieldPath, error.Path));
    }

    [Fact]
    public void Render_AfterAnError_WritesAWholeValueAgain()
    {
        var template = JsonTemplate.Parse(Element("""{"a":"{{ input.name }}","b":"{{ input.b }}"}"""), out _);
        Assert.Throws<TemplateError>(() => template.Render(s_scope));

        Assert.Equal("""{"a":"x","b":2}""", template.Render(new JsonScope("""{"input":{"name":"x","b":2}}""")).GetRawText());
    }

    [Fact]
    public void Render_ValuesTogetherBeyond16MiB_AreRefused()
    {
        var scope = new JsonScope($$"""{"input":{"big":"{{new string('x', 1_000_000)}}"} }""");
        var many = JsonTemplate.Parse(JsonSerializer.SerializeToElement(Enumerable.Repeat("{{ input.big }}", 20)), out _);
        var few = JsonTemplate.Parse(JsonSerializer.SerializeToElement(Enumerable.Repeat("{{ input.big }}", 10)), out _);

        Assert.Equal(10, few.Render(scope).GetArrayLength());
        Assert.Equal("template.limit", Assert.Throws<TemplateError>(() => many.Render(scope)).Code);
    }

    [Fact]
    public void Render_NestedBeyond64_IsRefused()
    {
        var scope = new JsonScope($$"""{"input":{"deep":{{new string('[', 60)}}{{new string(']', 60)}} } }""");
        var template = JsonTemplate.Parse(Element("""{"a":{"b":{"c":{"d":{"e":"{{ input.deep }}"}}}}}"""), out _);

        var error = Assert.Throws<TemplateError>(() => template.Render(scope));

        Assert.Equal("template.limit", error.Code);
    }

    [Fact]
    public void Parse_NestedBeyond64_IsAProblem()
    {
        var deep =
            JsonDocument.Parse(new string('[', 10_000) + "\"{{ x }}\"" + new string(']', 10_000), new JsonDocumentOptions { MaxDepth = 20_000 }).RootElement;

        JsonTemplate.Parse(deep, out var problems);

        Assert.Equal("template.nesting", Assert.Single(problems).Problem.Code);
    }

    [Fact]
    public void Render_ManyStrings_ShareOneBudget()
    {
        var loop = "{% for i in (1..9000) %}{% if i > 1 %}{% endif %}{% endfor %}";
        var template = JsonTemplate.Parse(JsonSerializer.SerializeToElement(Enumerable.Repeat(loop, 50)), out _);

        Assert.Equal("template.limit", Assert.Throws<TemplateError>(() => template.Render(s_scope)).Code);
    }

    private static JsonElement Element(string json) => JsonDocument.Parse(json).RootElement;
}
