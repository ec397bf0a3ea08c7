using OtherThing.Core.Templates;

namespace OtherThing.Tests.Core.Templates;

public sealed class TemplateProblemTests
{
    [Theory]
    [InlineData("{{ input.name | upcaze }}", 16, 6, "template.unknown_filter")]
    [InlineData("abc {{ }}", 7, 1, "template.value_expected")]
    [InlineData("abc {{", 6, 0, "template.value_expected")]
    [InlineData("abc {{ input.name", 4, 2, "template.unclosed_tag")]
    [InlineData("abc {% if a %}x", 4, 5, "template.unclosed_tag")]
    [InlineData("{% for a in b %}{% endif %}", 19, 5, "template.unexpected_tag")]
    [InlineData("{% endif %}", 3, 5, "template.unexpected_tag")]
    [InlineData("{% include 'x' %}", 3, 7, "template.unknown_tag")]
    [InlineData("{% %}", 3, 1, "template.tag_expected")]
    [InlineData("{{ 'open }}", 3, 1, "template.text_unclosed")]
    [InlineData("{{ a. }}", 4, 1, "template.name_expected")]
    [InlineData("{{ a[ }}", 6, 1, "template.value_expected")]
    [InlineData("{{ a[0 }}", 7, 1, "template.unexpected")]
    [InlineData("{{ a[1.5] }}", 4, 5, "template.index_invalid")]
    [InlineData("{{ a b }}", 5, 1, "template.unexpected")]
    [InlineData("{{ a > 1 }}", 5, 1, "template.unexpected")]
    [InlineData("{{ a | }}", 7, 1, "template.filter_expected")]
    [InlineData("{{ a | truncate: 1, 2, 3 }}", 7, 17, "template.filter_arguments")]
    [InlineData("{{ a | plus }}", 7, 4, "template.filter_arguments")]
    [InlineData("{{ a | default: 1, allow_falze: true }}", 19, 11, "template.filter_arguments")]
    [InlineData("{{ a | default: allow_false: true, 1 }}", 35, 1, "template.filter_arguments")]
    [InlineData("{% if a = 1 %}{% endif %}", 8, 1, "template.unexpected")]
    [InlineData("{% if a | size %}{% endif %}", 8, 1, "template.unexpected")]
    [InlineData("{% for in b %}{% endfor %}", 10, 1, "template.unexpected")]
    [InlineData("{% for a of b %}{% endfor %}", 9, 1, "template.unexpected")]
    [InlineData("{% assign a == 1 %}", 12, 1, "template.unexpected")]
    [InlineData("{% assign true = 1 %}", 10, 4, "template.name_expected")]
    [InlineData("{% break %}", 3, 5, "template.outside_loop")]
    [InlineData("{{ forloop.index }}", 3, 13, "template.outside_loop")]
    [InlineData("{% for a in b %}{{ forloop.idx }}{% endfor %}", 19, 11, "template.forloop_invalid")]
    [InlineData("{% raw %}{{ a }}", 0, 6, "template.unclosed_tag")]
    [InlineData("{{ 01 }}", 3, 2, "template.number_invalid")]
    [InlineData("{{ (1..2 }}", 9, 1, "template.unexpected")]
    [InlineData("😀 {{ a | nope }}", 10, 4, "template.unknown_filter")]
    public void TryParse_BrokenText_SaysWhereAndWhat(string text, int position, int length, string code)
    {
        var problem = Templating.Problem(text);

        Assert.Equal((position, length, code), (problem.Position, problem.Length, problem.Code));
    }

    [Theory]
    [InlineData("{{ a | upcaze }}", "There is no filter \"upcaze\". Did you mean upcase?")]
    [InlineData("{{ a | xyzzyx }}", "There is no filter \"xyzzyx\".")]
    [InlineData("{% iff a %}", "There is no tag \"iff\": it is one of if, unless, for, assign, break, continue, comment, raw. Did you mean if?")]
    [InlineData("{% if a = 1 %}{% endif %}", "Write == to compare.")]
    [InlineData("{{ a | truncate: 1, 2, 3 }}", "truncate: length = 50, ellipsis = \"...\": 3 given.")]
    public void TryParse_BrokenText_SaysWhatWouldBeRight(string text, string message)
    {
        Assert.Equal(message, Templating.Problem(text).Message);
    }

    [Fact]
    public void TryParse_SeveralProblems_TellsThemInOrder()
    {
        Assert.False(Template.TryParse("{{ a | one }} {{ b.c }} {% if d | two %}{{ e | three }}{% endif %}", out _, out var problems));

        Assert.Equal([7, 32, 47], problems.Select(p => p.Position));
    }

    [Fact]
    public void TryParse_ManyProblems_StopsAtTwenty()
    {
        Assert.False(Template.TryParse(string.Concat(Enumerable.Repeat("{{ | }}", 100)), out _, out var problems));

        Assert.Equal(TemplateLimits.MaxProblems, problems.Count);
    }

    [Fact]
    public void TryParse_EveryPrefixOfATemplate_TellsProblemsInsideTheText()
    {
        const string Text =
            "{% for x in input.list limit: 2 %}{{ x.name | default: 'a', allow_false: true }}{% if x.n > 1 and x.ok %}{% assign y = (1..3) %}{% endif %}{% "
                + "else %}{% raw %}r{% endraw %}{% endfor %}";
        for (var length = 0; length <= Text.Length; length++)
        {
            var parsed = Template.TryParse(Text[..length], out var template, out var problems);

            Assert.Equal(parsed, template is not null);
            Assert.Equal(parsed, problems.Count == 0);
            Assert.All(problems, p => Assert.InRange(p.Position, 0, length));
            Assert.All(problems, p => Assert.InRange(p.Position + p.Length, 0, length));
        }
    }
}
