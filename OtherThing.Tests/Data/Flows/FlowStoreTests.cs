using OtherThing.Core.Flows;
using OtherThing.Core.Results;
using OtherThing.Core.Triggers;
using OtherThing.Data.Flows;
using OtherThing.Data.Triggers;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Data.Flows;

/// <summary>Draft, publication and publisher change side by side; none of them puts another one back.</summary>
public sealed class FlowStoreTests : IAsyncLifetime
{
    private readonly TestDatabase _database = new(services => services.AddFlowsData().AddTriggersData());
    private readonly Guid _leaver = Guid.CreateVersion7();
    private readonly Guid _heir = Guid.CreateVersion7();
    private Flow _flow = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private IFlowStore Flows => _database.Get<IFlowStore>();

    public async ValueTask InitializeAsync()
    {
        var (workspaceId, _) = await _database.AddWorkspaceAsync();
        _flow = new Flow(workspaceId, "Report", "", new FlowDocument(), _leaver, DateTime.UnixEpoch);
        _flow.Publish(_leaver, DateTime.UnixEpoch);
        await Flows.AddAsync(_flow, Cancel);
    }

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Theory]
    [InlineData("REPORT", true)]
    [InlineData("épicerie", true)]
    [InlineData("nothing", false)]
    [InlineData("", true)]
    public async Task ListAsync_Words_AreLookedForInNameAndDescription(string text, bool found)
    {
        var edited = await ReadAsync();
        edited.Change(null, "Chaque jour à l'ÉPICERIE", null, DateTime.UnixEpoch);
        Assert.True(await Flows.TrySaveAsync(edited, 1, Cancel));
        await Flows.AddAsync(new Flow(_flow.WorkspaceId, "Other", "", new FlowDocument(), _leaver, DateTime.UnixEpoch.AddDays(1)), Cancel);

        var page = await Flows.ListAsync(_flow.WorkspaceId, text, new PageRequest(), Cancel);

        Assert.Equal(found, page.Items.Any(flow => flow.Id == _flow.Id));
        Assert.Equal(text.Length == 0, page.Items.Any(flow => flow.Name == "Other"));
    }

    [Fact]
    public async Task C3_TrySave_DraftReadBeforeAHandOver_LeavesTheNewPublisher()
    {
        var draft = await ReadAsync();
        await _database.Get<ITriggerStore>().HandOverAsync(_flow.WorkspaceId, _leaver, _heir, Cancel);
        draft.Change("Renamed", null, null, DateTime.UnixEpoch);

        Assert.True(await Flows.TrySaveAsync(draft, 1, Cancel));

        var saved = await ReadAsync();
        Assert.Equal(("Renamed", 2, 1, _heir), (saved.Name, saved.Revision, saved.PublishedRevision, saved.PublishedBy));
    }

    [Fact]
    public async Task TrySave_DraftReadBeforeItWasPublishedAnew_LeavesThatPublished()
    {
        var edited = await ReadAsync();
        edited.Change(null, null, null, DateTime.UnixEpoch);
        Assert.True(await Flows.TrySaveAsync(edited, 1, Cancel));
        var draft = await ReadAsync();
        var published = await ReadAsync();
        published.Publish(_heir, DateTime.UnixEpoch);
        Assert.True(await Flows.TryPublishAsync(published, VersionOf(published), [], Cancel));
        draft.Change("Renamed", null, null, DateTime.UnixEpoch);

        Assert.True(await Flows.TrySaveAsync(draft, 2, Cancel));

        var saved = await ReadAsync();
        Assert.Equal(("Renamed", 3, 2, _heir), (saved.Name, saved.Revision, saved.PublishedRevision, saved.PublishedBy));
    }

    [Fact]
    public async Task TryPublish_DraftChangedMeanwhile_PublishesNothing()
    {
        var published = await ReadAsync();
        var draft = await ReadAsync();
        draft.Change("Renamed", null, null, DateTime.UnixEpoch);
        Assert.True(await Flows.TrySaveAsync(draft, 1, Cancel));
        published.Publish(_heir, DateTime.UnixEpoch);

        Assert.False(await Flows.TryPublishAsync(published, VersionOf(published), [], Cancel));
        Assert.False(await Flows.TrySaveAsync(published, 1, Cancel));

        Assert.Equal(("Renamed", _leaver), ((await ReadAsync()).Name, (await ReadAsync()).PublishedBy));
    }

    private static FlowVersion VersionOf(Flow flow)
    {
        var version = new FlowVersion(flow, flow.PublishedBy!.Value, DateTime.UnixEpoch);
        version.MarkPublished(DateTime.UnixEpoch);
        return version;
    }

    private async Task<Flow> ReadAsync() => (await Flows.FindAsync(_flow.WorkspaceId, _flow.Id, Cancel))!;
}
