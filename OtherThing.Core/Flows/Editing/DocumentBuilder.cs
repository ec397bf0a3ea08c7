using OtherThing.Core.Results;

namespace OtherThing.Core.Flows.Editing;

/// <summary>A working copy of a document while one act is applied to it.</summary>
internal sealed class DocumentBuilder(FlowDocument definition)
{
    private readonly List<FlowStep> _steps = [.. definition.Steps];
    private readonly List<FlowConnection> _connections = [.. definition.Connections];
    private readonly List<FlowNote> _notes = [.. definition.Notes];
    private readonly List<FlowEdit> _applied = [];
    private int _edits;

    /// <summary>What was really done, one change at a time, each with its exact place: another copy that does the same ends the same.</summary>
    public IReadOnlyList<FlowEdit> Applied => _applied;

    public FlowDocument ToDefinition() =>
        definition with { Steps = [.. _steps], Connections = [.. _connections], Notes = [.. _notes] };

    /// <summary>Applies an edit and answers its inverse; what fails half-way leaves the draft unusable unless lenient.</summary>
    public Result<FlowEdit> Apply(FlowEdit? edit, bool lenient, int depth = 0)
    {
        if (++_edits > FlowEdits.MaxEdits || depth > 4)
        {
            return FlowEditErrors.TooLarge($"One act may hold at most {FlowEdits.MaxEdits} edits.");
        }

        return edit switch
        {
            AddStep add => Add(add),
            DeleteStep delete => Delete(delete.Id),
            MoveStep move => Move(move),
            NestStep nest => Nest(nest),
            RenameStep rename => Rename(rename),
            ConfigureStep configure => Configure(configure),
            ClearStepField clear => Clear(clear),
            SetStepPolicy set => SetPolicy(set),
            Connect connect => AddConnection(connect),
            Disconnect disconnect => RemoveConnection(disconnect),
            PutNote put => Put(put),
            DeleteNote delete => Remove(delete),
            BatchEdit batch => Batch(batch, lenient, depth),
            _ => FlowEditErrors.Invalid("op", "An edit is missing."),
        };
    }

    private Result<FlowEdit> Batch(BatchEdit batch, bool lenient, int depth)
    {
        if (batch.Edits is null)
        {
            return FlowEditErrors.Invalid("edits", "A batch needs its list of edits.");
        }

        var inverses = new List<FlowEdit>(batch.Edits.Count);
        Error? refused = null;
        foreach (var edit in batch.Edits)
        {
            if (Apply(edit, lenient, depth + 1).TryGet(out var inverse, out var error))
            {
                inverses.Add(inverse);
                continue;
            }

            refused ??= error;
            if (!lenient)
            {
                return error;
            }
        }

        inverses.Reverse();
        return inverses.Count == 0 && refused is not null ? refused : new BatchEdit(inverses);
    }

    private Result<FlowEdit> Add(AddStep add)
    {
        if (add.Step is null)
        {
            return FlowEditErrors.Invalid("step", "The step to add is missing.");
        }

        if (!add.Restoring && FlowEditRules.Check(add.Step) is { } error)
        {
            return error;
        }

        if (_steps.Count >= FlowLimits.Steps)
        {
            return FlowEditErrors.TooLarge($"A flow may hold at most {FlowLimits.Steps} steps.");
        }

        if (_steps.Any(step => step.Id == add.Step.Id))
        {
            return FlowEditErrors.StepExists(add.Step.Id);
        }

        if (!add.Restoring && add.Step.Parent is { } parent && _steps.All(step => step.Id != parent))
        {
            return FlowEditErrors.StepUnknown(parent);
        }

        var at = Place(add.At, _steps.Count);
        _steps.Insert(at, add.Step);
        _applied.Add(add with { At = at });
        return new DeleteStep(add.Step.Id);
    }

    private Result<FlowEdit> Delete(string id)
    {
        if (_steps.All(step => step.Id != id))
        {
            return FlowEditErrors.StepUnknown(id);
        }

        var gone = new HashSet<string>(StringComparer.Ordinal) { id };
        bool grew;
        do
        {
            // A child may stand before its container in reading order, so one pass is not enough.
            var inside = _steps.Where(step => step.Parent is { } parent && gone.Contains(parent)).Select(step => step.Id).ToList();
            grew = inside.FindAll(gone.Add).Count > 0;
        }
        while (grew);

        // Containers come back before what is in them, each thing at its old place once all are back: hence ascending.
        var steps = _steps.Select((step, at) => (step, at)).Where(pair => gone.Contains(pair.step.Id)).ToList();
        var connections = _connections.Select((connection, at) => (connection, at))
            .Where(pair => gone.Contains(pair.connection.From) || gone.Contains(pair.connection.To)).ToList();
        _steps.RemoveAll(step => gone.Contains(step.Id));
        _connections.RemoveAll(connection => gone.Contains(connection.From) || gone.Contains(connection.To));
        _applied.Add(new DeleteStep(id));
        var parents = steps.Where(pair => pair.step.Parent is { } parent && gone.Contains(parent)).ToList();
        return new BatchEdit(
        [
            // A child may stand before its container in reading order, so children return outside it and are nested after.
            .. steps.Select(
                FlowEdit (pair) => new AddStep(parents.Contains(pair) ? pair.step with { Parent = null } : pair.step, pair.at) { Restoring = true }),
            .. parents.Select(FlowEdit (pair) => new NestStep(pair.step.Id, pair.step.Parent) { Restoring = true }),
            .. connections.Select(FlowEdit (pair) =>
                new Connect(pair.connection.From, pair.connection.Port, pair.connection.To, pair.at) { Restoring = true }),
        ]);
    }

    private Result<FlowEdit> Move(MoveStep move) => FlowEditRules.CheckPosition(move.X, move.Y) is { } error
        ? error
        : Change(move, move.Id, step => (
            step with { Position = new FlowPosition(move.X, move.Y) },
            new MoveStep(move.Id, step.Position.X, step.Position.Y)));

    private Result<FlowEdit> Nest(NestStep nest)
    {
        var above = nest.Restoring ? null : nest.Parent;
        for (var hops = 0; above is not null; hops++)
        {
            if (above == nest.Id || hops > _steps.Count)
            {
                return FlowEditErrors.Invalid("parent", "A container cannot be inside itself.");
            }

            if (_steps.Find(step => step.Id == above) is not { } container)
            {
                return FlowEditErrors.StepUnknown(above);
            }

            above = container.Parent;
        }

        return Change(nest, nest.Id, step => (step with { Parent = nest.Parent }, new NestStep(nest.Id, step.Parent) { Restoring = true }));
    }

    private Result<FlowEdit> Rename(RenameStep rename) => FlowEditRules.CheckName(rename.Name) is { } error
        ? error
        : Change(rename, rename.Id, step => (step with { Name = rename.Name }, new RenameStep(rename.Id, step.Name)));

    private Result<FlowEdit> Configure(ConfigureStep configure)
    {
        if (FlowEditRules.CheckField(configure.Field, configure.Value) is { } error)
        {
            return error;
        }

        return Change(configure, configure.Id, step =>
        {
            var (config, old) = StepConfig.Set(step.Config, configure.Field, configure.Value, configure.At);
            FlowEdit inverse = old is { } value
                ? new ConfigureStep(configure.Id, configure.Field, value)
                : new ClearStepField(configure.Id, configure.Field);
            return (step with { Config = config }, inverse);
        });
    }

    private Result<FlowEdit> Clear(ClearStepField clear)
    {
        if (FlowEditRules.CheckField(clear.Field, Json.Null) is { } error)
        {
            return error;
        }

        return Change(clear, clear.Id, step =>
        {
            var (config, old, at) = StepConfig.Remove(step.Config, clear.Field);
            FlowEdit inverse = old is { } value ? new ConfigureStep(clear.Id, clear.Field, value, at) : new BatchEdit([]);
            return (step with { Config = config }, inverse);
        });
    }

    private Result<FlowEdit> SetPolicy(SetStepPolicy set)
    {
        var index = _steps.FindIndex(step => step.Id == set.Id);
        if (index < 0)
        {
            return FlowEditErrors.StepUnknown(set.Id);
        }

        var old = FlowEditRules.ReadPolicy(_steps[index], set.Field);
        if (!FlowEditRules.WithPolicy(_steps[index], set).TryGet(out var changed, out var error))
        {
            return error;
        }

        _steps[index] = changed;
        _applied.Add(set with { Value = FlowEditRules.ReadPolicy(changed, set.Field) });
        return new SetStepPolicy(set.Id, set.Field, old);
    }

    private Result<FlowEdit> AddConnection(Connect connect)
    {
        if (_connections.Count >= FlowLimits.Connections)
        {
            return FlowEditErrors.TooLarge($"A flow may hold at most {FlowLimits.Connections} connections.");
        }

        if (FlowEditRules.CheckPort(connect.Port) is { } error)
        {
            return error;
        }

        var reason = connect.Restoring
            ? FlowEdits.WhyNotRestore(_steps, _connections, connect)
            : FlowEdits.WhyNotConnect(_steps, _connections, connect.From, connect.Port, connect.To);
        if (reason is not null)
        {
            return FlowEditErrors.ConnectionRefused(Called(connect.From), Called(connect.To), reason);
        }

        var at = Place(connect.At, _connections.Count);
        _connections.Insert(at, new FlowConnection { From = connect.From, Port = connect.Port, To = connect.To });
        _applied.Add(connect with { At = at });
        return new Disconnect(connect.From, connect.Port, connect.To);
    }

    private Result<FlowEdit> RemoveConnection(Disconnect disconnect)
    {
        var index = _connections.FindIndex(known =>
            known.From == disconnect.From && known.Port == disconnect.Port && known.To == disconnect.To);
        if (index < 0)
        {
            return FlowEditErrors.ConnectionUnknown(Called(disconnect.From), Called(disconnect.To));
        }

        _connections.RemoveAt(index);
        _applied.Add(disconnect);
        return new Connect(disconnect.From, disconnect.Port, disconnect.To, index) { Restoring = true };
    }

    private Result<FlowEdit> Put(PutNote put)
    {
        if (!put.Restoring && FlowEditRules.Check(put.Note) is { } error)
        {
            return error;
        }

        var index = _notes.FindIndex(note => note.Id == put.Note.Id);
        if (index >= 0)
        {
            var old = _notes[index];
            _notes[index] = put.Note;
            _applied.Add(put);
            return new PutNote(old) { Restoring = true };
        }

        if (_notes.Count >= FlowLimits.Notes)
        {
            return FlowEditErrors.TooLarge($"A flow may hold at most {FlowLimits.Notes} notes.");
        }

        var at = Place(put.At, _notes.Count);
        _notes.Insert(at, put.Note);
        _applied.Add(put with { At = at });
        return new DeleteNote(put.Note.Id);
    }

    private Result<FlowEdit> Remove(DeleteNote delete)
    {
        var index = _notes.FindIndex(note => note.Id == delete.Id);
        if (index < 0)
        {
            return FlowEditErrors.NoteUnknown(delete.Id);
        }

        var old = _notes[index];
        _notes.RemoveAt(index);
        _applied.Add(delete);
        return new PutNote(old, index) { Restoring = true };
    }

    private Result<FlowEdit> Change(FlowEdit edit, string id, Func<FlowStep, (FlowStep Changed, FlowEdit Inverse)> change)
    {
        var index = _steps.FindIndex(step => step.Id == id);
        if (index < 0)
        {
            return FlowEditErrors.StepUnknown(id);
        }

        (_steps[index], var inverse) = change(_steps[index]);
        _applied.Add(edit);
        return inverse;
    }

    /// <summary>What people call a step of the document; the id of one that is not there.</summary>
    private string Called(string id) => _steps.Find(step => step.Id == id)?.CalledName ?? id;

    private static int Place(int? at, int count) => at is { } index ? Math.Clamp(index, 0, count) : count;
}
