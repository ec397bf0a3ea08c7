using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using OtherThing.Core.Access;
using OtherThing.Core.Audit;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Core.Audit;

public sealed class AuditLogTests
{
    private static readonly Guid s_workspace = Guid.NewGuid();
    private static readonly Actor s_actor = Actor.User(Guid.NewGuid());

    private readonly FakeTimeProvider _clock = new();
    private readonly KeptAudit _kept = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Refused_AThousandTimesInAMinute_KeepsThirtyAndTheCountOfTheRest()
    {
        await using var audit = NewLog();

        for (var time = 0; time < 1_000; time++)
        {
            audit.Refused(s_actor, s_workspace, Operations.FlowDelete, Door.Forbidden(Operations.FlowDelete, Role.Viewer));
        }

        audit.Refused(Actor.User(Guid.NewGuid()), s_workspace, Operations.FlowDelete, Door.SignedOut);
        await audit.FlushAsync(Cancellation);
        Assert.Equal(31, _kept.Notes.Count);

        _clock.Advance(TimeSpan.FromMinutes(1));
        await audit.FlushAsync(Cancellation);

        Assert.Equal(32, _kept.Notes.Count);
        Assert.StartsWith("970 more refusals within the minute; the last: access.forbidden:", _kept.Notes[^1].Detail, StringComparison.Ordinal);
        Assert.Equal(("flow.delete", AuditOutcome.Refused, s_actor.UserId), (_kept.Notes[^1].Action, _kept.Notes[^1].Outcome, _kept.Notes[^1].Actor.UserId));
    }

    [Fact]
    public async Task Refused_AReadThatChangesNothing_IsNotKept()
    {
        await using var audit = NewLog();

        audit.Refused(s_actor, s_workspace, Operations.KeyList, Door.Forbidden(Operations.KeyList, Role.Viewer));
        audit.Refused(Actor.Anonymous, s_workspace, Operations.FlowDelete, Door.SignedOut);
        audit.Refused(s_actor, s_workspace, Operations.FlowExport, Door.Forbidden(Operations.FlowExport, Role.Viewer));
        await audit.FlushAsync(Cancellation);

        Assert.Equal("flow.export", Assert.Single(_kept.Notes).Action);
    }

    [Fact]
    public async Task Append_StoreFails_TheCallerHearsAndTheOthersAreKept()
    {
        await using var audit = NewLog();
        _kept.Fails = note => note.Target == "bad";

        Task[] appended =
        [
            audit.AppendAsync(s_actor, s_workspace, Operations.KeyUse, "one", null),
            audit.AppendAsync(s_actor, s_workspace, Operations.KeyUse, "bad", null),
            audit.AppendAsync(s_actor, s_workspace, Operations.KeyUse, "two", null),
        ];

        await appended[0];
        await Assert.ThrowsAsync<InvalidOperationException>(() => appended[1]);
        await appended[2];
        Assert.Equal(["one", "two"], _kept.Notes.Select(note => note.Target));
    }

    [Fact]
    public async Task Post_NobodyWaits_IsKeptAtTheEndInItsOrder()
    {
        var audit = NewLog();
        for (var at = 0; at < 600; at++)
        {
            audit.Post(s_actor, s_workspace, Operations.RunStart, $"run:{at}", null);
        }

        audit.Post(Actor.Run(s_actor.UserId!.Value), s_workspace, Operations.JobSubmit, "job:of-a-run", null);
        await audit.DisposeAsync();

        Assert.Equal(Enumerable.Range(0, 600).Select(at => $"run:{at}"), _kept.Notes.Select(note => note.Target));
    }

    [Fact]
    public async Task Append_WhereTheContextDoesNotFlow_IsKept()
    {
        await using var audit = NewLog();
        Task appended;
        using (ExecutionContext.SuppressFlow())
        {
            appended = audit.AppendAsync(s_actor, s_workspace, Operations.TaskCreate, "task:1", null);
        }

        await appended.WithPatience();

        Assert.Equal("task:1", Assert.Single(_kept.Notes).Target);
    }

    [Fact]
    public async Task PostSeldom_EditsOverAndOver_IsOnceInTenMinutes()
    {
        await using var audit = NewLog();
        for (var minute = 0; minute < 11; minute++)
        {
            audit.PostSeldom(s_actor, s_workspace, Operations.FlowEdit, "flow:1", "edited");
            audit.PostSeldom(s_actor, s_workspace, Operations.FlowEdit, "flow:2", "edited");
            _clock.Advance(TimeSpan.FromMinutes(1));
        }

        await audit.FlushAsync(Cancellation);

        Assert.Equal(["flow:1", "flow:2", "flow:1", "flow:2"], _kept.Notes.Select(note => note.Target));
    }

    private AuditLog NewLog() => new(_kept, _clock, NullLogger<AuditLog>.Instance);
}
