using OtherThing.Core.Usage;

namespace OtherThing.Tests.Core.Usage;

public sealed class MoneyTests
{
    [Theory]
    [InlineData(0, "$0", "$0")]
    [InlineData(1, "< $0.000001", "< 1 ¢")]
    [InlineData(10_000, "$0.000001", "< 1 ¢")]
    [InlineData(1_600_000, "$0.00016", "< 1 ¢")]
    [InlineData(1_649_999, "$0.00016", "< 1 ¢")]
    [InlineData(11_610_000, "$0.0012", "< 1 ¢")]
    [InlineData(99_990_000, "$0.01", "< 1 ¢")]
    [InlineData(100_000_000, "$0.01", "$0.01")]
    [InlineData(350_000_000, "$0.035", "$0.04")]
    [InlineData(3_000_000_000, "$0.30", "$0.30")]
    [InlineData(9_550_000_000, "$0.96", "$0.96")]
    [InlineData(124_000_000_000, "$12.40", "$12.40")]
    [InlineData(123_456_000_000, "$12.35", "$12.35")]
    [InlineData(12_345_678_900_000_000, "$1,234,567.89", "$1,234,567.89")]
    [InlineData(-1_600_000, "-$0.00016", "> -1 ¢")]
    [InlineData(-124_000_000_000, "-$12.40", "-$12.40")]
    public void ToString_AnyAmount_IsDollarsThatCount_AndAtAGlanceToTheCent(long units, string exact, string glance)
    {
        Assert.Equal(exact, new Money(units).ToString());
        Assert.Equal(glance, new Money(units).ToGlance());
    }
}
