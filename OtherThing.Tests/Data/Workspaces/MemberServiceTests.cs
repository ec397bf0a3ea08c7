using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;
using OtherThing.Core.Access;
using OtherThing.Core.Audit;
using OtherThing.Core.Live;
using OtherThing.Core.Results;
using OtherThing.Core.Workspaces;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Data.Workspaces;

/// <summary>What becomes of a hand-over when something comes between it and the removal.</summary>
public sealed class MemberServiceTests : IAsyncLifetime
{
    private readonly TestDatabase _database = new();
    private readonly List<string> _handedOver = [];
    private Guid _workspaceId;
    private Actor _owner = Actor.Anonymous;
    private Guid _member;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        (_workspaceId, _owner) = await _database.AddWorkspaceAsync();
        _member = (await _database.AddMemberAsync(_workspaceId, Role.Member)).UserId!.Value;
    }

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Fact]
    public async Task A14_RemoveWithHandover_CallerHangsUpBetweenTwoParts_CarriesAllOfItOut()
    {
        using var caller = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var service = Service(new Departure("runs", _handedOver, caller.CancelAsync), new Departure("schedules", _handedOver));

        var removed = await service.RemoveAsync(_owner, _workspaceId, _member, caller.Token, DepartingWork.Handover);

        Assert.True(removed.IsSuccess, removed.Error?.ToString());
        Assert.Equal(["runs", "schedules"], _handedOver);
        Assert.Null(await RoleAsync());
        Assert.Equal("removed, work handed over", await LastDetailAsync());
    }

    [Fact]
    public async Task A14_RemoveWithHandover_RoleChangedMeanwhile_SaysThatTheWorkIsHandedOver()
    {
        var service = Service(new Departure("runs", _handedOver, PromoteAsync), new Departure("schedules", _handedOver));

        var refused = await service.RemoveAsync(_owner, _workspaceId, _member, Cancellation, DepartingWork.Handover);

        Assert.Equal("member.changed", refused.Error?.Code);
        Assert.Equal(Role.Admin, await RoleAsync());
        Assert.Equal("work handed over; still a member", await LastDetailAsync());
    }

    [Fact]
    public async Task A14_RemoveWithHandover_RoleChangedBefore_HandsNothingOver()
    {
        var service = Service(new ChangingMembers(_database.Get<IMemberStore>(), PromoteAsync), new Departure("runs", _handedOver));

        var refused = await service.RemoveAsync(_owner, _workspaceId, _member, Cancellation, DepartingWork.Handover);

        Assert.Equal("member.changed", refused.Error?.Code);
        Assert.Empty(_handedOver);
        Assert.Equal(Role.Admin, await RoleAsync());
    }

    [Fact]
    public async Task A14_RemoveWithHandover_APartFails_SaysThatItBrokeOff()
    {
        var service = Service(
            new Departure("runs", _handedOver), new Departure("schedules", _handedOver, () => throw new TimeoutException("The database does not answer.")));

        await Assert.ThrowsAsync<TimeoutException>(() => service.RemoveAsync(_owner, _workspaceId, _member, Cancellation, DepartingWork.Handover));

        Assert.Equal(["runs"], _handedOver);
        Assert.Equal(Role.Member, await RoleAsync());
        Assert.Equal("handing over the work broke off, a part may be done; still a member", await LastDetailAsync());
    }

    private async Task PromoteAsync() =>
        Assert.True(await _database.Get<IMemberStore>().TrySetRoleAsync(_workspaceId, _member, Role.Member, Role.Admin, CancellationToken.None));

    private Task<Role?> RoleAsync() => _database.Get<IMembershipStore>().FindRoleAsync(_workspaceId, _member, Cancellation);

    private async Task<string?> LastDetailAsync()
    {
        await using var db = _database.CreateContext();
        var entries = await db.Set<AuditEntry>().Where(entry => entry.WorkspaceId == _workspaceId).ToListAsync(Cancellation);
        return entries.Where(entry => entry.Target == $"member:{_member}").MaxBy(entry => entry.Sequence)?.Detail;
    }

    private MemberService Service(params IMemberDeparture[] departures) => Service(_database.Get<IMemberStore>(), departures);

    private MemberService Service(IMemberStore members, params IMemberDeparture[] departures) => new(
        _database.Get<Door>(), members, departures, _database.Get<AuditLog>(), _database.Get<ILiveFeed>(), _database.Get<TimeProvider>(),
        NullLogger<MemberService>.Instance);

    private sealed class Departure(string name, List<string> handedOver, Func<Task>? meanwhile = null) : IMemberDeparture
    {
        public async Task HandOverAsync(Guid workspaceId, Guid userId, Guid toUserId, CancellationToken cancellationToken)
        {
            cancellationToken.ThrowIfCancellationRequested();
            await (meanwhile?.Invoke() ?? Task.CompletedTask);
            handedOver.Add(name);
        }

        public Task OnDepartedAsync(Guid workspaceId, Guid userId, CancellationToken cancellationToken) => Task.CompletedTask;
    }

    /// <summary>Somebody changes the member right after they were first looked up.</summary>
    private sealed class ChangingMembers(IMemberStore inner, Func<Task> change) : IMemberStore
    {
        private bool _changed;

        public async Task<MemberView?> FindAsync(Guid workspaceId, Guid userId, CancellationToken cancellationToken)
        {
            var found = await inner.FindAsync(workspaceId, userId, cancellationToken);
            if (!_changed)
            {
                _changed = true;
                await change();
            }

            return found;
        }

        public Task<Page<MemberView>> ListAsync(Guid workspaceId, PageRequest page, CancellationToken cancellationToken) =>
            inner.ListAsync(workspaceId, page, cancellationToken);

        public Task<bool> TryJoinPublicAsync(Guid workspaceId, Guid userId, DateTime utcNow, CancellationToken cancellationToken) =>
            inner.TryJoinPublicAsync(workspaceId, userId, utcNow, cancellationToken);

        public Task<bool> TrySetRoleAsync(Guid workspaceId, Guid userId, Role expected, Role role, CancellationToken cancellationToken) =>
            inner.TrySetRoleAsync(workspaceId, userId, expected, role, cancellationToken);

        public Task<bool> TryTransferAsync(Guid workspaceId, Guid adminId, CancellationToken cancellationToken) =>
            inner.TryTransferAsync(workspaceId, adminId, cancellationToken);

        public Task<bool> TryRemoveAsync(Guid workspaceId, Guid userId, Role expected, CancellationToken cancellationToken) =>
            inner.TryRemoveAsync(workspaceId, userId, expected, cancellationToken);
    }
}
