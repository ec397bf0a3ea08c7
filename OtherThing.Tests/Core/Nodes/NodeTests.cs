using CsCheck;
using OtherThing.Core.Nodes;

namespace OtherThing.Tests.Core.Nodes;

public sealed class NodeTests
{
    private static readonly DateTime s_now = new(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc);
    private static readonly NodesOptions s_options = new();

    [Theory]
    [InlineData(0, NodeStatus.Ready)]
    [InlineData(29, NodeStatus.Ready)]
    [InlineData(30, NodeStatus.Unreachable)]
    [InlineData(89, NodeStatus.Unreachable)]
    [InlineData(90, NodeStatus.Offline)]
    [InlineData(86_399, NodeStatus.Offline)]
    [InlineData(86_400, NodeStatus.Stale)]
    public void Settle_SecondsSinceItsBeat_DecideWhereItStands(int seconds, NodeStatus expected) =>
        Assert.Equal(expected, Claimed().Settle(s_now, s_now.AddSeconds(-seconds), connected: false, s_options));

    [Fact]
    public void Settle_AnyHistory_RevokedAndUnownedAreNeverPlaceable() =>
        Gen.Select(Gen.Int[0, 100_000], Gen.Bool, Gen.Bool, Gen.Bool).Sample((age, connected, revoke, drain) =>
        {
            var node = revoke ? Claimed() : New();
            if (drain)
            {
                node.Drain(s_now);
            }

            if (revoke)
            {
                node.Revoke(s_now);
            }

            return node.Settle(s_now, s_now.AddSeconds(-age), connected, s_options) == (revoke ? NodeStatus.Revoked : NodeStatus.Pending);
        });

    [Fact]
    public void Settle_DrainedThenResumed_IsReadyAgain()
    {
        var node = Claimed();

        node.Drain(s_now);
        var drained = node.Settle(s_now, s_now, connected: true, s_options);
        node.Resume();

        Assert.Equal((NodeStatus.Draining, NodeStatus.Ready), (drained, node.Settle(s_now, s_now, connected: true, s_options)));
    }

    [Fact]
    public void Claim_Twice_KeepsTheFirstOwner()
    {
        var (node, first) = (New(), Guid.NewGuid());

        var taken = node.Claim(first, null, false, s_now);
        var refusal = node.Claim(Guid.NewGuid(), null, false, s_now);

        Assert.Null(taken);
        Assert.Equal("node.already_claimed", refusal!.Code);
        Assert.Equal(first, node.OwnerId);
    }

    [Fact]
    public void IsClone_OtherProcessWithoutANonceOfOurs_IsOne()
    {
        var node = Claimed();
        node.Connect(node.Facts, null, "a", "n1", false, s_now);
        node.Connect(node.Facts, null, "a", "n2", false, s_now);

        Assert.False(node.IsClone("a", ""));
        Assert.False(node.IsClone("b", "n2"));
        Assert.False(node.IsClone("b", "n1"));
        Assert.True(node.IsClone("b", "n0"));
        Assert.True(node.IsClone("b", ""));
    }

    [Fact]
    public void Facts_HostileTexts_AreBounded()
    {
        var facts = new NodeFacts
        {
            HostName = new string('x', 5000) + "\r\n",
            Labels = ["", .. Enumerable.Range(0, 5000).Select(number => $"l{number}")],
            Policy = new NodeLimits { CpuCores = double.PositiveInfinity, MemoryMb = long.MinValue, GpuCount = -1, StorageMb = long.MaxValue },
            Resources = new NodeResources { CpuCores = double.NaN, MemoryMb = -5, Gpus = [.. Enumerable.Repeat(new NodeGpu("g\u0007", long.MaxValue), 500)] },
        }.Bounded();

        Assert.Equal(120, facts.HostName.Length);
        Assert.Equal(19, facts.Labels.Count);
        Assert.Equal((0.0, 0L, 0, 1L << 40), (facts.Policy.CpuCores, facts.Policy.MemoryMb, facts.Policy.GpuCount, facts.Policy.StorageMb));
        Assert.Equal((0, 0, 64), (facts.Resources.CpuCores, facts.Resources.MemoryMb, facts.Resources.Gpus.Count));
        Assert.Equal("g", facts.Resources.Gpus[0].Name);
    }

    [Fact]
    public void Fingerprint_SameKey_SameFourWords()
    {
        var words = Fingerprint.Words([1, 2, 3]);

        Assert.Matches("^([bdfghjklmnprstvz][aiou][bdfghjklmnprstvz][aiou][bdfghjklmnprstvz]-){3}[a-z]{5}$", words);
        Assert.Equal(words, Fingerprint.Words([1, 2, 3]));
        Assert.NotEqual(words, Fingerprint.Words([1, 2, 4]));
        Assert.Equal(words, OtherThing.Agent.Identity.Fingerprint.Words([1, 2, 3]));
    }

    [Fact]
    public void ClaimCode_AsAPersonTypesIt_HasTheSameHash()
    {
        var code = ClaimCode.New();

        Assert.Matches("^[A-HJ-NP-TV-Z2-9]{4}-[A-HJ-NP-TV-Z2-9]{4}$", code);
        Assert.Equal(ClaimCode.Hash(code), ClaimCode.Hash($" {code.ToLowerInvariant().Replace("-", " ", StringComparison.Ordinal)} "));
        Assert.Null(ClaimCode.Hash("ABC"));
        Assert.Null(ClaimCode.Hash(null));
    }

    private static Node New() => new([1, 2, 3], new NodeFacts { HostName = "bench" }, null, s_now);

    private static Node Claimed()
    {
        var node = New();
        Assert.Null(node.Claim(Guid.NewGuid(), null, false, s_now));
        return node;
    }
}
