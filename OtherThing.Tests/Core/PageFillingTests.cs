using OtherThing.Core.Results;

namespace OtherThing.Tests.Core;

public class PageFillingTests
{
    private static readonly Cursor s_place = new(DateTime.UnixEpoch, Guid.Empty);

    [Fact]
    public async Task Fill_ShortPagesWithANextOne_AreReadOnUntilThePageIsFull()
    {
        var asked = new List<int>();

        var page = await new PageRequest(5).FillAsync<int>(request =>
        {
            asked.Add(request.Limit);
            return Task.FromResult<Result<Page<int>>>(new Page<int>(asked.Count is 1 or 3 ? [1, 2] : asked.Count == 4 ? [3] : [], s_place.ToString()));
        });

        Assert.Equal([5, 3, 3, 1], asked);
        Assert.Equal([1, 2, 1, 2, 3], page.Value.Items);
        Assert.Equal(s_place.ToString(), page.Value.Next);
    }

    [Fact]
    public async Task Fill_TheListEnds_IsThePageAsItIs()
    {
        var page = await new PageRequest(5).FillAsync<int>(
            request => Task.FromResult<Result<Page<int>>>(new Page<int>([7], request.Cursor is null ? s_place.ToString() : null)));

        Assert.Equal([7, 7], page.Value.Items);
        Assert.Null(page.Value.Next);
    }

    [Fact]
    public async Task Fill_NothingForAsFarAsItGoes_SaysWhereToGoOn()
    {
        var reads = 0;

        var page = await new PageRequest(5).FillAsync<int>(_ =>
        {
            reads++;
            return Task.FromResult<Result<Page<int>>>(new Page<int>([], s_place.ToString()));
        });

        Assert.Equal((PageFilling.MostReads, 0, s_place.ToString()), (reads, page.Value.Items.Count, page.Value.Next));
    }
}
