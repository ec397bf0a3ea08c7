using System.Text.Json;
using OtherThing.Web.Components.Shared.Values;

namespace OtherThing.Tests.Web.Components;

public sealed class JsonSearchTests
{
    [Fact]
    public void Find_NameOrValue_SaysWhereInATemplatesWords()
    {
        var value = JsonElement.Parse("""{"items":[{"title":"Bees","odd name":1},{"title":"Wasps"}],"note":"no BEES here"}""");

        Assert.Equal(["items[0].title", "note"], JsonSearch.Find(value, "bees").Select(hit => hit.Path));
        Assert.Equal("items[0][\"odd name\"]", Assert.Single(JsonSearch.Find(value, "odd")).Path);
        Assert.Empty(JsonSearch.Find(value, "ants"));
    }

    [Fact]
    public void Find_InAHugeValue_IsBounded()
    {
        var value = JsonSerializer.SerializeToElement(Enumerable.Repeat("bee", 100_000));

        Assert.Equal(JsonSearch.Most, JsonSearch.Find(value, "bee").Count);
        Assert.Equal(8, JsonSearch.Count(value, 8));
    }
}
