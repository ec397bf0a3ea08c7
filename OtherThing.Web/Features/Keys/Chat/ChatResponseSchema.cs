using System.Text.Json;
using OtherThing.Core.Steps.Schemas;

namespace OtherThing.Web.Features.Keys.Chat;

/// <summary>Asks for JSON that fits a schema and checks that it does.</summary>
internal sealed class ChatResponseSchema
{
    private readonly UserSchema _schema;

    private ChatResponseSchema(UserSchema schema) => _schema = schema;

    public JsonElement Json => _schema.Json;

    /// <summary>What the model is told besides the provider's own JSON mode, which not every model has.</summary>
    public string Instruction => $"Answer with one JSON value that fits this JSON Schema, and nothing else:\n{Json.GetRawText()}";

    /// <summary>Reads a schema; null with a reason when it is none, or leads outside of itself.</summary>
    public static (ChatResponseSchema? Schema, string? Problem) Read(JsonElement json)
    {
        if (json.ValueKind != JsonValueKind.Object)
        {
            return (null, "responseSchema must be a JSON Schema object.");
        }

        var (schema, problems) = UserSchema.Read(json);
        return schema is null ? (null, "responseSchema: " + string.Join(" ", problems)) : (new ChatResponseSchema(schema), null);
    }

    /// <summary>The answer as JSON, or what is wrong with it.</summary>
    /// <exception cref="OperationCanceledException">The step was stopped.</exception>
    public async Task<(JsonElement? Value, string? Problem)> CheckAsync(string text, CancellationToken cancellationToken)
    {
        string? problem = null;
        foreach (var value in JsonInProse.Find(text))
        {
            var problems = await _schema.CheckAsync(value, cancellationToken);
            if (problems.Count == 0)
            {
                return (value, null);
            }

            problem ??= string.Join(", ", problems);
        }

        return (null, problem ?? (JsonInProse.IsTooDeep(text)
            ? $"it is nested deeper than the {JsonInProse.MaxDepth} levels that are kept"
            : "the model did not answer with JSON"));
    }
}
