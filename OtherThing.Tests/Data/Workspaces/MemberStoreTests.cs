using OtherThing.Core.Access;
using OtherThing.Core.Results;
using OtherThing.Core.Workspaces;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Data.Workspaces;

public sealed class MemberStoreTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task R2_TwoOwnersLeaveAtOnce_OneStays()
    {
        await using var database = new TestDatabase();
        var members = database.Get<IMemberStore>();
        for (var round = 0; round < 10; round++)
        {
            var (workspaceId, first) = await database.AddWorkspaceAsync();
            var second = await database.AddMemberAsync(workspaceId, Role.Owner);

            var left = await Task.WhenAll(
                Task.Run(() => members.TryRemoveAsync(workspaceId, first.UserId!.Value, Role.Owner, Cancellation)),
                Task.Run(() => members.TryRemoveAsync(workspaceId, second.UserId!.Value, Role.Owner, Cancellation)));

            Assert.Equal(1, left.Count(done => done));
            Assert.Single((await members.ListAsync(workspaceId, new PageRequest(), Cancellation)).Items);
        }
    }

    [Fact]
    public async Task TrySetRole_WhenItIsNotAsExpected_ChangesNothing()
    {
        await using var database = new TestDatabase();
        var (workspaceId, _) = await database.AddWorkspaceAsync();
        var member = await database.AddMemberAsync(workspaceId, Role.Viewer);
        var members = database.Get<IMemberStore>();

        var changed = await members.TrySetRoleAsync(workspaceId, member.UserId!.Value, Role.Member, Role.Admin, Cancellation);

        Assert.False(changed);
        Assert.Equal(Role.Viewer, (await members.FindAsync(workspaceId, member.UserId!.Value, Cancellation))!.Role);
    }

    [Fact]
    public async Task List_InPages_GivesEachOnce()
    {
        await using var database = new TestDatabase();
        var (workspaceId, _) = await database.AddWorkspaceAsync();
        for (var index = 0; index < 6; index++)
        {
            await database.AddMemberAsync(workspaceId, Role.Viewer);
        }

        var members = database.Get<IMemberStore>();
        List<Guid> seen = [];
        Cursor? cursor = null;
        do
        {
            var page = await members.ListAsync(workspaceId, new PageRequest(3, cursor), Cancellation);
            seen.AddRange(page.Items.Select(member => member.UserId));
            cursor = page.Next is { } next && Cursor.TryParse(next, out var parsed) ? parsed : null;
        }
        while (cursor is not null);

        Assert.Equal(7, seen.Count);
        Assert.Equal(7, seen.Distinct().Count());
    }
}
