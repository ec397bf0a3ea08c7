using OtherThing.Core.Flows.Gallery;
using OtherThing.Core.Flows.Validation;

namespace OtherThing.Tests.Core.Flows;

public sealed class FlowGalleryTests
{
    public static TheoryData<string> Ids => [.. FlowGallery.All.Select(template => template.Id)];

    [Fact]
    public void All_HasAtLeastTenOfDifferentNames()
    {
        Assert.True(FlowGallery.All.Count >= 10);
        Assert.Equal(FlowGallery.All.Count, FlowGallery.All.Select(template => template.Title).Distinct().Count());
        Assert.Null(FlowGallery.Find("no-such"));
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void Flow_OfEachTemplate_IsValidAndSaysWhatItNeeds(string id)
    {
        var template = FlowGallery.Find(id)!;

        Assert.Equal("", string.Join('\n', FlowValidator.Validate(template.Flow).Select(problem => $"{problem.Path}: {problem.Message}")));
        Assert.All([template.Title, template.Purpose, .. template.Needs], text => Assert.False(string.IsNullOrWhiteSpace(text)));
        Assert.NotEmpty(template.Needs);
        Assert.All(template.Flow.Steps, step => Assert.False(string.IsNullOrWhiteSpace(step.Name)));
        Assert.Equal(template.Flow.Steps.Count, template.Flow.Steps.Select(step => step.Position).Distinct().Count());
    }
}
