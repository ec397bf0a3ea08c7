using System.Text.Json;
using OtherThing.Core.Results;

namespace OtherThing.Tests.Core.Flows;

public sealed class JsonDiffTests
{
    [Theory]
    [InlineData("""{"a":1,"b":[1,2]}""", """{"b":[1,2],"a":1.0}""", "")]
    [InlineData("""{"a":{"b":[1,{"c":2}]}}""", """{"a":{"b":[1,{"c":3}]}}""", "a.b[1].c 2 3")]
    [InlineData("""{"a":[1,2,3]}""", """{"a":[1]}""", "a[1] 2 -;a[2] 3 -")]
    [InlineData("""{"a":1}""", """{"b":1}""", "a 1 -;b - 1")]
    [InlineData("""{"a":1}""", """{"a":"1"}""", "a 1 \"1\"")]
    [InlineData("""1""", """{"a":1}""", " 1 {\"a\":1}")]
    [InlineData("""{"a.b":1,"":2}""", """{"a.b":2,"":3}""", "[\"a.b\"] 1 2;[\"\"] 2 3")]
    [InlineData("""{"a":null}""", """{}""", "a null -")]
    public void Compare_TwoValues_NamesEachPlaceOnce(string before, string after, string expected)
    {
        var found = JsonDiff.Compare(Parse(before), Parse(after));

        Assert.Equal(expected, string.Join(';', found.Select(d => $"{d.Path} {d.Before?.GetRawText() ?? "-"} {d.After?.GetRawText() ?? "-"}")));
    }

    [Fact]
    public void Compare_NothingAndAValue_DifferAsAWhole()
    {
        Assert.Empty(JsonDiff.Compare(null, null));
        Assert.Equal(new JsonDifference("", null, Parse("1")).Path, Assert.Single(JsonDiff.Compare(null, Parse("1"))).Path);
    }

    [Fact]
    public void Compare_MoreThanAsked_StopsThere()
    {
        var (before, after) = (Json.ToElement(Enumerable.Range(0, 100_000)), Json.ToElement(Enumerable.Range(1, 100_000)));

        Assert.Equal(10, JsonDiff.Compare(before, after, most: 10).Count);
    }

    private static JsonElement Parse(string json) => JsonElement.Parse(json);
}
