using OtherThing.Core.Flows;
using OtherThing.Core.Flows.Editing;
using OtherThing.Core.Live;
using OtherThing.Core.Results;

namespace OtherThing.Web.Features.Flows.Canvas;

/// <summary>What others do, as the canvas hears it. Nothing here waits for the browser: it finds gaps by the sequence and asks again.</summary>
public sealed partial class FlowCanvas
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMilliseconds(200);
    private LiveSubscription? _following;

    private async Task FollowAsync(LiveSubscription subscription)
    {
        try
        {
            var missed = 0L;
            while (await subscription.Events.WaitToReadAsync(_browser.Gone))
            {
                var heard = new List<LiveEvent>();
                while (heard.Count < 1_000 && subscription.Events.TryRead(out var happened))
                {
                    heard.Add(happened);
                }

                var reload = subscription.Missed > missed;
                missed = subscription.Missed;
                var shown = InvokeAsync(() => ShowAsync(heard, reload));
                // A slow line gets fewer, larger messages; a dead one does not hold us up.
                await Task.WhenAny(shown, Task.Delay(s_patience, _browser.Gone));
            }
        }
        catch (OperationCanceledException) when (_browser.Gone.IsCancellationRequested)
        {
            // The canvas is closed.
        }
        catch (Exception exception) when (exception is not ObjectDisposedException)
        {
            await DispatchExceptionAsync(exception);
        }
    }

    private async Task ShowAsync(List<LiveEvent> heard, bool reload)
    {
        if (!_browser.IsAttached)
        {
            return; // the first load reads all of it
        }

        List<Task> calls = [];
        if (reload || heard.Exists(happened => happened is FlowReset))
        {
            calls.Add(LoadAsync());
        }
        else if (heard.OfType<FlowEdited>().ToList() is { Count: > 0 } acts)
        {
            calls.Add(ReceiveAsync(acts));
        }

        if (heard.FindLast(happened => happened is FlowKept) is FlowKept kept)
        {
            calls.Add(_browser.CallAsync("kept", kept.Sequence));
        }

        if (heard.Exists(happened => happened is FlowPresenceChanged))
        {
            calls.Add(ShowPeopleAsync());
        }

        var cursors = heard.OfType<FlowCursor>().Where(cursor => cursor.EditorId != Editor?.Id)
            .GroupBy(cursor => cursor.EditorId).Select(moves => moves.Last()).ToList();
        if (cursors.Count > 0)
        {
            calls.Add(_browser.CallAsync("cursors", Json.ToElement(cursors)));
        }

        foreach (var conflict in heard.OfType<FlowConflict>())
        {
            calls.Add(TellAsync(conflict));
        }

        await Task.WhenAll(calls);
    }

    private Task ShowPeopleAsync() => Editor is not { } own ? Task.CompletedTask : _browser.CallAsync("people", Json.ToElement(
        own.Present.Where(present => present.EditorId != own.Id)
            .Select(present => new { Id = present.EditorId, present.Name, present.Selection, present.Colour })));

    private Task TellAsync(FlowConflict conflict)
    {
        var what = $"{conflict.Field.Replace('_', ' ')} of {conflict.StepName}";
        return conflict.Last == Editor?.Id
            ? _browser.CallAsync("say", $"{NameOf(conflict.EarlierName)} changed {what} at the same time. The last change counts: yours.")
            : conflict.Earlier == Editor?.Id
                ? _browser.CallAsync("say", $"{NameOf(conflict.LastName)} changed {what} right after you. The last change counts: theirs.")
            : Task.CompletedTask;
    }

    private static string NameOf(string name) => name.Length > 0 ? name : "Somebody";
}
