using CsCheck;
using OtherThing.Core.Tasks;

namespace OtherThing.Tests.Core.Tasks;

public sealed class RankTests
{
    [Fact]
    public void Between_AnyInsertions_KeepsTheOrder() =>
        Gen.Int[0, int.MaxValue].List[1, 300].Sample(places =>
        {
            var ranks = new List<string>();
            foreach (var place in places)
            {
                var at = place % (ranks.Count + 1);
                ranks.Insert(at, Rank.Between(at > 0 ? ranks[at - 1] : null, at < ranks.Count ? ranks[at] : null));
            }

            Assert.Equal(ranks.Order(StringComparer.Ordinal), ranks);
            Assert.Equal(ranks.Distinct().Count(), ranks.Count);
        });

    [Fact]
    public void Between_TenThousandAtEitherEnd_StaysShort()
    {
        var (first, last) = (Rank.First, Rank.First);
        for (var i = 0; i < 10_000; i++)
        {
            (first, last) = (Rank.Between(null, first), Rank.Between(last, null));
        }

        Assert.True(first.Length <= 6 && last.Length <= 6, $"{first} {last}");
        Assert.True(string.CompareOrdinal(first, last) < 0);
    }

    [Fact]
    public void Between_RanksOutOfOrder_IsRefused() =>
        Assert.Throws<ArgumentException>(() => Rank.Between("n5", "n5"));
}
