using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using OtherThing.Core.Access;
using OtherThing.Core.Audit;
using OtherThing.Core.Nodes;
using OtherThing.Core.Results;
using OtherThing.Data.Jobs;
using OtherThing.Data.Nodes;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Core.Nodes;

public sealed class NodeServiceTests : IAsyncDisposable
{
    private readonly FakeTimeProvider _clock = new(DateTimeOffset.UtcNow);
    private readonly TestDatabase _database;
    private string? _failing;

    public NodeServiceTests() => _database = new TestDatabase(services =>
    {
        services.AddSingleton<TimeProvider>(_clock);
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().Build());
        services.AddNodesData().AddJobsData().AddNodesCore();
        var real = services.Last(service => service.ServiceType == typeof(INodeStore));
        services.AddSingleton(provider => Faulty.Over(
            (INodeStore)ActivatorUtilities.CreateInstance(provider, real.ImplementationType!), method => method == _failing));
    });

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private NodeService Nodes => _database.Get<NodeService>();

    private NodeClaims Claims => _database.Get<NodeClaims>();

    private INodeStore Store => _database.Get<INodeStore>();

    [Fact]
    public async Task Redeem_TokenOverItsTime_IsRefused()
    {
        var (_, owner) = await _database.AddWorkspaceAsync();
        var made = await Claims.CreateJoinTokenAsync(owner, new JoinTokenDraft(), Cancellation);

        _clock.Advance(JoinToken.Lifetime + TimeSpan.FromSeconds(1));
        var redeemed = await Store.RedeemAsync(ClaimCode.HashToken(made.Value.Token), Guid.NewGuid(), _clock.GetUtcNow().UtcDateTime, Cancellation);

        Assert.Null(redeemed);
    }

    [Theory]
    [InlineData(Role.Viewer, false)]
    [InlineData(Role.Member, true)]
    [InlineData(Role.Admin, true)]
    public async Task SetWorkspaces_ByRole_OnlyMembersAndAboveLend(Role role, bool allowed)
    {
        var (workspaceId, _) = await _database.AddWorkspaceAsync();
        var member = await _database.AddMemberAsync(workspaceId, role);
        var node = await AddNodeAsync(member);

        var set = await Nodes.SetWorkspacesAsync(member, node.Id, [workspaceId], Cancellation);
        var serving = await Store.ListServingIdsAsync(workspaceId, Cancellation);

        Assert.Equal(allowed, set.IsSuccess);
        Assert.Equal(allowed, serving.Contains(node.Id));
    }

    [Fact]
    public async Task ListServing_OwnerNoLongerAMember_LeavesItsNodeOut()
    {
        var (workspaceId, owner) = await _database.AddWorkspaceAsync();
        var member = await _database.AddMemberAsync(workspaceId, Role.Member);
        var node = await AddNodeAsync(member);
        await Nodes.SetWorkspacesAsync(member, node.Id, [workspaceId], Cancellation);

        await using (var db = _database.CreateContext())
        {
            db.Remove((await db.FindAsync<OtherThing.Core.Workspaces.Membership>([workspaceId, member.UserId!.Value], Cancellation))!);
            await db.SaveChangesAsync(Cancellation);
        }

        var seen = await Nodes.ListAsync(owner, workspaceId, Cancellation);

        Assert.Empty(seen.Value);
        Assert.Empty(await Store.ListServingIdsAsync(workspaceId, Cancellation));
    }

    [Fact]
    public async Task Get_MemberAndAdmin_SeeWhatTheirRoleMay()
    {
        var (workspaceId, owner) = await _database.AddWorkspaceAsync();
        var node = await AddNodeAsync(owner);
        await Nodes.SetWorkspacesAsync(owner, node.Id, [workspaceId], Cancellation);
        var viewer = await _database.AddMemberAsync(workspaceId, Role.Viewer);
        var admin = await _database.AddMemberAsync(workspaceId, Role.Admin);
        var stranger = Actor.User(await _database.AddUserAsync());

        var asViewer = await Nodes.GetAsync(viewer, node.Id, Cancellation);
        var asAdmin = await Nodes.GetAsync(admin, node.Id, Cancellation);
        var asStranger = await Nodes.GetAsync(stranger, node.Id, Cancellation);
        var limited = await Nodes.SetLimitsAsync(admin, node.Id, new NodeLimits(), Cancellation);
        var removed = await Nodes.RemoveAsync(admin, node.Id, Cancellation);
        var viewerDrain = await Nodes.DrainAsync(viewer, node.Id, Cancellation);
        var drained = await Nodes.DrainAsync(admin, node.Id, Cancellation);

        Assert.Equal(("", (string?)null), (asViewer.Value.Facts.HostName, asViewer.Value.Address));
        Assert.Equal(("attic", "192.0.2.7"), (asAdmin.Value.Facts.HostName, asAdmin.Value.Address));
        Assert.Equal("node.not_found", asStranger.Error!.Code);
        Assert.Equal("node.owner_only", limited.Error!.Code);
        Assert.Equal("node.owner_only", removed!.Code);
        Assert.Equal("node.owner_only", viewerDrain.Error!.Code);
        Assert.True(drained.IsSuccess);
    }

    [Fact]
    public async Task NewWorkspace_NodeThatJoinsAll_ServesIt()
    {
        var (_, owner) = await _database.AddWorkspaceAsync();
        var node = await AddNodeAsync(owner, joinsNew: true);

        var made = await _database.Get<OtherThing.Core.Workspaces.WorkspaceService>().CreateAsync(
            owner, new OtherThing.Core.Workspaces.WorkspaceDraft("Second"), Cancellation);

        Assert.Contains(node.Id, await Store.ListServingIdsAsync(made.Value.Workspace.Id, Cancellation));
    }

    [Fact]
    public async Task PreviewClaim_TooManyCodes_MustWait()
    {
        var actor = Actor.User(await _database.AddUserAsync());
        for (var count = 0; count < 30; count++)
        {
            Assert.Equal("node.claim_code_unknown", (await Claims.PreviewClaimAsync(actor, "ABCD-2345", Cancellation)).Error!.Code);
        }

        var refused = await Claims.PreviewClaimAsync(actor, "ABCD-2345", Cancellation);
        _clock.Advance(TimeSpan.FromMinutes(11));
        var later = await Claims.PreviewClaimAsync(actor, "ABCD-2345", Cancellation);

        Assert.Equal("node.too_many_tries", refused.Error!.Code);
        Assert.NotNull(refused.Error.RetryAfter);
        Assert.Equal("node.claim_code_unknown", later.Error!.Code);
    }

    [Fact]
    public async Task Sweep_SilentNode_IsWrittenOfflineThenStaleAndKeptForItsOwner()
    {
        var (_, owner) = await _database.AddWorkspaceAsync();
        var node = await AddNodeAsync(owner);
        var sweeper = _database.Get<NodeSweeper>();
        node.Connect(node.Facts, null, "a", "n", paused: false, _clock.GetUtcNow().UtcDateTime);
        await Store.TrySaveAsync(node, Cancellation);

        var seen = new List<NodeStatus>();
        foreach (var wait in new[] { TimeSpan.FromSeconds(31), TimeSpan.FromSeconds(60), TimeSpan.FromDays(1), TimeSpan.FromDays(30) })
        {
            _clock.Advance(wait);
            await sweeper.SweepAsync(Cancellation);
            seen.Add((await Store.FindAsync(node.Id, Cancellation))!.Node.Status);
        }

        Assert.Equal([NodeStatus.Unreachable, NodeStatus.Offline, NodeStatus.Stale, NodeStatus.Stale], seen);
        Assert.Empty((await Nodes.ListMineAsync(owner, includeHidden: false, Cancellation)).Value);
        Assert.Single((await Nodes.ListMineAsync(owner, includeHidden: true, Cancellation)).Value);
    }

    [Theory]
    [InlineData(nameof(INodeStore.AttachAsync))]
    [InlineData(nameof(INodeStore.TrySaveAsync))]
    public async Task Remove_FailsHalfWay_IsWholeOnceItIsAskedForAgain(string failing)
    {
        var (workspaceId, owner) = await _database.AddWorkspaceAsync();
        var other = await _database.AddMemberAsync(workspaceId, Role.Admin);
        var node = await AddNodeAsync(owner);
        Assert.True((await Nodes.SetWorkspacesAsync(owner, node.Id, [workspaceId], Cancellation)).IsSuccess);

        _failing = failing;
        await Assert.ThrowsAsync<IOException>(() => Nodes.RemoveAsync(owner, node.Id, Cancellation));
        _failing = null;
        var byAnother = await Nodes.RemoveAsync(other, node.Id, Cancellation);
        var again = await Nodes.RemoveAsync(owner, node.Id, Cancellation);
        var later = await Nodes.RemoveAsync(owner, node.Id, Cancellation);

        Assert.NotNull(byAnother);
        Assert.Null(again);
        Assert.Equal(NodeErrors.NotFound, later);
        var left = (await Store.FindAsync(node.Id, Cancellation))!;
        Assert.NotNull(left.Node.RevokedAt);
        Assert.Empty(left.WorkspaceIds);
        var told = await _database.Get<AuditService>()
            .ListAsync(owner, workspaceId, new AuditFilter(Action: "node.revoke", Outcome: AuditOutcome.Done), new PageRequest(), Cancellation);
        Assert.Single(told.Value.Items);
    }

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    private async Task<Node> AddNodeAsync(Actor owner, bool joinsNew = false)
    {
        var now = _clock.GetUtcNow().UtcDateTime;
        var node = new Node(Guid.NewGuid().ToByteArray(), new NodeFacts { HostName = "attic", Os = "linux" }, "192.0.2.7", now);
        Assert.Null(node.Claim(owner.UserId!.Value, null, joinsNew, now));
        Assert.True(await Store.TryAddAsync(node, Cancellation));
        return node;
    }
}
