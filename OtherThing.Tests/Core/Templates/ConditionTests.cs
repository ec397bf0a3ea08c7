using OtherThing.Core.Templates;

namespace OtherThing.Tests.Core.Templates;

public sealed class ConditionTests
{
    private const string Scope =
        """{"input": {"n": 3, "big": 12345678901234567890123, "ok": true, "no": false, "none": null, "name": "Ada", "list": [1, "b", {"c": 1}], "object": {"x": null, "y": 1}, "empty": [], "space": "  "}, "steps": {"shape": {"n": 3.0}}}""";

    [Theory]
    [InlineData("steps.shape.n > 2 and input.ok", true)]
    [InlineData("input.ok", true)]
    [InlineData("input.no", false)]
    [InlineData("input.none", false)]
    [InlineData("input.gone.deeper", false)]
    [InlineData("0", true)]
    [InlineData("''", true)]
    [InlineData("input.n == steps.shape.n", true)]
    [InlineData("input.n == '3'", false)]
    [InlineData("input.n != 4", true)]
    [InlineData("input.n <> 3", false)]
    [InlineData("input.n >= 3", true)]
    [InlineData("input.n <= 2.9", false)]
    [InlineData("input.n < 3.5", true)]
    [InlineData("input.big > 9007199254740993", true)]
    [InlineData("input.big == 12345678901234567890123", true)]
    [InlineData("input.big == 12345678901234567890124", false)]
    [InlineData("input.gone > 1", false)]
    [InlineData("input.gone <= 1", false)]
    [InlineData("input.gone == nil", true)]
    [InlineData("input.none == input.gone", true)]
    [InlineData("input.name < 'Bob'", true)]
    [InlineData("input.name == 'Ada'", true)]
    [InlineData("input.name == \"ada\"", false)]
    [InlineData("input.name contains 'd'", true)]
    [InlineData("input.list contains 'b'", true)]
    [InlineData("input.list contains 2", false)]
    [InlineData("input.object contains 'y'", true)]
    [InlineData("input.object contains 'x'", false)]
    [InlineData("input.gone contains 'x'", false)]
    [InlineData("input.list == input.list", true)]
    [InlineData("input.object == input.object", true)]
    [InlineData("input.list == input.empty", false)]
    [InlineData("input.empty == empty", true)]
    [InlineData("empty == input.empty", true)]
    [InlineData("input.list != empty", true)]
    [InlineData("input.space == empty", false)]
    [InlineData("input.space == blank", true)]
    [InlineData("input.none == blank", true)]
    [InlineData("input.none == empty", false)]
    [InlineData("input.list.size == 3", true)]
    [InlineData("(1..3) contains input.n", true)]
    [InlineData("input.ok == true", true)]
    [InlineData("input.no == true", false)]
    [InlineData("  input.ok\n", true)]
    public void Evaluate_Comparison_HoldsOrNot(string condition, bool expected)
    {
        Assert.Equal(expected, Templating.Holds(condition, Scope));
    }

    [Theory]
    [InlineData("true and false or true", true)]
    [InlineData("false and false or true", false)]
    [InlineData("true or false and false", true)]
    [InlineData("false or true and true", true)]
    [InlineData("false or false", false)]
    [InlineData("true and true and false", false)]
    [InlineData("true or input.name > 2", true)]
    [InlineData("false and input.name > 2", false)]
    public void Evaluate_AndOr_GroupFromTheRightAndStopEarly(string condition, bool expected)
    {
        Assert.Equal(expected, Templating.Holds(condition, Scope));
    }

    [Theory]
    [InlineData("", 0, 0, "template.value_expected")]
    [InlineData("{{ input.ok }}", 0, 2, "template.braces")]
    [InlineData("input.n = 3", 8, 1, "template.unexpected")]
    [InlineData("input.n > ", 10, 0, "template.value_expected")]
    [InlineData("input.ok and", 12, 0, "template.value_expected")]
    [InlineData("input.ok && input.no", 9, 1, "template.unexpected")]
    [InlineData("input.list | size > 2", 11, 1, "template.unexpected")]
    [InlineData("input.a input.b", 8, 1, "template.unexpected")]
    public void TryParse_BrokenCondition_SaysWhereAndWhat(string condition, int position, int length, string code)
    {
        Assert.False(Condition.TryParse(condition, out var parsed, out var problems));

        Assert.Null(parsed);
        Assert.Equal((position, length, code), (problems[0].Position, problems[0].Length, problems[0].Code));
    }

    [Fact]
    public void Paths_Condition_AreAllTold()
    {
        Assert.True(Condition.TryParse("steps.shape.n > input.list[0] and input['odd key']", out var condition, out _));

        Assert.Equal(["steps.shape.n", "input.list[0]", "input[\"odd key\"]"], condition.Paths.Select(p => p.ToString()));
        Assert.Equal([(0, 13), (16, 13), (34, 16)], condition.Paths.Select(p => (p.Position, p.Length)));
    }

    [Fact]
    public void TryParse_TooLong_IsRefused()
    {
        Assert.False(Condition.TryParse(new string(' ', 100_001), out _, out var problems));

        Assert.Equal("template.too_long", Assert.Single(problems).Code);
    }
}
