using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using OtherThing.Core.Access;
using OtherThing.Core.Audit;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Core.Access;

/// <summary>The whole table of rights against the door: every row, every role, every credential.</summary>
public sealed class DoorTests
{
    private static readonly Guid s_workspace = Guid.CreateVersion7();
    private static readonly Guid s_person = Guid.CreateVersion7();

    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 1, 5, 9, 0, 0, TimeSpan.Zero));
    private readonly FreshSignIns _fresh;

    public DoorTests() => _fresh = new FreshSignIns(_clock);

    public static TheoryData<string, Role?> Cells => new(
        from row in Operations.All.Values
        from role in Enum.GetValues<Role>().Cast<Role?>().Append(null)
        select (row.Id, role));

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private DateTime Now => _clock.GetUtcNow().UtcDateTime;

    [Theory]
    [MemberData(nameof(Cells))]
    public async Task Enter_EachRowAndRole_IsAsTheTableSays(string row, Role? role)
    {
        var operation = Operations.All[row];
        var door = DoorFor(role);

        var signedIn = await door.EnterAsync(Actor.User(s_person, Now), s_workspace, operation, Cancellation);
        var anonymous = await door.EnterAsync(Actor.Anonymous, s_workspace, operation, Cancellation);
        var stale = await door.EnterAsync(Actor.User(s_person, Now - TimeSpan.FromMinutes(6)), s_workspace, operation, Cancellation);
        var underScoped = await door.EnterAsync(
            Actor.Token(s_person, Guid.NewGuid(), Scopes.All & ~operation.Scope), s_workspace, operation, Cancellation);

        Assert.Equal("access.unauthenticated", anonymous.Error!.Code);
        if (role is null)
        {
            Assert.Equal("workspace.not_found", signedIn.Error!.Code);
            Assert.Equal("workspace.not_found", underScoped.Error!.Code);
        }
        else if (operation.For(role.Value) == Grant.Deny)
        {
            Assert.Equal("access.forbidden", signedIn.Error!.Code);
            Assert.Equal("access.forbidden", underScoped.Error!.Code);
        }
        else
        {
            Assert.Equal(role, signedIn.Value.Role);
            Assert.Equal("access.scope", underScoped.Error!.Code);
            Assert.Equal(operation.Fresh ? "access.reauthenticate" : null, stale.Error?.Code);
            Assert.Equal(operation.For(role.Value) == Grant.Own, signedIn.Value.OwnOnly);
            Assert.Null(signedIn.Value.Refuse(s_person));
            Assert.Equal(operation.For(role.Value) == Grant.Own, signedIn.Value.Refuse(Guid.NewGuid()) is not null);
        }
    }

    [Fact]
    public async Task B17_Enter_PersonOfASessionConfirmedAgain_IsLetInForFiveMinutesAndNobodyElseIs()
    {
        var door = DoorFor(Role.Owner);
        var stale = Actor.User(s_person, Now - TimeSpan.FromHours(1)) with { SessionId = Guid.NewGuid() };
        var elsewhere = stale with { SessionId = Guid.NewGuid() };

        var before = await door.EnterAsync(stale, s_workspace, Operations.WorkspaceDelete, Cancellation);
        _fresh.Confirm(stale.SessionId!.Value);
        var after = await door.EnterAsync(stale, s_workspace, Operations.WorkspaceDelete, Cancellation);
        var other = await door.EnterAsync(elsewhere, s_workspace, Operations.WorkspaceDelete, Cancellation);
        _clock.Advance(Door.FreshFor + TimeSpan.FromSeconds(1));
        var late = await door.EnterAsync(stale, s_workspace, Operations.WorkspaceDelete, Cancellation);

        Assert.Equal((Door.SignInAgain, null), (before.Error?.Code, after.Error?.Code));
        Assert.Equal((Door.SignInAgain, Door.SignInAgain), (other.Error?.Code, late.Error?.Code));
    }

    [Fact]
    public void Table_IsNumberedWithoutGaps() =>
        // A79 to A90 are of agents, files and connections; A91 is the one row that the table does not have.
        Assert.Equal(Enumerable.Range(1, 78).Append(91).Select(number => $"A{number:00}"), Operations.All.Keys.Order());

    [Fact]
    public void Roles_NeverGainByBeingLower() => Assert.All(Operations.All.Values, row =>
        Assert.True(row.Admin >= row.Member && row.Member >= row.Viewer, row.Id));

    private Door DoorFor(Role? role) => new(new OneMembership(role), new AuditLog(new KeptAudit(), _clock, NullLogger<AuditLog>.Instance), _fresh);

    private sealed class OneMembership(Role? role) : IMembershipStore
    {
        public Task<Role?> FindRoleAsync(Guid workspaceId, Guid userId, CancellationToken cancellationToken) => Task.FromResult(role);
    }
}
