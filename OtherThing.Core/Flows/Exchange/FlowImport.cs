using System.Text;
using System.Text.Json;
using OtherThing.Core.Flows.Validation;
using OtherThing.Core.Payloads;
using OtherThing.Core.Results;

namespace OtherThing.Core.Flows.Exchange;

/// <summary>Reads flows from files: our own, n8n's and Node-RED's. Pure: it looks at the text and nothing else.</summary>
public static class FlowImport
{
    /// <summary>The most remarks kept.</summary>
    private const int MaxRemarks = 500;

    private static readonly JsonDocumentOptions s_kept = new() { MaxDepth = FlowLimits.JsonDepth - 8 };

    /// <summary>Reads a file of any kind we know.</summary>
    /// <returns>The flow, or <c>flow.malformed</c>, <c>flow.too_large</c>, <c>flow.format_unknown</c>.</returns>
    public static Result<ImportedFlow> Read(string text)
    {
        if (text.Length > FlowLimits.Characters)
        {
            return TooLarge($"A file has up to {FlowLimits.Characters:N0} characters.");
        }

        return PayloadJson.TryRead(text, out var file, out var reason) ? Read(file) : Malformed(reason);
    }

    /// <summary>Reads the bytes of such a file, in the charset that was named with them.</summary>
    /// <inheritdoc cref="Read(string)"/>
    public static Result<ImportedFlow> Read(ReadOnlyMemory<byte> bytes, PayloadType type) =>
        !PayloadText.TryToUtf8(bytes, type, out var text, out var reason) ? Malformed(reason)
        : text.Length > FlowLimits.Characters && Encoding.UTF8.GetCharCount(text.Span) > FlowLimits.Characters
            ? TooLarge($"A file has up to {FlowLimits.Characters:N0} characters.")
        : PayloadJson.TryRead(text.Span, out var file, out reason) ? Read(file) : Malformed(reason);

    private static Result<ImportedFlow> Read(JsonElement file)
    {
        if (!Recognise(file).TryGet(out var read, out var refusal))
        {
            return refusal;
        }

        if (read.Definition.Steps.Count > FlowLimits.Steps
            || read.Definition.Connections.Count > FlowLimits.Connections
            || read.Definition.Notes.Count > FlowLimits.Notes)
        {
            return TooLarge($"A flow takes up to {FlowLimits.Steps:N0} steps, {FlowLimits.Connections:N0} connections and {FlowLimits.Notes:N0} notes.");
        }

        if (FirstUnfit(read.Definition) is { } problem)
        {
            return FlowErrors.Invalid([problem]);
        }

        var detached = FlowDetachment.Of(read.Definition);
        var remarks = detached.Fields.Count == 0
            ? read.Remarks
            : [.. read.Remarks,
                new ImportRemark(
                    null, $"Left out, because an import attaches no keys, machines, members or secrets: {string.Join(", ", detached.Fields.Take(20))}.")];
        return CanBeKept(detached.Definition) is { } tooMuch
            ? tooMuch
            : read with { Definition = detached.Definition, Remarks = [.. remarks.Take(MaxRemarks)] };
    }

    private static Result<ImportedFlow> Recognise(JsonElement file)
    {
        switch (file.ValueKind)
        {
            case JsonValueKind.Object when file.TryGetProperty("format", out var format):
                return format.ValueKind == JsonValueKind.String && format.GetString() == FlowFile.Format
                    ? FlowFile.Read(file)
                    : Error.Invalid("flow.format_unknown", "format", $"This server reads {FlowFile.Format}.");
            case JsonValueKind.Object when file.TryGetProperty("nodes", out var nodes) && nodes.ValueKind == JsonValueKind.Array:
                return N8nImport.Read(file);
            case JsonValueKind.Object when file.TryGetProperty("flows", out var flows) && flows.ValueKind == JsonValueKind.Array:
                return NodeRedImport.Read(flows);
            case JsonValueKind.Object when file.TryGetProperty("steps", out _):
                return FlowJson.Parse(file).TryGet(out var definition, out var refusal)
                    ? new ImportedFlow(ImportSource.OtherThing, "", "", definition, [])
                    : refusal;
            case JsonValueKind.Array when file.GetArrayLength() == 1 && file[0].ValueKind == JsonValueKind.Object && file[0].TryGetProperty("nodes", out _):
                return N8nImport.Read(file[0]);
            case JsonValueKind.Array when file.EnumerateArray()
                .All(each => each.ValueKind == JsonValueKind.Object && each.TryGetProperty("nodes", out var nodes) && nodes.ValueKind == JsonValueKind.Array)
                && file.GetArrayLength() > 1:
                return Error.Invalid("flow.format_unknown", "flow", $"This file holds {file.GetArrayLength():N0} workflows; import them one by one.");
            case JsonValueKind.Array when file.GetArrayLength() > 0:
                return NodeRedImport.Read(file);
            default:
                return Error.Invalid(
                    "flow.format_unknown", "flow", "This is not a flow. Import a file that was exported here, an n8n workflow, or Node-RED flows.");
        }
    }

    /// <summary>What the canvas could not even show: an id that is missing, twice or no id.</summary>
    private static FlowProblem? FirstUnfit(FlowDocument definition)
    {
        var ids = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < definition.Steps.Count; i++)
        {
            var step = definition.Steps[i];
            if (step is null || step.Id is null || !FlowValidator.IdPattern().IsMatch(step.Id) || !ids.Add(step.Id))
            {
                return new FlowProblem(null, $"steps[{i}].id", "Each step needs an id of its own: a letter, then letters, digits and _, up to 64.");
            }

            if (string.IsNullOrEmpty(step.Type) || step.Type.Length > 100 || step.Config.ValueKind != JsonValueKind.Object)
            {
                return new FlowProblem(step.Id, "type", "A step needs a type and a config, which is a JSON object.");
            }

            if (!FlowValidator.IsPlace(step.Position))
            {
                return new FlowProblem(step.Id, "position", "The position is off the canvas.");
            }
        }

        for (var i = 0; i < definition.Connections.Count; i++)
        {
            var connection = definition.Connections[i];
            if (connection is null
                || !ids.Contains(connection.From ?? "")
                || !ids.Contains(connection.To ?? "")
                || connection.Port is not { Length: > 0 and <= 200 })
            {
                return new FlowProblem(null, $"connections[{i}]", "A connection leaves and enters steps of this flow, by a port.");
            }
        }

        var notes = new HashSet<string>(StringComparer.Ordinal);
        var misplaced =
            definition.Notes.FirstOrDefault(
                note =>
                    note?.Id is not { Length: > 0 and <= 64 }
                    || !notes.Add(note.Id)
                    || note.Text is null or { Length: > 20_000 }
                    || !FlowValidator.IsPlace(note.Position));
        return definition.Notes.Count > 0 && misplaced is not null || definition.Notes.Contains(null!)
            ? new FlowProblem(null, "notes", "Each note needs an id of its own, up to 20,000 characters of text, and a place.")
            : null;
    }

    /// <summary>It must be readable again exactly as it is stored, also inside an answer and an edit.</summary>
    private static Error? CanBeKept(FlowDocument definition)
    {
        try
        {
            var text = FlowJson.Write(definition);
            using var shallow = JsonDocument.Parse(text, s_kept);
            return FlowJson.Parse(text).Error;
        }
        catch (JsonException)
        {
            return Error.Invalid("flow.malformed", "flow", $"It is nested too deep: a flow's JSON goes {FlowLimits.JsonDepth} levels with what is around it.");
        }
    }

    private static Error Malformed(string reason) => Error.Invalid("flow.malformed", "flow", $"The file {reason}.");

    private static Error TooLarge(string message) => new(ErrorKind.TooLarge, "flow.too_large", message);
}
