using OtherThing.Core.Templates;

namespace OtherThing.Tests.Core.Templates;

public sealed class TemplateErrorTests
{
    private const string Scope =
        """{"input": {"name": "Ada", "n": 3, "list": [1, 2], "none": null, "a": 1, "b": 2, "c": 3, "d": 4, "e": 5, "f": 6}, "steps": {"ask": {"text": "hi", "body": {}}}}""";

    [Theory]
    [InlineData("Hi {{ steps.ask.txt }}", 6, "steps.ask.txt", "\"steps.ask.txt\" does not exist: \"steps.ask\" has text, body. Did you mean \"text\"?")]
    [InlineData(
        "{{ steps.ask.txt.more[2].x }}", 3, "steps.ask.txt.more[2].x",
        "\"steps.ask.txt\" does not exist: \"steps.ask\" has text, body. Did you mean \"text\"?")]
    [InlineData("{{ steps.answer }}", 3, "steps.answer", "\"steps.answer\" does not exist: \"steps\" has ask.")]
    [InlineData("{{ steps.ask.body.x }}", 3, "steps.ask.body.x", "\"steps.ask.body.x\" does not exist: \"steps.ask.body\" is an object without members.")]
    [InlineData("{{ input.list[2] }}", 3, "input.list[2]", "\"input.list[2]\" does not exist: \"input.list\" is a list of 2.")]
    [InlineData("{{ input.list.name }}", 3, "input.list.name", "\"input.list.name\" does not exist: \"input.list\" is a list of 2.")]
    [InlineData("{{ input.name.first }}", 3, "input.name.first", "\"input.name.first\" does not exist: \"input.name\" is a text.")]
    [InlineData("{{ input.none.x }}", 3, "input.none.x", "\"input.none.x\" does not exist: \"input.none\" is nothing.")]
    [InlineData("{{ input.zzzzz }}", 3, "input.zzzzz", "\"input.zzzzz\" does not exist: \"input\" has name, n, list, none, a, b, c, d and more.")]
    [InlineData(
        "{{ input[\"odd key\"] }}", 3, "input[\"odd key\"]",
        "\"input[\"odd key\"]\" does not exist: \"input\" has name, n, list, none, a, b, c, d and more.")]
    [InlineData("{{ input.list[input.n] }}", 3, "input.list[3]", "\"input.list[3]\" does not exist: \"input.list\" is a list of 2.")]
    [InlineData("{{ input.list[input.none] }}", 3, "input.list", "The index of \"input.list\" has no value.")]
    [InlineData("{{ foo.bar }}", 3, "foo", "There is no \"foo\" here.")]
    [InlineData(
        "{{ input.gone | upcase }}", 3, "input.gone",
        "\"input.gone\" does not exist: \"input\" has name, n, list, none, a, b, c, d and more. Did you mean \"none\"?")]
    [InlineData(
        "{{ input.name | append: input.gone }}", 24, "input.gone",
        "\"input.gone\" does not exist: \"input\" has name, n, list, none, a, b, c, d and more. Did you mean \"none\"?")]
    [InlineData("{% for x in steps.ask.list %}{% endfor %}", 12, "steps.ask.list", "\"steps.ask.list\" does not exist: \"steps.ask\" has text, body.")]
    [InlineData("{% assign x = steps.gone %}", 14, "steps.gone", "\"steps.gone\" does not exist: \"steps\" has ask.")]
    [InlineData("{% for x in input.list %}{{ x.y }}{% endfor %}", 28, "x.y", "\"x.y\" does not exist: \"x\" is a number.")]
    public void Render_MissingPath_NamesItAndWhatIsThere(string template, int position, string path, string message)
    {
        var error = Templating.Fails(template, Scope);

        Assert.Equal("template.path_missing", error.Code);
        Assert.Equal((position, path, message), (error.Position, error.Path, error.Message));
    }

    [Theory]
    [InlineData("{{ input.gone | default: 1 }}", "1")]
    [InlineData("{{ gone.at.all | default: 'x' }}", "x")]
    [InlineData("{{ input.gone | upcase | default: 'x' | append: 'y' }}", "xy")]
    [InlineData("{{ input.name | default: input.gone }}", "Ada")]
    [InlineData("{{ input.none | default: 'x' }}", "x")]
    [InlineData("{{ input.none | upcase }}.", ".")]
    [InlineData("{% if input.gone == nil and input.list[9].x != 1 %}absent{% endif %}", "absent")]
    public void RenderText_MissingPathWithADefaultOrInACondition_IsFine(string template, string expected)
    {
        Assert.Equal(expected, Templating.Text(template, Scope));
    }

    [Theory]
    [InlineData("{{ 'x' | plus: 1 }}", "template.type_mismatch", "plus needs a number and got the text \"x\".")]
    [InlineData("{{ input.list | plus: 1 }}", "template.type_mismatch", "plus needs a number and got a list.")]
    [InlineData("{{ 1 | map: 'x' }}", "template.type_mismatch", "map needs a list and got a number.")]
    [InlineData("{{ 1 | divided_by: 0 }}", "template.divide_by_zero", "A number cannot be divided by 0.")]
    [InlineData("{{ 1 | modulo: 0.0 }}", "template.divide_by_zero", "A number cannot be divided by 0.")]
    [InlineData("{{ '1e308' | times: '1e308' }}", "template.number_range", "The result is larger than a number can be.")]
    [InlineData("{{ '{' | parse_json }}", "template.value_invalid", "parse_json: \"{\" is not JSON: line 1, byte 2.")]
    [InlineData("{{ '*' | base64_decode }}", "template.value_invalid", "base64_decode: \"*\" is not base64 of UTF-8 text.")]
    [InlineData("{{ '/w==' | base64_decode }}", "template.value_invalid", "base64_decode: \"/w==\" is not base64 of UTF-8 text.")]
    [InlineData("{{ 'now' | date: '%F' }}", "template.value_invalid", "date: \"now\" is not a time like 2026-03-09T07:05:09Z.")]
    [InlineData("{{ '10:00' | date: '%F' }}", "template.value_invalid", "date: \"10:00\" is not a time like 2026-03-09T07:05:09Z.")]
    [InlineData("{{ 999999999999999 | date: '%F' }}", "template.value_invalid", "date: Unix seconds lie between the years 1 and 9999.")]
    [InlineData("{{ 0 | date: '%Q' }}", "template.value_invalid", "date does not know \"%Q\"; the guide lists what it knows.")]
    [InlineData("{{ 0 | date: '50%' }}", "template.value_invalid", "date does not know \"%\"; the guide lists what it knows.")]
    [InlineData("{{ input.none | date: '%F' }}", "template.type_mismatch", "date needs a time, as text or Unix seconds, and got nothing.")]
    [InlineData("{{ 1.5 | round: 40 }}", "template.value_invalid", "round takes 0 to 28 digits.")]
    [InlineData("{{ 'a' | slice: 1.5 }}", "template.type_mismatch", "slice needs a whole number.")]
    [InlineData("{{ 'a' | keys }}", "template.type_mismatch", "keys needs an object and got a text.")]
    [InlineData("{% for x in 'abc' %}{% endfor %}", "template.type_mismatch", "for needs a list and got a text.")]
    [InlineData("{% for x in input.list limit: -1 %}{% endfor %}", "template.type_mismatch", "limit and offset are whole numbers from 0.")]
    [InlineData(
        "{% if input.name > 2 %}{% endif %}", "template.type_mismatch",
        "A text cannot be ordered against a number. The filter to_number makes a number of a text.")]
    [InlineData("{% if input.n contains 2 %}{% endif %}", "template.type_mismatch", "contains looks into a text, a list or an object, and got a number.")]
    public void Render_ValueThatDoesNotFit_SaysWhy(string template, string code, string message)
    {
        var error = Templating.Fails(template, Scope);

        Assert.Equal((code, message), (error.Code, error.Message));
    }

    [Theory]
    [InlineData("{{ input.bad | upcase }}")]
    [InlineData("{{ input.object.x }}")]
    [InlineData("a{{ input.bad }}")]
    [InlineData("{{ input.object | json }}")]
    [InlineData("{{ input.object | keys }}")]
    [InlineData("{% if input.object == input.object %}{% endif %}")]
    public void Render_HalfASurrogatePair_IsATemplateError(string template)
    {
        var error = Templating.Fails(template, """{"input": {"bad": "\ud800", "object": {"\ud800": 1}}}""");

        Assert.Equal("template.text_invalid", error.Code);
    }

    [Fact]
    public void Render_ScopeThatThrows_IsNotTakenForABadValue()
    {
        var template = Templating.Parse("{{ steps }}");

        Assert.Throws<InvalidOperationException>(() => template.Render(new CountingScope("{}")));
    }

    [Fact]
    public void Render_AfterAnError_StartsClean()
    {
        var template = Templating.Parse("{% assign x = 1 %}text {% for i in (1..3) %}{{ i }}{{ input.a.b }}{% endfor %}");
        Assert.Throws<TemplateError>(() => template.RenderText(new JsonScope(Scope)));

        Assert.Equal("text 1x2x3x", template.RenderText(new JsonScope("""{"input":{"a":{"b":"x"}}}""")));
    }
}
