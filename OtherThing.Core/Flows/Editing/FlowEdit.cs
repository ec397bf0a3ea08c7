using System.Text.Json;
using System.Text.Json.Serialization;

namespace OtherThing.Core.Flows.Editing;

/// <summary>One small change of a flow document; what the canvas sends on release and the server sends to other people's canvases.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "op")]
[JsonDerivedType(typeof(AddStep), "add")]
[JsonDerivedType(typeof(DeleteStep), "delete")]
[JsonDerivedType(typeof(MoveStep), "move")]
[JsonDerivedType(typeof(NestStep), "nest")]
[JsonDerivedType(typeof(RenameStep), "rename")]
[JsonDerivedType(typeof(ConfigureStep), "configure")]
[JsonDerivedType(typeof(ClearStepField), "clear")]
[JsonDerivedType(typeof(SetStepPolicy), "set")]
[JsonDerivedType(typeof(Connect), "connect")]
[JsonDerivedType(typeof(Disconnect), "disconnect")]
[JsonDerivedType(typeof(PutNote), "note")]
[JsonDerivedType(typeof(DeleteNote), "unnote")]
[JsonDerivedType(typeof(BatchEdit), "batch")]
public abstract record FlowEdit;

/// <summary>Adds a step.</summary>
/// <param name="Step">The step; its id must be free.</param>
/// <param name="At">Its place in reading order; null for the end.</param>
public sealed record AddStep(FlowStep Step, int? At = null) : FlowEdit
{
    /// <inheritdoc cref="Connect.Restoring"/>
    internal bool Restoring { get; init; }
}

/// <summary>Deletes a step, the steps inside it, and every connection that touches one of them.</summary>
/// <param name="Id">The step.</param>
public sealed record DeleteStep(string Id) : FlowEdit;

/// <summary>Moves a step's card.</summary>
/// <param name="Id">The step.</param>
/// <param name="X">Canvas pixels from the origin, right.</param>
/// <param name="Y">Canvas pixels from the origin, down.</param>
public sealed record MoveStep(string Id, double X, double Y) : FlowEdit;

/// <summary>Puts a step into a container, or takes it out.</summary>
/// <param name="Id">The step.</param>
/// <param name="Parent">The container; null for the top.</param>
public sealed record NestStep(string Id, string? Parent) : FlowEdit
{
    /// <inheritdoc cref="Connect.Restoring"/>
    internal bool Restoring { get; init; }
}

/// <summary>Gives a step another name; its id, which templates use, stays.</summary>
/// <param name="Id">The step.</param>
/// <param name="Name">The name; null to show the id.</param>
public sealed record RenameStep(string Id, string? Name) : FlowEdit;

/// <summary>Sets one field of a step's config.</summary>
/// <param name="Id">The step.</param>
/// <param name="Field">The field's name at the top of the config.</param>
/// <param name="Value">Any JSON.</param>
/// <param name="At">The field's place when it is new; null for the end.</param>
public sealed record ConfigureStep(string Id, string Field, JsonElement Value, int? At = null) : FlowEdit;

/// <summary>Removes one field of a step's config.</summary>
/// <param name="Id">The step.</param>
/// <param name="Field">The field's name.</param>
public sealed record ClearStepField(string Id, string Field) : FlowEdit;

/// <summary>Sets one of a step's run settings.</summary>
/// <param name="Id">The step.</param>
/// <param name="Field">Which.</param>
/// <param name="Value">Its new value, as in the document; JSON null for the type's default.</param>
public sealed record SetStepPolicy(string Id, StepPolicyField Field, JsonElement Value) : FlowEdit;

/// <summary>A run setting that every step type has.</summary>
public enum StepPolicyField
{
    /// <summary><see cref="FlowStep.Retry"/>.</summary>
    Retry,

    /// <summary><see cref="FlowStep.TimeoutSeconds"/>.</summary>
    TimeoutSeconds,

    /// <summary><see cref="FlowStep.OnError"/>.</summary>
    OnError,

    /// <summary><see cref="FlowStep.Effects"/>.</summary>
    Effects,
}

/// <summary>Connects a step's port to a step.</summary>
/// <param name="From">The step it leaves.</param>
/// <param name="Port">The port it leaves by.</param>
/// <param name="To">The step it enters.</param>
/// <param name="At">Its place among the connections; null for the end.</param>
public sealed record Connect(string From, string Port, string To, int? At = null) : FlowEdit
{
    /// <summary>
    /// Puts back what was there: an undo must not fail on a rule that the old document already broke. Never read from JSON.
    /// </summary>
    internal bool Restoring { get; init; }
}

/// <summary>Removes a connection.</summary>
/// <param name="From">The step it leaves.</param>
/// <param name="Port">The port it leaves by.</param>
/// <param name="To">The step it enters.</param>
public sealed record Disconnect(string From, string Port, string To) : FlowEdit;

/// <summary>Adds a sticky note or replaces the one with its id.</summary>
/// <param name="Note">The note.</param>
/// <param name="At">Its place when it is new; null for the end.</param>
public sealed record PutNote(FlowNote Note, int? At = null) : FlowEdit
{
    /// <inheritdoc cref="Connect.Restoring"/>
    internal bool Restoring { get; init; }
}

/// <summary>Removes a sticky note.</summary>
/// <param name="Id">The note.</param>
public sealed record DeleteNote(string Id) : FlowEdit;

/// <summary>Several edits that are one act: done and undone together.</summary>
/// <param name="Edits">The edits, in order.</param>
public sealed record BatchEdit(IReadOnlyList<FlowEdit> Edits) : FlowEdit;
