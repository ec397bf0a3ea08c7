using Microsoft.EntityFrameworkCore.Metadata;
using OtherThing.Core.Runs;
using OtherThing.Data.Conventions;

namespace OtherThing.Data.Runs;

/// <summary>The statements of the runs' journal, made once from the model; the same on SQLite and SQL Server.</summary>
internal sealed class RunStatements(IModel model)
{
    private const string UpdateRunText = """
        UPDATE "Runs" SET "Status"=@status,"Output"=@output,"Error"=@error,"StartedAt"=@startedAt,"FinishedAt"=@finishedAt,"WakeAt"=@wakeAt,
            "LastSequence"=@sequence,"Tokens"=@tokens,"CostUnits"=@cost,"Paused"=@paused,"StepRuns"=@stepRuns
        WHERE "Id"=@id AND "Fence"=@fence AND "WakeAt" IS NOT NULL
        """;

    private const string InsertRunText = """
        INSERT INTO "Runs" ("Id","WorkspaceId","FlowId","FlowName","FlowVersion","Status","Trigger","TriggerStepId","StartedBy","RerunOf",
            "ParentRunId","ParentPath","Depth","TimeoutSeconds","Limited","Paused","OnlyStep","Givens","Input","Output","Error","CreatedAt","StartedAt","FinishedAt","WakeAt","Fence","LastSequence","Tokens","CostUnits",
            "RootRunId","Hops","StepRuns")
        VALUES (@id,@workspace,@flow,@name,@version,@status,@trigger,@triggerStep,@startedBy,@rerunOf,
            @parent,@parentPath,@depth,@timeout,@limited,@paused,@onlyStep,@givens,@input,@output,@error,@createdAt,@startedAt,@finishedAt,@wakeAt,@fence,@sequence,@tokens,@cost,
            @root,@hops,@stepRuns)
        """;

    private const string InsertEntryText = """
        INSERT INTO "RunJournal" ("RunId","Sequence","At","Steps") VALUES (@run,@entry,@at,@steps)
        """;

    private static readonly (string, string)[] s_insertRun =
    [
        ("id", nameof(Run.Id)), ("workspace", nameof(Run.WorkspaceId)), ("flow", nameof(Run.FlowId)), ("name", nameof(Run.FlowName)),
        ("version", nameof(Run.FlowVersion)), ("status", nameof(Run.Status)), ("trigger", nameof(Run.Trigger)), ("triggerStep", nameof(Run.TriggerStepId)),
        ("startedBy", nameof(Run.StartedBy)), ("rerunOf", nameof(Run.RerunOf)), ("parent", nameof(Run.ParentRunId)), ("parentPath", nameof(Run.ParentPath)),
        ("depth", nameof(Run.Depth)), ("timeout", nameof(Run.TimeoutSeconds)), ("limited", nameof(Run.Limited)), ("paused", nameof(Run.Paused)),
        ("onlyStep", nameof(Run.OnlyStep)), ("givens", nameof(Run.Givens)), ("input", nameof(Run.Input)), ("output", nameof(Run.Output)),
        ("error", nameof(Run.Error)), ("createdAt", nameof(Run.CreatedAt)), ("startedAt", nameof(Run.StartedAt)), ("finishedAt", nameof(Run.FinishedAt)),
        ("wakeAt", nameof(Run.WakeAt)), ("fence", nameof(Run.Fence)), ("sequence", nameof(Run.LastSequence)), ("tokens", nameof(Run.Tokens)),
        ("cost", nameof(Run.CostUnits)), ("root", nameof(Run.RootRunId)), ("hops", nameof(Run.Hops)), ("stepRuns", nameof(Run.StepRuns)),
    ];

    private static readonly (string, string)[] s_updateRun =
    [
        ("id", nameof(Run.Id)), ("fence", nameof(Run.Fence)), ("status", nameof(Run.Status)), ("output", nameof(Run.Output)), ("error", nameof(Run.Error)),
        ("startedAt", nameof(Run.StartedAt)), ("finishedAt", nameof(Run.FinishedAt)), ("wakeAt", nameof(Run.WakeAt)), ("sequence", nameof(Run.LastSequence)),
        ("tokens", nameof(Run.Tokens)), ("cost", nameof(Run.CostUnits)), ("paused", nameof(Run.Paused)), ("stepRuns", nameof(Run.StepRuns)),
    ];

    private static readonly (string, string)[] s_insertEntry =
    [
        ("run", nameof(RunJournalEntry.RunId)), ("entry", nameof(RunJournalEntry.Sequence)), ("at", nameof(RunJournalEntry.At)),
        ("steps", nameof(RunJournalEntry.Steps)),
    ];

    public Statement InsertRun { get; } = new(InsertRunText, [.. Columns<Run>(model, s_insertRun)]);

    /// <summary>A run that ended has no WakeAt any more, so a final state is never written over.</summary>
    public Statement UpdateRun { get; } = new(UpdateRunText, [.. Columns<Run>(model, s_updateRun)]);

    public Statement InsertEntry { get; } = new(InsertEntryText, [.. Columns<RunJournalEntry>(model, s_insertEntry)]);

    /// <summary>A new run and its first entry, for a batch, whose commands cannot wait for each other's answers.</summary>
    public Statement InsertRunAndEntry { get; } = new(
        InsertRunText + ";\n" + InsertEntryText, [.. Columns<Run>(model, s_insertRun), .. Columns<RunJournalEntry>(model, s_insertEntry)]);

    /// <summary>The entry only where the run was changed: what a stale owner did is not in the journal.</summary>
    public Statement UpdateRunAndInsertEntry { get; } = new(
        UpdateRunText + ";\nIF @@ROWCOUNT = 1\n" + InsertEntryText, [.. Columns<Run>(model, s_updateRun), .. Columns<RunJournalEntry>(model, s_insertEntry)]);

    public IEnumerable<Statement> All => [InsertRun, UpdateRun, InsertEntry, InsertRunAndEntry, UpdateRunAndInsertEntry];

    public static object?[] InsertValues(Run run) =>
    [
        run.Id, run.WorkspaceId, run.FlowId, run.FlowName, run.FlowVersion, SnakeCase<RunStatus>.Of(run.Status), SnakeCase<RunTrigger>.Of(run.Trigger),
        run.TriggerStepId, run.StartedBy, run.RerunOf, run.ParentRunId, run.ParentPath, run.Depth, run.TimeoutSeconds, run.Limited, run.Paused,
        run.OnlyStep, run.Givens, RunValueConverter.Write(run.Input), Output(run), run.Error, run.CreatedAt, run.StartedAt, run.FinishedAt, run.WakeAt,
        run.Fence, run.LastSequence, run.Tokens, run.CostUnits, run.RootRunId, run.Hops, run.StepRuns,
    ];

    public static object?[] UpdateValues(Run run) =>
    [
        run.Id, run.Fence, SnakeCase<RunStatus>.Of(run.Status), Output(run), run.Error, run.StartedAt, run.FinishedAt, run.WakeAt, run.LastSequence,
        run.Tokens, run.CostUnits, run.Paused, run.StepRuns,
    ];

    public static object?[] EntryValues(RunJournalEntry entry) => [entry.RunId, entry.Sequence, entry.At, entry.Steps];

    private static string? Output(Run run) => run.Output is { } output ? RunValueConverter.Write(output) : null;

    private static IEnumerable<(string, IProperty)> Columns<T>(IModel model, (string Name, string Property)[] parameters)
    {
        var entity = model.FindEntityType(typeof(T))!;
        return parameters.Select(parameter => (parameter.Name, entity.FindProperty(parameter.Property)!));
    }
}
