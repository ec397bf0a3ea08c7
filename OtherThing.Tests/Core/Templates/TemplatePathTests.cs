namespace OtherThing.Tests.Core.Templates;

public sealed class TemplatePathTests
{
    [Theory]
    [InlineData("{{ steps.ask.items[0].name | append: input.x }}", "steps.ask.items[0].name,input.x")]
    [InlineData("{{ input.list[input.at].x }}", "input.at,input.list[*].x")]
    [InlineData("{{ input['odd key'].x }}", "input[\"odd key\"].x")]
    [InlineData("{% if a.b > c and d.size == 2 %}{{ e }}{% elsif f %}{% endif %}", "a.b,c,d.size,e,f")]
    [InlineData("{% for x in input.list limit: input.n %}{{ x.name }}{{ y }}{% endfor %}", "input.list,input.n,input.list[*].name,y")]
    [InlineData(
        "{% for x in input.list %}{% for y in x.parts %}{{ y }}{% endfor %}{% endfor %}{{ x }}", "input.list,input.list[*].parts,input.list[*].parts[*],x")]
    [InlineData("{% for x in (1..input.n) %}{{ x }}{% endfor %}", "input.n")]
    [InlineData("{% assign x = input.a | upcase %}{{ x }}{{ input.b }}", "input.a,input.b")]
    [InlineData("{% assign list = input.a %}{% for x in list %}{{ x.y }}{% endfor %}", "input.a")]
    [InlineData("{% for item in input.items %}{{ item.name }}{% endfor %}{{ item.id }}", "input.items,input.items[*].name,item.id")]
    [InlineData("{{ 'text' | default: 3 }}{% raw %}{{ x }}{% endraw %}", "")]
    public void Paths_Template_TellsWhatItReadsOfTheScope(string template, string expected)
    {
        Assert.Equal(expected, string.Join(",", Templating.Parse(template).Paths));
    }

    [Fact]
    public void Paths_Path_HasItsPlaceInTheText()
    {
        var path = Templating.Parse("Hi {{ steps.ask.text | upcase }}").Paths.Single();

        Assert.Equal(("steps", 6, 14), (path.Root, path.Position, path.Length));
        Assert.Equal(["ask", "text"], path.Segments);
    }
}
