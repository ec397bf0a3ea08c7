using System.Text.Json;
using NJsonSchema;

namespace OtherThing.Web.Features.Keys.Chat;

/// <summary>Asks for JSON that fits a schema and checks that it does.</summary>
internal sealed class ChatResponseSchema
{
    private const int MaxProblems = 5;
    private readonly JsonSchema _schema;

    private ChatResponseSchema(JsonSchema schema, JsonElement json) => (_schema, Json) = (schema, json);

    public JsonElement Json { get; }

    /// <summary>What the model is told besides the provider's own JSON mode, which not every model has.</summary>
    public string Instruction => $"Answer with one JSON value that fits this JSON Schema, and nothing else:\n{Json.GetRawText()}";

    /// <summary>Reads a schema; null with a reason when it is none. References to other documents are refused: they would be fetched.</summary>
    public static async Task<(ChatResponseSchema? Schema, string? Problem)> ReadAsync(JsonElement json, CancellationToken cancellationToken)
    {
        if (json.ValueKind != JsonValueKind.Object)
        {
            return (null, "responseSchema must be a JSON Schema object.");
        }

        if (ForeignReference(json) is { } reference)
        {
            return (null, $"responseSchema refers to '{reference}'; only references inside it (#/…) are allowed.");
        }

        try
        {
            return (new ChatResponseSchema(await JsonSchema.FromJsonAsync(json.GetRawText(), cancellationToken), json), null);
        }
        catch (Exception wrong) when (wrong is JsonException or InvalidOperationException or ArgumentException or FormatException
            || wrong.GetType().Namespace?.StartsWith("Newtonsoft", StringComparison.Ordinal) == true)
        {
            return (null, "responseSchema is not a JSON Schema: " + wrong.Message);
        }
    }

    /// <summary>The answer as JSON, or what is wrong with it.</summary>
    public (JsonElement? Value, string? Problem) Check(string text)
    {
        var body = Unfence(text);
        JsonElement value;
        try
        {
            using var document = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = 64 });
            value = document.RootElement.Clone();
        }
        catch (JsonException)
        {
            return (null, "the model did not answer with JSON");
        }

        var problems = _schema.Validate(body).Take(MaxProblems).Select(problem => $"{problem.Path}: {problem.Kind}").ToArray();
        return problems.Length == 0 ? (value, null) : (null, string.Join(", ", problems));
    }

    // Models like to wrap JSON in a Markdown fence.
    private static string Unfence(string text)
    {
        var body = text.Trim();
        if (!body.StartsWith("```", StringComparison.Ordinal) || !body.EndsWith("```", StringComparison.Ordinal) || body.Length < 7)
        {
            return body;
        }

        var start = body.IndexOf('\n');
        return start < 0 ? body : body[(start + 1)..^3].Trim();
    }

    private static string? ForeignReference(JsonElement at) => at.ValueKind switch
    {
        JsonValueKind.Object => at.EnumerateObject()
            .Select(field => field.Name is "$ref" or "$schema" or "$id" && field.Value.ValueKind == JsonValueKind.String
                ? field.Name == "$ref" && !field.Value.GetString()!.StartsWith('#') ? field.Value.GetString() : null
                : ForeignReference(field.Value))
            .FirstOrDefault(found => found is not null),
        JsonValueKind.Array => at.EnumerateArray().Select(ForeignReference).FirstOrDefault(found => found is not null),
        _ => null,
    };
}
