using OtherThing.Core.Templates;

namespace OtherThing.Tests.Core.Templates;

public sealed class TemplateLimitTests
{
    private static readonly JsonScope s_scope =
        new($$"""{"input":{"big":"{{new string('a', 1_000_000)}}","list":[{{string.Join(',', Enumerable.Range(0, 50_000))}}],"wide":"{{new string('é', 600_000)}}"} }""");

    [Theory]
    [InlineData("{% for a in (1..9999) %}{% for b in (1..9999) %}x{% endfor %}{% endfor %}")]
    [InlineData("{% for a in (1..10001) %}{% endfor %}")]
    [InlineData("{% for a in (1..999999999) %}{% endfor %}")]
    [InlineData("{{ input.big }}{{ input.big }}")]
    [InlineData("{{ input.wide }} ")]
    [InlineData("{{ input.big | append: input.big }}")]
    [InlineData("{{ input.big | replace: 'a', input.big }}")]
    [InlineData("{{ input.big | replace: 'a', 'bb' }}")]
    [InlineData("{{ input.big | split: '' }}")]
    [InlineData("{{ input.big | url_encode | url_encode | base64_encode }}")]
    [InlineData("{{ input.list | join: input.big }}")]
    [InlineData("{% assign x = 'ab' %}{% for i in (1..40) %}{% assign x = x | append: x %}{% endfor %}")]
    [InlineData("{% assign x = input.list %}{% for i in (1..40) %}{% assign x = x | concat: x %}{% endfor %}")]
    [InlineData("{% for i in (1..9999) %}{% assign x = input.big | sha256 %}{% endfor %}")]
    [InlineData("{% for i in (1..9999) %}{% if input.big contains 'b' %}{% endif %}{% endfor %}")]
    [InlineData("{% for i in (1..9999) %}{% assign x = input.list | sort %}{% endfor %}")]
    [InlineData("{% for i in (1..9999) %}{% if input.list == input.list %}{% endif %}{% endfor %}")]
    public void RenderText_BeyondALimit_IsATemplateError(string template)
    {
        var error = Assert.Throws<TemplateError>(() => Templating.Parse(template).RenderText(s_scope));

        Assert.Equal("template.limit", error.Code);
    }

    [Fact]
    public void Render_LargeValueTakenOver_IsNotProduced()
    {
        var scope = new JsonScope($$"""{"input":{"big":"{{new string('a', 3_000_000)}}"} }""");

        Assert.Equal(3_000_000, Templating.Parse("{{ input.big }}").Render(scope).GetString()!.Length);
    }

    [Fact]
    public void RenderText_OneMiB_IsWithinTheLimit()
    {
        Assert.Equal(1_000_000, Templating.Parse("{% if true %}{{ input.big }}{% endif %}").RenderText(s_scope).Length);
    }

    [Fact]
    public void TryParse_LongerThan100000Characters_IsRefused()
    {
        var longest = Templating.Parse("{{ 1 }}" + new string('x', TemplateLimits.MaxSourceLength - 7));

        Assert.Equal(TemplateLimits.MaxSourceLength, longest.Source.Length);
        Assert.Equal("template.too_long", Templating.Problem(new string('x', TemplateLimits.MaxSourceLength + 1)).Code);
    }

    [Theory]
    [InlineData("{% if a %}", "{% endif %}")]
    [InlineData("{% for a in b %}", "{% endfor %}")]
    [InlineData("{% unless a %}", "{% endunless %}")]
    public void TryParse_TagsInTags_Up50Deep(string open, string close)
    {
        var deepest = string.Concat(Enumerable.Repeat(open, 50)) + string.Concat(Enumerable.Repeat(close, 50));

        Templating.Parse(deepest);
        Assert.Equal("template.nesting", Templating.Problem(open + deepest + close).Code);
    }

    [Theory]
    [InlineData("a[", "]")]
    [InlineData("(1..", ")")]
    public void TryParse_DeepBrackets_AreAProblem(string open, string close)
    {
        Templating.Parse("{{ " + string.Concat(Enumerable.Repeat(open, 10)) + "a" + string.Concat(Enumerable.Repeat(close, 10)) + " }}");

        Assert.Equal("template.nesting", Templating.Problem("{{ " + string.Concat(Enumerable.Repeat(open, 30_000 / open.Length)) + " }}").Code);
    }

    [Theory]
    [InlineData("{% if a %}")]
    [InlineData("{% for a in b %}")]
    [InlineData("{{ a | plus: ")]
    [InlineData("{% raw %}")]
    [InlineData("{% comment %}")]
    [InlineData("{{ a[")]
    [InlineData("{% if a and ")]
    [InlineData("{{ '")]
    public void TryParse_LongBrokenText_EndsWithProblems(string piece)
    {
        var text = string.Concat(Enumerable.Repeat(piece, TemplateLimits.MaxSourceLength / piece.Length));

        Assert.False(Template.TryParse(text, out _, out var problems));
        Assert.InRange(problems.Count, 1, TemplateLimits.MaxProblems);
    }

    [Fact]
    public void Evaluate_LongCondition_NeedsNoDeepStack()
    {
        Assert.True(Templating.Holds("true" + string.Concat(Enumerable.Repeat(" and true", 10_000))));
    }
}
