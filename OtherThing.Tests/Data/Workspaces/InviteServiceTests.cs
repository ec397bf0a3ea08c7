using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using OtherThing.Core.Access;
using OtherThing.Core.Workspaces;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Data.Workspaces;

public sealed class InviteServiceTests : IAsyncDisposable
{
    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 1, 5, 9, 0, 0, TimeSpan.Zero));
    private readonly TestDatabase _database;

    public InviteServiceTests() => _database = new TestDatabase(services => services.AddSingleton<TimeProvider>(_clock));

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private InviteService Invites => _database.Get<InviteService>();

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Fact]
    public async Task Redeem_EachReason_HasACodeOfItsOwn()
    {
        var (workspaceId, owner) = await _database.AddWorkspaceAsync();
        var expired = await CreateAsync(owner, workspaceId, new InviteDraft(Role.Viewer, ExpiresInDays: 1));
        _clock.Advance(TimeSpan.FromDays(1));
        var revoked = await CreateAsync(owner, workspaceId, new InviteDraft(Role.Viewer));
        await Invites.RevokeAsync(owner, workspaceId, revoked.Invite.Id, Cancellation);
        var used = await CreateAsync(owner, workspaceId, new InviteDraft(Role.Viewer, MaxUses: 1));
        await RedeemAsync(used.Code);

        Assert.Equal("invite.expired", await RedeemAsync(expired.Code));
        Assert.Equal("invite.revoked", await RedeemAsync(revoked.Code));
        Assert.Equal("invite.used_up", await RedeemAsync(used.Code));
        Assert.Equal("invite.unknown", await RedeemAsync(SecretCode.New()));
        Assert.Equal("invite.unknown", await RedeemAsync(""));
    }

    [Fact]
    public async Task Redeem_CodeAsPeopleTypeIt_IsTheSameCode()
    {
        var (workspaceId, owner) = await _database.AddWorkspaceAsync();
        var invite = await CreateAsync(owner, workspaceId, new InviteDraft(Role.Member));

        Assert.Null(await RedeemAsync(" " + invite.Code.ToLowerInvariant().Insert(4, "-").Insert(9, " ")));
    }

    [Fact]
    public async Task A20_RedeemByAMember_ChangesNoRoleAndUsesNothing()
    {
        var (workspaceId, owner) = await _database.AddWorkspaceAsync();
        var admin = await _database.AddMemberAsync(workspaceId, Role.Admin);
        var invite = await CreateAsync(owner, workspaceId, new InviteDraft(Role.Viewer));

        var joined = await Invites.RedeemAsync(admin, invite.Code, Cancellation);

        Assert.Equal(Role.Admin, joined.Value.Role);
        Assert.Equal(0, (await Invites.ListAsync(owner, workspaceId, new(), Cancellation)).Value.Items.Single().Uses);
    }

    [Fact]
    public async Task A20_InviterWhoMayNotInviteAnyMore_InvitesNobody()
    {
        var (workspaceId, owner) = await _database.AddWorkspaceAsync();
        var admin = await _database.AddMemberAsync(workspaceId, Role.Admin);
        var invite = await CreateAsync(admin, workspaceId, new InviteDraft(Role.Member));
        await _database.Get<MemberService>().ChangeRoleAsync(owner, workspaceId, admin.UserId!.Value, Role.Viewer, Cancellation);

        Assert.Equal("invite.revoked", await RedeemAsync(invite.Code));
    }

    [Fact]
    public async Task A18_AdminInvite_IsForOneAddressOnceByAnOwner()
    {
        var (workspaceId, owner) = await _database.AddWorkspaceAsync();
        var admin = await _database.AddMemberAsync(workspaceId, Role.Admin);

        var byAdmin = await Invites.CreateAsync(admin, workspaceId, new InviteDraft(Role.Admin, Email: "ana@example.org"), Cancellation);
        var unbound = await Invites.CreateAsync(owner, workspaceId, new InviteDraft(Role.Admin), Cancellation);
        var twice = await Invites.CreateAsync(owner, workspaceId, new InviteDraft(Role.Admin, MaxUses: 2, Email: "ana@example.org"), Cancellation);
        var asOwner = await Invites.CreateAsync(owner, workspaceId, new InviteDraft(Role.Owner, Email: "ana@example.org"), Cancellation);
        var bound = await CreateAsync(owner, workspaceId, new InviteDraft(Role.Admin, Email: "ana@example.org"));

        Assert.Equal("access.forbidden", byAdmin.Error!.Code);
        Assert.Equal("email", unbound.Error!.Fields.Single().Path);
        Assert.Equal("maxUses", twice.Error!.Fields.Single().Path);
        Assert.Equal("role", asOwner.Error!.Fields[0].Path);
        Assert.Equal("invite.other_email", await RedeemAsync(bound.Code));
    }

    [Fact]
    public async Task RenewInviteCode_OldCode_IsWorthNothing()
    {
        var (workspaceId, owner) = await _database.AddWorkspaceAsync();
        var workspaces = _database.Get<WorkspaceService>();
        var old = (await workspaces.FindAsync(owner, workspaceId, Cancellation)).Value.InviteCode!;

        var renewed = (await workspaces.RenewInviteCodeAsync(owner, workspaceId, Cancellation)).Value.InviteCode!;

        Assert.Equal("invite.unknown", await RedeemAsync(old));
        Assert.Null(await RedeemAsync(renewed));
    }

    [Fact]
    public async Task S01_Codes_AreNotInTheDatabase()
    {
        var (workspaceId, owner) = await _database.AddWorkspaceAsync();
        var invite = await CreateAsync(owner, workspaceId, new InviteDraft(Role.Member));
        var token = await _database.Get<PersonalTokenService>().CreateAsync(
            owner, new PersonalTokenDraft("Program", Scopes.Read), Cancellation);

        foreach (var file in Directory.EnumerateFiles(_database.DirectoryPath, "*.db*"))
        {
            await using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using var reader = new StreamReader(stream, System.Text.Encoding.Latin1);
            var bytes = await reader.ReadToEndAsync(Cancellation);
            Assert.DoesNotContain(invite.Code, bytes, StringComparison.Ordinal);
            Assert.DoesNotContain(token.Value.Value, bytes, StringComparison.Ordinal);
        }
    }

    private async Task<NewInvite> CreateAsync(Actor actor, Guid workspaceId, InviteDraft draft)
    {
        // Some invites ask for a fresh sign-in.
        var fresh = actor with { AuthenticatedAt = _clock.GetUtcNow().UtcDateTime };
        return (await Invites.CreateAsync(fresh, workspaceId, draft, Cancellation)).Value;
    }

    private async Task<string?> RedeemAsync(string code) =>
        (await Invites.RedeemAsync(Actor.User(await _database.AddUserAsync("Joiner")), code, Cancellation)).Error?.Code;
}
