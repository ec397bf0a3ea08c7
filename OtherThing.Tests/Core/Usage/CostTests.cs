using OtherThing.Core.Usage;

namespace OtherThing.Tests.Core.Usage;

public sealed class CostTests
{
    [Theory]
    [InlineData("", CostKind.Free, 0L, "$0")]
    [InlineData("0,0", CostKind.Free, 0L, "$0")]
    [InlineData("0,200000000", CostKind.Priced, 200_000_000L, "$0.02")]
    [InlineData("200000000,?", CostKind.Partly, null, "$0.02 + 1 unpriced")]
    [InlineData("0,?,?", CostKind.Partly, null, "$0 + 2 unpriced")]
    [InlineData("?", CostKind.Unpriced, null, "unpriced")]
    public void Sum_OfCalls_KeepsWhatHasNoPriceApart(string calls, CostKind kind, long? units, string words)
    {
        var cost =
            Cost.Sum(calls.Split(',', StringSplitOptions.RemoveEmptyEntries)
                .Select(call => Cost.Of(call == "?" ? null : long.Parse(call, System.Globalization.CultureInfo.InvariantCulture))));

        Assert.Equal((kind, units, words), (cost.Kind, cost.Units, cost.ToString()));
    }
}
