using OtherThing.Core.Access;
using OtherThing.Core.Workspaces;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Data.Workspaces;

public sealed class TransferServiceTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A08_OfferToAnAdminWhoAccepts_SwapsTheRoles()
    {
        await using var database = new TestDatabase();
        var transfers = database.Get<TransferService>();
        var (workspaceId, owner) = await database.AddWorkspaceAsync();
        var admin = await database.AddMemberAsync(workspaceId, Role.Admin);
        var bystander = await database.AddMemberAsync(workspaceId, Role.Admin);

        var early = await transfers.AcceptAsync(admin, workspaceId, Cancellation);
        var offered = await transfers.OfferAsync(owner, workspaceId, admin.UserId, Cancellation);
        var byAnother = await transfers.AcceptAsync(bystander, workspaceId, Cancellation);
        var accepted = await transfers.AcceptAsync(admin, workspaceId, Cancellation);
        var again = await transfers.AcceptAsync(admin, workspaceId, Cancellation);

        Assert.True(offered.IsSuccess);
        Assert.Equal(
            ["transfer.not_offered", "transfer.not_offered", "transfer.not_offered"],
            [early.Error!.Code, byAnother.Error!.Code, again.Error!.Code]);
        Assert.Equal((Role.Owner, admin.UserId!.Value), (accepted.Value.Role!.Value, accepted.Value.OwnerId));
        Assert.Equal(Role.Admin, await database.Get<IMembershipStore>().FindRoleAsync(workspaceId, owner.UserId!.Value, Cancellation));
    }

    [Fact]
    public async Task A08_OfferToAMember_OrByAnAdmin_IsRefused()
    {
        await using var database = new TestDatabase();
        var transfers = database.Get<TransferService>();
        var (workspaceId, owner) = await database.AddWorkspaceAsync();
        var admin = await database.AddMemberAsync(workspaceId, Role.Admin);
        var member = await database.AddMemberAsync(workspaceId, Role.Member);

        var toMember = await transfers.OfferAsync(owner, workspaceId, member.UserId, Cancellation);
        var byAdmin = await transfers.OfferAsync(admin, workspaceId, admin.UserId, Cancellation);
        var toNobody = await transfers.OfferAsync(owner, workspaceId, null, Cancellation);

        Assert.Equal("transfer.not_admin", toMember.Error!.Code);
        Assert.Equal("access.forbidden", byAdmin.Error!.Code);
        Assert.Equal("userId", toNobody.Error!.Fields.Single().Path);
    }

    [Fact]
    public async Task A08_AcceptAfterTheAdminWasDemoted_ChangesNothing()
    {
        await using var database = new TestDatabase();
        var (workspaceId, owner) = await database.AddWorkspaceAsync();
        var admin = await database.AddMemberAsync(workspaceId, Role.Admin);
        await database.Get<TransferService>().OfferAsync(owner, workspaceId, admin.UserId, Cancellation);
        await database.Get<MemberService>().ChangeRoleAsync(owner, workspaceId, admin.UserId!.Value, Role.Member, Cancellation);

        var refused = await database.Get<TransferService>().AcceptAsync(admin, workspaceId, Cancellation);

        Assert.Equal("transfer.not_offered", refused.Error!.Code);
        Assert.Equal(Role.Owner, await database.Get<IMembershipStore>().FindRoleAsync(workspaceId, owner.UserId!.Value, Cancellation));
    }
}
