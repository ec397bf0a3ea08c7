using OtherThing.Core.Runs.Queue;

namespace OtherThing.Tests.Core.Runs;

public class FairTurnsTests
{
    private static readonly Guid s_a = new("00000000-0000-0000-0000-00000000000a");
    private static readonly Guid s_b = new("00000000-0000-0000-0000-00000000000b");
    private static readonly Guid s_c = new("00000000-0000-0000-0000-00000000000c");

    [Fact]
    public void Next_RoomForAll_TakesOneOfEachFlowInTurn() =>
        Assert.Equal([s_a, s_b, s_c, s_a, s_b, s_a], FairTurns.Next(new RunQueueState(null, 0, [Flow(s_a, 3), Flow(s_b, 2), Flow(s_c, 1)]), null));

    [Fact]
    public void Next_LittleRoom_GoesOnAfterTheFlowThatWasServedLast()
    {
        var state = new RunQueueState(3, 1, [Flow(s_a, 1000), Flow(s_b, 1), Flow(s_c, 5)]);

        Assert.Equal([s_b, s_c], FairTurns.Next(state, s_a));
        Assert.Equal([s_a, s_b], FairTurns.Next(state, s_c));
    }

    [Fact]
    public void Next_FlowAtItsLimitOrPaused_HoldsNobodyElseUp() =>
        Assert.Equal(
            [s_c, s_c],
            FairTurns.Next(new RunQueueState(10, 4, [Flow(s_a, 9, begun: 2, limit: 2), Flow(s_b, 9, paused: true), Flow(s_c, 2, begun: 2)]), null));

    [Theory]
    [InlineData(2, 2)]
    [InlineData(2, 5)]
    public void Next_WorkspaceFull_IsNobody(int limit, int begun) =>
        Assert.Empty(FairTurns.Next(new RunQueueState(limit, begun, [Flow(s_a, 3)]), null));

    [Fact]
    public void Next_NothingWaits_IsNobody() => Assert.Empty(FairTurns.Next(new RunQueueState(null, 0, []), s_a));

    private static FlowWaiting Flow(Guid id, int queued, int begun = 0, int? limit = null, bool paused = false) => new(id, queued, begun, limit, paused);
}
