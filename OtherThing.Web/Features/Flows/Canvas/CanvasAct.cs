using System.Text.Json;
using OtherThing.Core.Flows.Editing;
using OtherThing.Core.Results;

namespace OtherThing.Web.Features.Flows.Canvas;

/// <summary>One act of a canvas as it comes from the browser.</summary>
/// <param name="Id">The canvas's name for it; the same twice is done once.</param>
/// <param name="Kind"><c>edit</c>, <c>undo</c>, <c>redo</c>, or <c>again</c>: an act that an earlier session took but may not have saved.</param>
/// <param name="Edits">What to do; null for undo and redo.</param>
/// <param name="Selection">What is selected after it; null when that stays.</param>
/// <param name="BasedOn">The last act the person had seen.</param>
internal sealed record CanvasAct(string? Id, string? Kind, IReadOnlyList<FlowEdit>? Edits, string?[]? Selection, long? BasedOn)
{
    /// <summary>The most acts in one message.</summary>
    public const int Most = 2_000;

    /// <summary>The acts of a message; null stands for one that cannot be read, which costs no other act anything.</summary>
    public static IReadOnlyList<CanvasAct?>? Read(string? text)
    {
        try
        {
            var acts = JsonElement.Parse(text ?? "");
            return acts.ValueKind == JsonValueKind.Array && acts.GetArrayLength() is > 0 and <= Most ? [.. acts.EnumerateArray().Select(Read)] : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static CanvasAct? Read(JsonElement act)
    {
        try
        {
            return act.Deserialize<CanvasAct>(Json.Options);
        }
        catch (Exception exception) when (exception is JsonException or NotSupportedException)
        {
            return null;
        }
    }

    /// <summary>Does it.</summary>
    public async Task<ActAnswer> ApplyAsync(FlowEditor editor, CancellationToken cancellationToken)
    {
        if (Kind is "undo" or "redo")
        {
            var refused = await (Kind == "undo" ? editor.UndoAsync(cancellationToken, Id ?? "") : editor.RedoAsync(cancellationToken, Id ?? ""));
            return new ActAnswer(refused is null, refused?.Message, refused?.Code, editor.Snapshot.Sequence);
        }

        if (Kind is not ("edit" or "again") || Edits is not { Count: > 0 })
        {
            return new ActAnswer(false, "An act needs at least one edit.");
        }

        var applied = Kind == "again"
            ? await editor.ReplayAsync(Id ?? "", Edits, cancellationToken)
            : await editor.ApplyAsync(Id ?? "", Edits, cancellationToken, BasedOn);
        return applied.TryGet(out var snapshot, out var refusal)
            ? new ActAnswer(true, null, Sequence: snapshot.Sequence)
            : new ActAnswer(false, refusal.Message, refusal.Code, editor.Snapshot.Sequence);
    }
}

/// <summary>What the canvas hears about an act it sent.</summary>
public sealed record ActAnswer(bool Ok, string? Message, string? Code = null, long Sequence = 0);
