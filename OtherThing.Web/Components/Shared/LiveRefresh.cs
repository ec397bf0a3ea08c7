using Microsoft.AspNetCore.Components;
using OtherThing.Core.Live;

namespace OtherThing.Web.Components.Shared;

/// <summary>
/// Follows a topic and says "look again", at most four times a second:
/// <c>&lt;LiveRefresh Topic="Topic.Workspace(id)" Events="@([typeof(TasksChanged)])" OnChange="ReloadAsync" /&gt;</c>. Lets go when disposed.
/// </summary>
public sealed class LiveRefresh : ComponentBase, IDisposable
{
    /// <summary>The least time between two calls of <see cref="OnChange"/>.</summary>
    public static TimeSpan Interval { get; } = TimeSpan.FromMilliseconds(250);

    private LiveSubscription? _subscription;
    private Topic _followed;

    [Inject]
    public required ILiveFeed Feed { get; init; }

    [Inject]
    public required TimeProvider Clock { get; init; }

    [Parameter, EditorRequired]
    public required Topic Topic { get; set; }

    /// <summary>The sorts of <see cref="LiveEvent"/> that matter; none for all.</summary>
    [Parameter]
    public IReadOnlyList<Type> Events { get; set; } = [];

    /// <summary>The least time between two calls, when longer than <see cref="Interval"/>: for sums nobody watches by the second.</summary>
    [Parameter]
    public TimeSpan Every { get; set; } = Interval;

    /// <summary>Called in the circuit after one or more events.</summary>
    [Parameter, EditorRequired]
    public required EventCallback OnChange { get; set; }

    public void Dispose() => _subscription?.Dispose();

    protected override void OnParametersSet()
    {
        if (_subscription is not null && _followed == Topic)
        {
            return;
        }

        // The route can change workspace without a new component, so the old subscription goes first.
        _subscription?.Dispose();
        _followed = Topic;
        _subscription = Feed.Subscribe(Topic);
        _ = FollowAsync(_subscription);
    }

    private async Task FollowAsync(LiveSubscription subscription)
    {
        try
        {
            while (await subscription.Events.WaitToReadAsync())
            {
                var matters = false;
                while (subscription.Events.TryRead(out var happened))
                {
                    matters |= Matters(happened);
                }

                if (matters)
                {
                    await InvokeAsync(OnChange.InvokeAsync);
                    await Task.Delay(Every, Clock);
                }
            }
        }
        catch (Exception exception) when (exception is not ObjectDisposedException)
        {
            await DispatchExceptionAsync(exception);
        }
    }

    private bool Matters(LiveEvent happened) => Events.Count == 0 || Events.Contains(happened.GetType());
}
