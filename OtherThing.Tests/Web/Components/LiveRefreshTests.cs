using Bunit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using OtherThing.Core.Live;
using OtherThing.Core.Nodes;
using OtherThing.Core.Tasks;
using OtherThing.Web.Components.Shared;

namespace OtherThing.Tests.Web.Components;

public sealed class LiveRefreshTests : BunitContext
{
    private readonly LiveFeed _feed = new();
    private readonly FakeTimeProvider _clock = new();
    private int _calls;

    public LiveRefreshTests()
    {
        Services.AddSingleton<ILiveFeed>(_feed);
        Services.AddSingleton<TimeProvider>(_clock);
    }

    [Fact]
    public void Events_ManyAtOnce_GiveOneCallPerInterval()
    {
        var topic = Topic.Workspace(Guid.NewGuid());
        var component = Follow(topic);

        _feed.Publish(topic, new TasksChanged());
        component.WaitForState(() => _calls == 1);
        for (var i = 0; i < 50; i++)
        {
            _feed.Publish(topic, new TasksChanged());
        }

        Assert.Equal(1, _calls);
        component.WaitForState(() =>
        {
            _clock.Advance(LiveRefresh.Interval);
            return _calls == 2;
        });
    }

    [Fact]
    public void Events_OfOtherTypes_AreNotHeard()
    {
        var topic = Topic.Workspace(Guid.NewGuid());
        var component = Follow(topic);

        _feed.Publish(topic, new NodesChanged());
        _feed.Publish(topic, new TasksChanged());
        component.WaitForState(() => _calls > 0);

        Assert.Equal(1, _calls);
    }

    [Fact]
    public void OtherTopic_LeavesTheFirst()
    {
        var component = Follow(Topic.Workspace(Guid.NewGuid()));
        var second = Topic.Workspace(Guid.NewGuid());

        component.Render(parameters => parameters.Add(refresh => refresh.Topic, second));

        Assert.Equal(1, _feed.SubscriptionCount);
        _feed.Publish(second, new TasksChanged());
        component.WaitForState(() => _calls == 1);
    }

    [Fact]
    public async Task Disposal_LeavesNoSubscriber()
    {
        Follow(Topic.Workspace(Guid.NewGuid()));
        Assert.Equal(1, _feed.SubscriptionCount);

        await DisposeComponentsAsync();

        Assert.Equal(0, _feed.SubscriptionCount);
    }

    private IRenderedComponent<LiveRefresh> Follow(Topic topic) => Render<LiveRefresh>(parameters => parameters
        .Add(refresh => refresh.Topic, topic)
        .Add(refresh => refresh.Events, [typeof(TasksChanged)])
        .Add(refresh => refresh.OnChange, () => _calls++));
}
