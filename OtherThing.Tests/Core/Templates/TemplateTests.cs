namespace OtherThing.Tests.Core.Templates;

public sealed class TemplateTests
{
    [Theory]
    [InlineData("plain", "\"plain\"")]
    [InlineData("{ \"a\": 1 } }}", "\"{ \\\"a\\\": 1 } }}\"")]
    [InlineData("{{ input.n }}", "1.50")]
    [InlineData("{{ input.big }}", "123456789012345678901234567890.123456789")]
    [InlineData("{{input.ok}}", "true")]
    [InlineData("{{ input.none }}", "null")]
    [InlineData("{{ input.list }}", "[1,\"two\",{\"three\":3}]")]
    [InlineData("{{ input.list[2] }}", "{\"three\":3}")]
    [InlineData("{{- input.n -}}", "1.50")]
    [InlineData(" {{ input.n }}", "\" 1.50\"")]
    [InlineData("n={{ input.n }}, ok={{ input.ok }}, none={{ input.none }}, list={{ input.list }}", "\"n=1.50, ok=true, none=, list=[1,\\\"two\\\",{\\\"three\\\":3}]\"")]
    [InlineData("{{ 'text' }}", "\"text\"")]
    [InlineData("{{ 3 }}", "3")]
    [InlineData("{{ -2.50 }}", "-2.50")]
    [InlineData("{{ (1..3) }}", "[1,2,3]")]
    public void Render_Value_KeepsItsJsonType(string template, string expected)
    {
        var scope = """{"input":{"n":1.50,"big":123456789012345678901234567890.123456789,"ok":true,"none":null,"list":[1,"two",{"three":3}]}}""";

        Assert.Equal(expected, Templating.Json(template, scope));
    }
}
