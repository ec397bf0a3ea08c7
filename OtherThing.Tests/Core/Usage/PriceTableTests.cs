using System.Globalization;
using System.Text.Json;
using OtherThing.Core.Usage.Prices;

namespace OtherThing.Tests.Core.Usage;

/// <summary>Real answers of providers must come to the price that the table's own reference comes to.</summary>
public sealed class PriceTableTests
{
    private const decimal Tolerance = 0.000_000_001m;

    // The day of the table: its dated rows are read as of then.
    private static readonly DateTime s_at = new(2026, 8, 21, 0, 0, 0, DateTimeKind.Utc);

    [Fact]
    public void Price_EveryRecordedAnswer_AgreesWithinABillionthOfADollar()
    {
        var table = PriceTable.Shipped;
        using var cases = JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Core", "Usage", "usage-cases.json")));
        var (agreed, wrong) = (0, new List<string>());
        foreach (var recorded in cases.RootElement.EnumerateArray())
        {
            foreach (var expected in recorded.GetProperty("expected").EnumerateArray())
            {
                var problem = Compare(table, recorded, expected);
                if (problem is null)
                {
                    agreed++;
                }
                else
                {
                    wrong.Add(problem);
                }
            }
        }

        Assert.Empty(wrong);
        Assert.Equal(908, agreed);
    }

    [Fact]
    public void RowAt_DatedRows_TakesTheOneValidThen()
    {
        var model = PriceTable.Shipped.FindProvider("anthropic")!.FindModel("claude-sonnet-5")!;

        var before = model.RowAt(new DateTime(2026, 8, 31, 23, 59, 59, DateTimeKind.Utc));
        var after = model.RowAt(new DateTime(2026, 9, 1, 0, 0, 0, DateTimeKind.Utc));

        Assert.Equal(2m, before.Prices[PriceUnit.All["input_tokens"]].Base);
        Assert.Equal(3m, after.Prices[PriceUnit.All["input_tokens"]].Base);
    }

    [Theory]
    [InlineData("16:30:00", 0.135)]
    [InlineData("16:29:59", 0.27)]
    [InlineData("00:30:00", 0.27)]
    [InlineData("00:29:59", 0.135)]
    public void RowAt_HoursOfTheDay_TakesStartInAndEndOut(string time, double input)
    {
        var model = PriceTable.Shipped.FindProvider("deepseek")!.FindModel("deepseek-chat")!;
        var at = s_at.Add(TimeSpan.Parse(time, CultureInfo.InvariantCulture));

        var price = model.RowAt(at).Prices[PriceUnit.All["input_tokens"]].Base;

        Assert.Equal((decimal)input, price);
    }

    [Fact]
    public void Price_PartLargerThanItsWhole_HasNoPrice()
    {
        var row = PriceTable.Shipped.FindProvider("openai")!.FindModel("gpt-5-mini")!.RowAt(s_at);

        var price = PriceCalculator.Price(row, new Dictionary<string, decimal> { ["input_tokens"] = 10, ["cache_read_tokens"] = 11 });

        Assert.Null(price);
    }

    private static string? Compare(PriceTable table, JsonElement recorded, JsonElement expected)
    {
        var provider = table.FindProvider(expected.GetProperty("provider").GetString()!)!;
        var flavour = expected.GetProperty("apiFlavor").GetString()!;
        var name = $"{provider.Id}/{flavour}/{recorded.GetProperty("model")}";
        if (provider.FindReader(flavour)?.Read(recorded.GetProperty("body")) is not { } counts)
        {
            return $"{name}: no usage read";
        }

        foreach (var unit in expected.GetProperty("usage").EnumerateObject())
        {
            if (counts.GetValueOrDefault(unit.Name) != unit.Value.GetDecimal())
            {
                return $"{name}: {unit.Name} is {counts.GetValueOrDefault(unit.Name)}, not {unit.Value}";
            }
        }

        if (table.FindModel(provider, recorded.GetProperty("model").GetString()!) is not { } model)
        {
            return $"{name}: no such model";
        }

        if (PriceCalculator.Price(model.RowAt(s_at), counts) is not { } price)
        {
            return $"{name}: no price";
        }

        var input = decimal.Parse(expected.GetProperty("inputUsd").GetString()!, NumberStyles.Float, CultureInfo.InvariantCulture);
        var output = decimal.Parse(expected.GetProperty("outputUsd").GetString()!, NumberStyles.Float, CultureInfo.InvariantCulture);
        return Math.Abs(price.Input - input) <= Tolerance && Math.Abs(price.Output - output) <= Tolerance
            ? null
            : $"{name}: {price.Input} in and {price.Output} out, not {input} and {output}";
    }
}
