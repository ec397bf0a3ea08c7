using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using OtherThing.Core.Access;
using OtherThing.Core.Audit;
using OtherThing.Core.Results;
using OtherThing.Core.Workspaces;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Data.Audit;

public sealed class AuditStoreTests : IAsyncLifetime
{
    private readonly TestDatabase _database = new(migrate: true);
    private Guid _workspace;
    private Actor _owner = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private AuditLog Log => _database.Get<AuditLog>();

    public async ValueTask InitializeAsync() => (_workspace, _owner) = await _database.AddWorkspaceAsync();

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Theory]
    [InlineData("UPDATE AuditLog SET Detail = 'nothing'")]
    [InlineData("UPDATE AuditLog SET At = At")]
    [InlineData("DELETE FROM AuditLog")]
    [InlineData("DELETE FROM AuditLog WHERE Sequence = 1")]
    public async Task A76_ChangeOrDelete_IsRefusedByTheDatabase(string statement)
    {
        await using var db = _database.CreateContext();

        var refused = await Assert.ThrowsAsync<SqliteException>(() => db.Database.ExecuteSqlRawAsync(statement, Cancellation));

        Assert.Contains("The audit log takes new entries only.", refused.Message, StringComparison.Ordinal);
        Assert.True((await VerifyAsync()).Intact);
    }

    [Fact]
    public async Task A76_EntriesOfADeletedWorkspace_MayGoWithItAndNoOthers()
    {
        var (other, _) = await _database.AddWorkspaceAsync("Elsewhere");
        Assert.True((await _database.Get<WorkspaceService>().DeleteAsync(_owner, _workspace, Cancellation)).IsSuccess);
        await using var db = _database.CreateContext();

        await Assert.ThrowsAsync<SqliteException>(() => db.Database.ExecuteSqlRawAsync("DELETE FROM AuditLog", Cancellation));
        await Assert.ThrowsAsync<SqliteException>(() => db.Set<AuditEntry>().Where(entry => entry.WorkspaceId == other).ExecuteDeleteAsync(Cancellation));
        await Assert.ThrowsAsync<SqliteException>(() => db.Database.ExecuteSqlRawAsync("UPDATE AuditLog SET Detail = 'nothing'", Cancellation));
        Assert.Equal(2, await db.Set<AuditEntry>().Where(entry => entry.WorkspaceId == _workspace).ExecuteDeleteAsync(Cancellation));
    }

    [Fact]
    public async Task Append_ManyAtOnceInTwoWorkspaces_MakesTwoWholeChains()
    {
        var (other, stranger) = await _database.AddWorkspaceAsync("Elsewhere");
        await Task.WhenAll(Enumerable.Range(0, 200).Select(at => Task.Run(
            () => Log.AppendAsync(at % 2 == 0 ? _owner : stranger, at % 2 == 0 ? _workspace : other, Operations.FlowEdit, $"flow:{at}", null), Cancellation)));

        // The making of the workspace is the first entry.
        Assert.Equal(Enumerable.Range(1, 101).Select(at => (long)at), (await ReadAsync(_workspace)).Select(entry => entry.Sequence));
        Assert.Equal((true, 101L), ((await VerifyAsync()).Intact, (await VerifyAsync()).Entries));
        var theirs = await _database.Get<AuditService>().VerifyAsync(stranger, other, Cancellation);
        Assert.True(theirs.Value.Intact, theirs.Value.Reason);
    }

    [Theory]
    [InlineData("UPDATE AuditLog SET Detail = 'another' WHERE Sequence = 3", 3L, "Entry 3, or one before it, is not what was written.")]
    [InlineData("UPDATE AuditLog SET ActorId = NULL WHERE Sequence = 1", 1L, "Entry 1, or one before it, is not what was written.")]
    [InlineData("UPDATE AuditLog SET Outcome = 'refused' WHERE Sequence = 4", 4L, "Entry 4, or one before it, is not what was written.")]
    [InlineData("DELETE FROM AuditLog WHERE Sequence = 2", 3L, "Entry 2 is missing before entry 3.")]
    [InlineData("DELETE FROM AuditLog WHERE Sequence >= 4", null, "The entries 4 to 5 are missing at the end.")]
    [InlineData("DELETE FROM AuditLog", null, "The entries 1 to 5 are missing at the end.")]
    [InlineData(
        "UPDATE AuditLog SET Sequence = CASE Sequence WHEN 2 THEN 13 ELSE 2 END WHERE Sequence IN (2, 3); UPDATE AuditLog SET Sequence = 3 WHERE Sequence = 13",
        2L, "Entry 2, or one before it, is not what was written.")]
    public async Task C11_RowsChangedBehindTheServersBack_BreakTheChain(string statements, long? at, string reason)
    {
        for (var entry = 2; entry <= 5; entry++)
        {
            await Log.AppendAsync(_owner, _workspace, Operations.FlowEdit, $"flow:{entry}", $"entry {entry}");
        }

        Assert.True((await VerifyAsync()).Intact);
        await ForceAsync(statements);

        var verdict = await VerifyAsync();

        Assert.Equal((false, at, reason), (verdict.Intact, verdict.BrokenAt?.Sequence, verdict.Reason));
    }

    [Fact]
    public async Task C11_EntryPutIn_IsNotTheLastThatWasWritten()
    {
        await ForceAsync(
            "INSERT INTO AuditLog (Id, WorkspaceId, Sequence, At, ActorKind, ActorId, Actor, Action, Target, Outcome, Hash) "
            + "SELECT '00000000-0000-0000-0000-000000000009', WorkspaceId, 2, At, ActorKind, ActorId, Actor, Action, 'flow:forged', Outcome, Hash FROM "
            + "AuditLog WHERE Sequence = 1");

        Assert.Equal("Entry 2, or one before it, is not what was written.", (await VerifyAsync()).Reason);
    }

    [Fact]
    public async Task EntriesFromBeforeTheChain_AreListedAndCoveredByItsBeginning()
    {
        var legacy = Guid.CreateVersion7();
        await ForceAsync(
            $"DELETE FROM AuditLog; DELETE FROM AuditHeads; INSERT INTO AuditLog (Id, WorkspaceId, Sequence, At, ActorKind, ActorId, Actor, Action, Target, "
            + "Outcome, Hash) "
            + $"VALUES ('{legacy.ToString().ToUpperInvariant()}', '{_workspace.ToString().ToUpperInvariant()}', 0, '2026-11-01 10:00:00', 'user', NULL, "
            + "'Ana', 'flow.edit', 'flow:old', 'done', x'')");
        await Log.AppendAsync(_owner, _workspace, Operations.FlowEdit, "flow:new", null);

        Assert.Equal(["flow:old", "flow:new"], (await ReadAsync(_workspace)).Select(entry => entry.Target));
        Assert.True((await VerifyAsync()).Intact);

        await ForceAsync("UPDATE AuditLog SET Actor = 'Bo' WHERE Sequence = 0");
        Assert.Equal("Entry 1, or one before it, is not what was written.", (await VerifyAsync()).Reason);
    }

    [Fact]
    public async Task AppendAccount_IsInEveryWorkspaceOfThePersonAndNoOther()
    {
        var (second, other) = await _database.AddWorkspaceAsync("Second");
        var person = await _database.AddMemberAsync(_workspace, Role.Viewer);
        await Log.AppendAccountAsync(person, person.UserId!.Value, "account.sign_in", "by REST");
        await Log.AppendAccountAsync(other, other.UserId!.Value, "account.sign_in", "by REST");

        Assert.Equal([person.UserId], (await ReadAsync(_workspace)).Where(entry => entry.Action == "account.sign_in").Select(entry => entry.ActorId));
        Assert.Equal([other.UserId], (await ReadAsync(second)).Where(entry => entry.Action == "account.sign_in").Select(entry => entry.ActorId));
        Assert.True((await VerifyAsync()).Intact);
    }

    [Fact]
    public async Task Refused_WorkspaceThatIsNone_KeepsNothing()
    {
        var guessed = Guid.NewGuid();
        var refused = await _database.Get<Door>().EnterAsync(_owner, guessed, Operations.FlowDelete, Cancellation);
        await Log.FlushAsync(Cancellation);

        Assert.Equal("workspace.not_found", refused.Error!.Code);
        Assert.Empty(await ReadAsync(guessed));
    }

    [Fact]
    public async Task List_ByActOfAThingAndOutcome_TakesThoseOnly()
    {
        var viewer = await _database.AddMemberAsync(_workspace, Role.Viewer);
        await Log.AppendAsync(_owner, _workspace, Operations.FlowEdit, "flow:1", null);
        await Log.AppendAsync(_owner, _workspace, Operations.FlowPublish, "flow:1", null);
        await _database.Get<Door>().EnterAsync(viewer, _workspace, Operations.FlowDelete, Cancellation);

        Assert.Equal(["flow.delete", "flow.publish", "flow.edit"], await ActsAsync(new AuditFilter(Action: "flow.*")));
        Assert.Equal(["flow.publish"], await ActsAsync(new AuditFilter(Action: "flow.publish")));
        Assert.Equal(["flow.delete"], await ActsAsync(new AuditFilter(Outcome: AuditOutcome.Refused)));
        Assert.Equal(["flow.delete"], await ActsAsync(new AuditFilter(ActorId: viewer.UserId)));
        Assert.Empty(await ActsAsync(new AuditFilter(From: DateTime.UtcNow.AddHours(1))));
    }

    private async Task<IEnumerable<string>> ActsAsync(AuditFilter filter) =>
        (await _database.Get<AuditService>().ListAsync(_owner, _workspace, filter, new PageRequest(), Cancellation)).Value.Items.Select(entry => entry.Action);

    private async Task<AuditVerdict> VerifyAsync() => (await _database.Get<AuditService>().VerifyAsync(_owner, _workspace, Cancellation)).Value;

    private async Task<List<AuditEntry>> ReadAsync(Guid workspaceId) =>
        await _database.Get<IAuditStore>().ReadAsync(workspaceId, new AuditFilter(), Cancellation).ToListAsync(Cancellation);

    /// <summary>What somebody who owns the database can do.</summary>
    private async Task ForceAsync(string statements)
    {
        await using var db = _database.CreateContext();
        await db.Database.ExecuteSqlRawAsync("DROP TRIGGER IF EXISTS AuditLog_NoUpdate; DROP TRIGGER IF EXISTS AuditLog_NoDelete", Cancellation);
        await db.Database.ExecuteSqlRawAsync(statements, Cancellation);
    }
}
