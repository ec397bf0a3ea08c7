using System.Text.Json.Nodes;
using OtherThing.Core.Console;

namespace OtherThing.Tests.Core.Console;

public sealed class ConsoleFiltersTests
{
    private static readonly ConsoleOutput s_table = ConsoleOutput.Table(["name", "size"],
    [
        new JsonObject { ["name"] = "beta", ["size"] = 10, ["kind"] = "x" },
        new JsonObject { ["name"] = "Alpha", ["size"] = 9, ["kind"] = "y" },
        new JsonObject { ["name"] = "gamma", ["size"] = null, ["kind"] = "x" },
    ]);

    [Theory]
    [InlineData("where size > 9", "beta")]
    [InlineData("where size <= 10", "beta,Alpha")]
    [InlineData("where name = ALPHA", "Alpha")]
    [InlineData("where name ~ a", "beta,Alpha,gamma")]
    [InlineData("where kind != x", "Alpha")]
    [InlineData("sort name", "Alpha,beta,gamma")]
    [InlineData("sort size desc", "beta,Alpha,gamma")]
    [InlineData("head 1", "beta")]
    public void Apply_RowFilters_KeepAndOrderObjects(string filter, string names) =>
        Assert.Equal(names, string.Join(',', Run(filter).Rows!.Select(row => row["name"]!.GetValue<string>())));

    [Theory]
    [InlineData("count", "3")]
    [InlineData("sum size", "19")]
    public void Apply_Sums_GiveANumber(string filter, string text) => Assert.Equal(text, Run(filter).Message);

    [Theory]
    [InlineData("sum cents", "$12.40")]
    [InlineData("sum cost", "$12.40")]
    [InlineData("where cost > 100 | select name,cost", "name   cost\nparse  $12.40")]
    [InlineData("sort Cost desc | head 2 | select cents", "cost\n$12.40\n$0.00016")]
    public void Apply_Money_IsReadInDollarsAndNamedEitherWay(string filters, string text)
    {
        var output = ConsoleOutput.Table(["name", "cents"],
        [
            new JsonObject { ["name"] = "ask", ["cents"] = 0.016m },
            new JsonObject { ["name"] = "parse", ["cents"] = 1240m },
            new JsonObject { ["name"] = "idle", ["cents"] = null },
        ]);

        foreach (var filter in filters.Split(" | "))
        {
            output = ConsoleFilters.Apply(output, new ConsoleStage([.. filter.Split(' ')])).Value;
        }

        Assert.StartsWith(text, ConsoleText.Render(output), StringComparison.Ordinal);
    }

    [Fact]
    public void Apply_MoneySummed_ProgramsGetCents() =>
        Assert.Equal(3m, ConsoleFilters.Apply(
            ConsoleOutput.Table(["cents"], [new JsonObject { ["cents"] = 1m }, new JsonObject { ["cents"] = 2m }]),
            new ConsoleStage(["sum", "cost"])).Value.Data!.GetValue<decimal>());

    [Fact]
    public void Apply_Group_CountsEachValue() =>
        Assert.Equal(["x 2", "y 1"], Run("group kind").Rows!.Select(row => $"{row["kind"]} {row["count"]}"));

    [Fact]
    public void Apply_Select_ShowsFieldsThatWereHidden() => Assert.Equal(["kind", "name"], Run("select kind,name").Columns);

    [Fact]
    public void Apply_Json_GivesTheObjects() => Assert.Equal(3, Run("json").Data!.AsArray().Count);

    [Theory]
    [InlineData("where weight = 1", "There is no field 'weight'. There are: name, size, kind.")]
    [InlineData("where size like 1", "'like' is no comparison. There are = != < > <= >= and ~ (contains).")]
    [InlineData("head many", "Write it as: head N")]
    [InlineData("sorted name", "There is no command 'sorted'. Did you mean sort?")]
    public void Apply_WrongFilter_SaysWhatWouldBeRight(string filter, string message) =>
        Assert.Equal(message, ConsoleFilters.Apply(s_table, new ConsoleStage(filter.Split(' '))).Error?.Message);

    private static ConsoleOutput Run(string filter) => ConsoleFilters.Apply(s_table, new ConsoleStage(filter.Split(' '))).Value;
}
