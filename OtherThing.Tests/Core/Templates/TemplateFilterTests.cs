using System.Text.Json;
using OtherThing.Core.Templates;

namespace OtherThing.Tests.Core.Templates;

public sealed class TemplateFilterTests
{
    private static readonly JsonScope s_sample = new($$"""{"input": {{TemplateFilters.SampleInput}}}""");

    public static TheoryData<string, string> Examples { get; } =
        [.. TemplateFilters.All.SelectMany(f => f.Examples).Select(e => (e.Template, e.Result))];

    public static TheoryData<string> Names { get; } = [.. TemplateFilters.All.Select(f => f.Name)];

    [Theory]
    [MemberData(nameof(Examples))]
    public void Render_ExampleOfTheTable_GivesItsResult(string template, string result)
    {
        var rendered = Templating.Parse(template).Render(s_sample);

        Assert.Equal(JsonDocument.Parse(result).RootElement.GetRawText(), rendered.GetRawText());
    }

    [Theory]
    [InlineData("{{ 'Hi 👨‍👩‍👧‍👦!' | truncate: 5, '' }}", "Hi ")]
    [InlineData("{{ 'cafe\u0301 noir' | truncate: 4, '' }}", "caf")]
    [InlineData("{{ 'Hi 😀😀' | truncate: 4, '' }}", "Hi 😀")]
    public void Truncate_WithinACharacter_LeavesAllOfItOut(string template, string result) =>
        Assert.Equal(result, Templating.Parse(template).Render(s_sample).GetString());

    [Theory]
    [MemberData(nameof(Names))]
    public void Table_EveryFilter_HasAnExampleThatUsesIt(string name)
    {
        Assert.True(TemplateFilters.TryFind(name, out var filter));
        Assert.NotEmpty(filter.Summary);
        Assert.Contains(filter.Examples, e => e.Template.Contains($"| {name}", StringComparison.Ordinal));
    }
}
