namespace OtherThing.Tests.Core.Templates;

public sealed class TemplateTagTests
{
    private const string Scope =
        """{"input": {"n": 3, "ok": true, "no": false, "list": ["a", "b", "c", "d"], "map": {"x": 1, "y": 2}, "empty": []}, "item": "outer"}""";

    [Theory]
    [InlineData("{% if input.ok %}yes{% else %}no{% endif %}", "yes")]
    [InlineData("{% if input.no %}yes{% else %}no{% endif %}", "no")]
    [InlineData("{% if input.gone.too %}yes{% else %}no{% endif %}", "no")]
    [InlineData("{% if 0 %}zero is true{% endif %}", "zero is true")]
    [InlineData("{% if input.n == 1 %}1{% elsif input.n == 3 %}3{% elsif true %}x{% else %}y{% endif %}", "3")]
    [InlineData("{% if input.n > 5 %}big{% elsif input.n > 4 %}mid{% else %}small{% endif %}", "small")]
    [InlineData("{% unless input.no %}shown{% endunless %}", "shown")]
    [InlineData("{% unless input.ok %}a{% else %}b{% endunless %}", "b")]
    [InlineData("{% unless input.ok %}a{% elsif input.ok %}b{% endunless %}", "b")]
    public void RenderText_If_TakesTheFirstBranchThatHolds(string template, string expected)
    {
        Assert.Equal(expected, Templating.Text(template, Scope));
    }

    [Theory]
    [InlineData("{% for x in input.list %}{{ x }}{% endfor %}", "abcd")]
    [InlineData("{% for x in (2..4) %}{{ x }}{% endfor %}", "234")]
    [InlineData("{% for x in (1..input.n) %}{{ x }}{% endfor %}", "123")]
    [InlineData("{% for x in input.list limit: 2 %}{{ x }}{% endfor %}", "ab")]
    [InlineData("{% for x in input.list offset: 1 limit: 2 %}{{ x }}{% endfor %}", "bc")]
    [InlineData("{% for x in input.list reversed limit: 2 %}{{ x }}{% endfor %}", "ba")]
    [InlineData("{% for x in input.list, limit: input.n, offset: 9 %}{{ x }}{% else %}none{% endfor %}", "none")]
    [InlineData("{% for x in input.empty %}{{ x }}{% else %}none{% endfor %}", "none")]
    [InlineData("{% for x in nil %}{{ x }}{% else %}none{% endfor %}", "none")]
    [InlineData("{% for p in input.map %}{{ p[0] }}={{ p[1] }};{% endfor %}", "x=1;y=2;")]
    [InlineData("{% for x in input.list %}{% if x == 'b' %}{% continue %}{% endif %}{% if x == 'd' %}{% break %}{% endif %}{{ x }}{% endfor %}", "ac")]
    [InlineData("{% for a in (1..2) %}{% for b in (1..3) %}{% if b == 2 %}{% break %}{% endif %}{{ a }}{{ b }} {% endfor %}{% endfor %}", "11 21 ")]
    [InlineData(
        "{% for x in input.list %}{{ forloop.index }}{{ forloop.index0 }}{{ forloop.rindex }}{{ forloop.rindex0 }}{{ forloop.first }}{{ forloop.last }}{{ "
            + "forloop.length }} {% endfor %}",
        "1043truefalse4 2132falsefalse4 3221falsefalse4 4310falsetrue4 ")]
    [InlineData("{% for a in (1..2) %}{% for b in (1..2) %}{{ forloop.index }}{% endfor %}-{{ forloop.index }} {% endfor %}", "12-1 12-2 ")]
    [InlineData("{% for item in (1..2) %}{{ item }}{% endfor %}{{ item }}", "12outer")]
    public void RenderText_For_WalksTheList(string template, string expected)
    {
        Assert.Equal(expected, Templating.Text(template, Scope));
    }

    [Theory]
    [InlineData("{% assign x = input.n | plus: 1 %}{{ x }}", "4")]
    [InlineData("{% assign x = 'a' %}{% assign x = x | append: 'b' %}{{ x }}", "ab")]
    [InlineData("{% assign item = 'inner' %}{{ item }}", "inner")]
    [InlineData("{% if input.no %}{% assign item = 'inner' %}{% endif %}{{ item }}", "outer")]
    [InlineData("{% for x in (1..3) %}{% assign last = x %}{% endfor %}{{ last }}", "3")]
    [InlineData("{% assign m = input.map %}{{ m.y }}", "2")]
    [InlineData("a{% comment %} {{ input.gone }} {% if %} {% endcomment %}b", "ab")]
    [InlineData("a{% raw %} {{ input.n }} {% if %}{% endraw %}b", "a {{ input.n }} {% if %}b")]
    public void RenderText_OtherTag_DoesItsWork(string template, string expected)
    {
        Assert.Equal(expected, Templating.Text(template, Scope));
    }

    [Theory]
    [InlineData("a  {{- input.n -}}  b", "a3b")]
    [InlineData("a \n {%- if input.ok -%} \n b \n {%- endif -%} \n c", "abc")]
    [InlineData("a {%- comment -%} x {%- endcomment -%} b", "ab")]
    [InlineData("a {% raw -%} x {%- endraw %} b", "a x b")]
    [InlineData("{% for x in (1..2) -%}\n  {{ x }}\n{%- endfor %}", "12")]
    [InlineData("a {{ input.n }} b", "a 3 b")]
    public void RenderText_Hyphen_TrimsTheSpaceNextToIt(string template, string expected)
    {
        Assert.Equal(expected, Templating.Text(template, Scope));
    }

    [Fact]
    public void Render_SameTemplateTwice_ForgetsItsVariables()
    {
        var template = Templating.Parse("{% if input.set %}{% assign x = 1 %}{% endif %}{{ x | default: 'unset' }}");

        Assert.Equal("1", template.RenderText(new JsonScope("""{"input":{"set":true}}""")));
        Assert.Equal("unset", template.RenderText(new JsonScope("""{"input":{"set":false}}""")));
    }
}
