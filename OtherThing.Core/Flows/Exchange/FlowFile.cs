using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using OtherThing.Core.Results;
using OtherThing.Core.Steps;

namespace OtherThing.Core.Flows.Exchange;

/// <summary>A flow's file.</summary>
/// <param name="FileName">What to call it.</param>
/// <param name="Text">Its text.</param>
public sealed record FlowExport(string FileName, string Text);

/// <summary>
/// A flow as a file people read and keep in version control: keys always in the same order, logic first, layout last with one line
/// per step, so that moving a step changes only its line. It carries no key, node, member or secret.
/// </summary>
public static class FlowFile
{
    /// <summary>What the file says it is.</summary>
    public const string Format = "otherthing.flow/1";

    private static readonly JsonWriterOptions s_indented = new() { Indented = true, Encoder = Json.Options.Encoder, NewLine = "\n" };

    /// <summary>A file name for a flow: <c>nightly-report.flow.json</c>.</summary>
    public static string NameOf(string name)
    {
        var words = new string([.. name.ToLowerInvariant().Select(letter => char.IsAsciiLetterOrDigit(letter) ? letter : ' ')])
            .Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var joined = string.Join('-', words);
        return (joined.Length == 0 ? "flow" : joined.Length > 80 ? joined[..80].TrimEnd('-') : joined) + ".flow.json";
    }

    /// <summary>Writes the file: UTF-8, LF, a line break at the end.</summary>
    /// <param name="name">What people call the flow.</param>
    /// <param name="description">What it is for.</param>
    /// <param name="definition">The document; what ties it to its workspace is left out, see <see cref="FlowDetachment"/>.</param>
    public static string Write(string name, string description, FlowDocument definition)
    {
        var detached = FlowDetachment.Of(definition).Definition;
        var text = new StringBuilder(4096);
        text.Append("{\n");
        Line(text, "format", Quote(Format));
        Line(text, "name", Quote(name));
        Line(text, "description", Quote(description));
        List(text, "steps", detached.Steps, WriteStep);
        List(text, "connections", detached.Connections, connection =>
            $"{{ \"from\": {Quote(connection.From)}, \"port\": {Quote(connection.Port)}, \"to\": {Quote(connection.To)} }}");
        List(text, "notes", detached.Notes, WriteNote);
        text.Append("  \"layout\": {\n");
        Layout(text, "steps", detached.Steps.Select(step => (step.Id, Places(step.Position.X, step.Position.Y))), last: false);
        Layout(text, "notes", detached.Notes.Select(note => (note.Id, Places(note.Position.X, note.Position.Y, note.Width, note.Height))), last: true);
        return text.Append("  }\n}\n").ToString();
    }

    /// <summary>Reads what <see cref="Write"/> writes.</summary>
    /// <returns>The flow, or <c>flow.malformed</c> with the place and reason.</returns>
    internal static Result<ImportedFlow> Read(JsonElement file)
    {
        Document read;
        try
        {
            read = file.Deserialize<Document>(ConfigSchemas.Strict)!;
        }
        catch (JsonException exception)
        {
            return FlowJson.Malformed(exception);
        }

        var places = read.Layout ?? new Layouts();
        var steps = new List<FlowStep>(read.Steps.Count);
        foreach (var step in read.Steps)
        {
            if (step?.Id is null || !TryPlace(places.Steps, step.Id, 2, out var place))
            {
                return Misplaced("steps", step?.Id);
            }

            steps.Add(place is null ? step : step with { Position = new FlowPosition(place[0], place[1]) });
        }

        var notes = new List<FlowNote>(read.Notes.Count);
        foreach (var note in read.Notes)
        {
            if (note?.Id is null || !TryPlace(places.Notes, note.Id, 4, out var place))
            {
                return Misplaced("notes", note?.Id);
            }

            notes.Add(place is null ? note : note with { Position = new FlowPosition(place[0], place[1]), Width = place[2], Height = place[3] });
        }

        return new ImportedFlow(ImportSource.OtherThing, read.Name, read.Description,
            new FlowDocument { Steps = steps, Connections = read.Connections, Notes = notes }, []);
    }

    private static Error Misplaced(string kind, string? id) => id is null
        ? Error.Invalid("flow.malformed", $"flow.{kind}", $"Each of {kind} is an object with an id.")
        : Error.Invalid(
            "flow.malformed", $"flow.layout.{kind}.{id}", kind == "steps" ? "A step's place is [x, y]." : "A note's place is [x, y, width, height].");

    private static bool TryPlace(IReadOnlyDictionary<string, double[]>? places, string id, int count, out double[]? place)
    {
        place = places?.GetValueOrDefault(id);
        return places is null || !places.ContainsKey(id) || place?.Length == count;
    }

    private static void Line(StringBuilder text, string name, string value) => text.Append("  \"").Append(name).Append("\": ").Append(value).Append(",\n");

    private static void List<T>(StringBuilder text, string name, IReadOnlyList<T> items, Func<T, string> write)
    {
        if (items.Count == 0)
        {
            Line(text, name, "[]");
            return;
        }

        Line(text, name, "[\n" + string.Join(",\n", items.Select(item => Indent(write(item), 4))) + "\n  ]");
    }

    private static void Layout(StringBuilder text, string name, IEnumerable<(string Id, string Place)> places, bool last)
    {
        var lines = places.Select(place => $"      {Quote(place.Id)}: {place.Place}").ToList();
        text.Append("    \"").Append(name).Append("\": ")
            .Append(lines.Count == 0 ? "{}" : "{\n" + string.Join(",\n", lines) + "\n    }")
            .Append(last ? "\n" : ",\n");
    }

    private static string Places(params ReadOnlySpan<double> numbers)
    {
        var text = new StringBuilder("[");
        foreach (var number in numbers)
        {
            text.Append(text.Length > 1 ? ", " : "").Append(number.ToString("R", CultureInfo.InvariantCulture));
        }

        return text.Append(']').ToString();
    }

    private static string WriteStep(FlowStep step) => Object(writer =>
    {
        writer.WriteString("id", step.Id);
        writer.WriteString("type", step.Type);
        WriteText(writer, "name", step.Name);
        WriteText(writer, "parent", step.Parent);
        writer.WritePropertyName("config");
        writer.WriteStartObject();
        foreach (var field in Ordered(step))
        {
            field.WriteTo(writer);
        }

        writer.WriteEndObject();
        if (step.Retry is { } retry)
        {
            writer.WritePropertyName("retry");
            JsonSerializer.Serialize(writer, retry, Json.Options);
        }

        if (step.TimeoutSeconds is { } seconds)
        {
            writer.WriteNumber("timeoutSeconds", seconds);
        }

        if (step.OnError != OnError.Fail)
        {
            writer.WritePropertyName("onError");
            JsonSerializer.Serialize(writer, step.OnError, Json.Options);
        }

        if (step.Effects is { } effects)
        {
            writer.WritePropertyName("effects");
            JsonSerializer.Serialize(writer, effects, Json.Options);
        }
    });

    // As the type's schema has them, then what it does not know, so that the order of editing leaves no trace.
    private static IEnumerable<JsonProperty> Ordered(FlowStep step)
    {
        if (step.Config.ValueKind != JsonValueKind.Object)
        {
            return [];
        }

        var order = StepCatalog.Find(step.Type)?.ConfigType.GetProperties()
            .Select((property, at) => (Name: JsonNamingPolicy.CamelCase.ConvertName(property.Name), At: at))
            .ToDictionary(pair => pair.Name, pair => pair.At, StringComparer.Ordinal) ?? [];
        return step.Config.EnumerateObject()
            .OrderBy(field => order.GetValueOrDefault(field.Name, int.MaxValue)).ThenBy(field => field.Name, StringComparer.Ordinal);
    }

    private static string WriteNote(FlowNote note) => Object(writer =>
    {
        writer.WriteString("id", note.Id);
        writer.WriteString("text", note.Text);
        WriteText(writer, "color", note.Color);
    });

    private static void WriteText(Utf8JsonWriter writer, string name, string? text)
    {
        if (text is not null)
        {
            writer.WriteString(name, text);
        }
    }

    private static string Object(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, s_indented))
        {
            writer.WriteStartObject();
            write(writer);
            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static string Indent(string lines, int spaces)
    {
        var margin = new string(' ', spaces);
        return margin + lines.Replace("\n", "\n" + margin, StringComparison.Ordinal);
    }

    private static string Quote(string text) => JsonSerializer.Serialize(text, Json.Options);

    private sealed record Document
    {
        public required string Format { get; init; }

        public string Name { get; init; } = "";

        public string Description { get; init; } = "";

        public IReadOnlyList<FlowStep> Steps { get; init; } = [];

        public IReadOnlyList<FlowConnection> Connections { get; init; } = [];

        public IReadOnlyList<FlowNote> Notes { get; init; } = [];

        public Layouts? Layout { get; init; }
    }

    private sealed record Layouts
    {
        public IReadOnlyDictionary<string, double[]>? Steps { get; init; }

        public IReadOnlyDictionary<string, double[]>? Notes { get; init; }
    }
}
