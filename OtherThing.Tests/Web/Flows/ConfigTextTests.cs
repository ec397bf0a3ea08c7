using System.Text.Json.Nodes;
using CsCheck;
using OtherThing.Web.Features.Flows.Panels;

namespace OtherThing.Tests.Web.Flows;

public class ConfigTextTests
{
    [Theory]
    [InlineData("""{"a":1}""")]
    [InlineData("[1,2]")]
    [InlineData("12")]
    [InlineData("true")]
    [InlineData("\"12\"")]
    [InlineData("\"true\"")]
    [InlineData("\"{{ input.a }}\"")]
    [InlineData("\"{% if a %}b{% endif %}\"")]
    [InlineData("\"{ no json\"")]
    [InlineData("\"plain words\"")]
    [InlineData("\"-dash\"")]
    public void ShowThenRead_AnyValue_IsTheSameValue(string json)
    {
        var value = JsonNode.Parse(json);

        Assert.True(ConfigText.TryRead(ConfigText.Show(value), out var read, out _));

        Assert.Equal(value!.ToJsonString(), read!.ToJsonString());
    }

    [Fact]
    public void ShowThenRead_AnyString_IsTheSameString() =>
        Gen.String.Where(text => !string.IsNullOrWhiteSpace(text)).Sample(text =>
            ConfigText.TryRead(ConfigText.Show(JsonValue.Create(text)), out var read, out _) && read!.GetValue<string>() == text);

    [Theory]
    [InlineData("{\"a\":")]
    [InlineData("[1,]")]
    [InlineData("\"open")]
    public void Read_TextThatBeginsLikeJsonAndIsNot_SaysWhere(string text)
    {
        Assert.False(ConfigText.TryRead(text, out _, out var problem));
        Assert.Contains("line 1", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void PairsAndLines_ShownThenRead_AreTheSame()
    {
        var pairs = JsonNode.Parse("""{"Accept":"application/json","X-Time":"10:30"}""");
        var lines = JsonNode.Parse("""["wc","-w","two words"]""");

        Assert.Equal(pairs!.ToJsonString(), ConfigText.ReadPairs(ConfigText.ShowPairs(pairs))!.ToJsonString());
        Assert.Equal(lines!.ToJsonString(), ConfigText.ReadLines(ConfigText.ShowLines(lines))!.ToJsonString());
        Assert.Null(ConfigText.ReadPairs("\n"));
        Assert.Null(ConfigText.ReadLines(""));
    }
}
