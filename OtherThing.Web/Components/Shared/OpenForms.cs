using OtherThing.Core.Live;

namespace OtherThing.Web.Components.Shared;

/// <summary>On a workspace's topic: somebody opened or closed a form.</summary>
internal sealed record FormsChanged : LiveEvent;

/// <summary>Who has which form open, so that two people in one know of each other (<see cref="AlsoHere"/>).</summary>
internal sealed class OpenForms(ILiveFeed feed)
{
    private readonly Lock _lock = new();
    private readonly List<Seat> _seats = [];

    /// <summary>The person has the form open until the seat is disposed.</summary>
    public IDisposable Enter(Guid workspaceId, string form, Guid userId)
    {
        var seat = new Seat(this, workspaceId, form, userId);
        lock (_lock)
        {
            _seats.Add(seat);
        }

        Say(seat);
        return seat;
    }

    /// <summary>Everybody else who has it open, each once.</summary>
    public IReadOnlyList<Guid> Others(Guid workspaceId, string form, Guid userId)
    {
        lock (_lock)
        {
            return [
                .. _seats.Where(seat => seat.WorkspaceId == workspaceId && seat.Form == form && seat.UserId != userId).Select(seat => seat.UserId).Distinct()];
        }
    }

    private void Leave(Seat seat)
    {
        lock (_lock)
        {
            if (!_seats.Remove(seat))
            {
                return;
            }
        }

        Say(seat);
    }

    private void Say(Seat seat)
    {
        // One who is alone in a form has nobody to tell.
        if (Others(seat.WorkspaceId, seat.Form, seat.UserId).Count > 0)
        {
            feed.Publish(Topic.Workspace(seat.WorkspaceId), new FormsChanged());
        }
    }

    private sealed class Seat(OpenForms forms, Guid workspaceId, string form, Guid userId) : IDisposable
    {
        public Guid WorkspaceId { get; } = workspaceId;

        public string Form { get; } = form;

        public Guid UserId { get; } = userId;

        public void Dispose() => forms.Leave(this);
    }
}
