extern alias schemas;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using OtherThing.Core.Payloads;
using schemas::Json.Schema;

namespace OtherThing.Core.Steps.Schemas;

/// <summary>
/// A JSON Schema of draft 2020-12 that a user brought: it never leads to anything outside of itself, and checking by it can be stopped
/// at any time.
/// </summary>
public sealed class UserSchema
{
    /// <summary>References lead into one another, level by level of a value: room for 64 levels of the most winding schema.</summary>
    private const int StackBytes = 16 * 1024 * 1024;

    private const string WithoutEnd = "the schema's references lead into one another without an end";

    private readonly JsonSchema _schema;
    private readonly SchemaWork _work;

    private UserSchema(JsonSchema schema, SchemaWork work, JsonElement json) => (_schema, _work, Json) = (schema, work, json);

    /// <summary>The schema as it was brought.</summary>
    public JsonElement Json { get; }

    /// <summary>What is wrong with a schema in a config that is saved; what a template stands for is looked at when it is rendered.</summary>
    /// <returns>Up to <see cref="SchemaLimits.Problems"/> problems; empty when nothing is wrong.</returns>
    public static IReadOnlyList<SchemaProblem> Problems(JsonElement json)
    {
        var rules = new SchemaRules(withTemplates: true);
        var problems = rules.Check(json);
        if (problems.Count > 0)
        {
            return problems;
        }

        // The library would follow the references while it builds: they are counted first.
        var reason = TooMuch(static work => work.OfAnyValue(), SchemaWork.Read(json));
        return reason is null && (rules.HasTemplates || TryBuild(json, out reason) is not null) ? [] : [new SchemaProblem("", reason!)];
    }

    /// <summary>Reads a schema.</summary>
    /// <returns>The schema, or null with up to <see cref="SchemaLimits.Problems"/> problems.</returns>
    public static (UserSchema? Schema, IReadOnlyList<SchemaProblem> Problems) Read(JsonElement json)
    {
        var problems = new SchemaRules(withTemplates: false).Check(json);
        if (problems.Count > 0)
        {
            return (null, problems);
        }

        var work = SchemaWork.Read(json);
        var reason = TooMuch(static work => work.OfAnyValue(), work);
        return reason is null && TryBuild(json, out reason) is { } schema ? (new UserSchema(schema, work, json), []) : (null, [new SchemaProblem("", reason!)]);
    }

    /// <summary>Checks a value, on a thread of its own: no other work waits behind it, and the process ends without it.</summary>
    /// <returns>Up to <see cref="SchemaLimits.Problems"/> problems; empty when the value fits.</returns>
    /// <exception cref="OperationCanceledException">The check was stopped; it ends at once, and with it its work.</exception>
    public async Task<IReadOnlyList<SchemaProblem>> CheckAsync(JsonElement value, CancellationToken cancellationToken)
    {
        if (JsonMarshal.GetRawUtf8Value(value).Length > SchemaLimits.CheckedBytes)
        {
            return [new SchemaProblem("", $"it has more than {SchemaLimits.CheckedBytes / 1_048_576} MiB, which is more than is checked")];
        }

        // What a check takes is counted for each part of a schema and each part of a value.
        var (parts, values) = (CountParts(Json), CountParts(value));
        if (parts * values > SchemaLimits.Checks)
        {
            return [new SchemaProblem("", string.Create(
                CultureInfo.InvariantCulture,
                $"it has {values:N0} parts and the schema {parts:N0}: together more than the {SchemaLimits.Checks:N0} checks that are made"))];
        }

        cancellationToken.ThrowIfCancellationRequested();
        var done = new TaskCompletionSource<IReadOnlyList<SchemaProblem>>(TaskCreationOptions.RunContinuationsAsynchronously);
        var thread = new Thread(
            () =>
            {
                SchemaWatch.Begin(cancellationToken);
                try
                {
                    done.TrySetResult(Check(value));
                }
                catch (OperationCanceledException)
                {
                    done.TrySetCanceled(cancellationToken);
                }
                catch (Exception exception)
                {
                    done.TrySetException(exception);
                }
            },
            StackBytes)
        {
            IsBackground = true,
            Name = "schema check",
        };
        thread.Start();
        return await done.Task.WaitAsync(cancellationToken);
    }

    private static long CountParts(JsonElement json)
    {
        var reader = new Utf8JsonReader(JsonMarshal.GetRawUtf8Value(json), new JsonReaderOptions { MaxDepth = PayloadLimits.KeptDepth });
        var parts = 0L;
        while (reader.Read())
        {
            parts += reader.TokenType is JsonTokenType.EndArray or JsonTokenType.EndObject or JsonTokenType.PropertyName ? 0 : 1;
        }

        return parts;
    }

    private SchemaProblem[] Check(JsonElement value)
    {
        if (TooMuch(work => work.Of(value), _work) is { } reason)
        {
            return [new SchemaProblem("", reason)];
        }

        try
        {
            // Nearly all values fit, and saying only whether they do is far cheaper.
            if (_schema.Evaluate(value, SchemaDialect.Options(OutputFormat.Flag)).IsValid)
            {
                return [];
            }

            var results = _schema.Evaluate(value, SchemaDialect.Options(OutputFormat.List));
            var problems = (results.Details ?? [])
                .Where(result => result is { IsValid: false, Errors.Count: > 0 })
                .SelectMany(result => result.Errors!.Values.Select(message => new SchemaProblem(result.InstanceLocation.ToString(), message)))
                .Distinct().Take(SchemaLimits.Problems).ToArray();
            return problems.Length > 0 ? problems : [new SchemaProblem("", "it does not fit")];
        }
        catch (InsufficientExecutionStackException)
        {
            return [new SchemaProblem("", WithoutEnd)];
        }
        catch (RegexMatchTimeoutException)
        {
            return [new SchemaProblem("", "a pattern of the schema takes too long for it")];
        }
        catch (Exception wrong) when (wrong is FormatException or OverflowException or JsonException or JsonSchemaException or RefResolutionException)
        {
            return [new SchemaProblem("", "it holds something that cannot be checked: " + wrong.Message)]; // a number beyond all bounds
        }
    }

    /// <summary>Why a check is not begun; null when it may be.</summary>
    private static string? TooMuch(Func<SchemaWork, long> count, SchemaWork work)
    {
        try
        {
            return count(work) switch
            {
                SchemaWork.Endless => WithoutEnd,
                > SchemaLimits.Work => string.Create(
                    CultureInfo.InvariantCulture,
                    $"checking it takes more than the {SchemaLimits.Work:N0} steps that are made; the schema's references and branches multiply, or there is too much to compare"),
                _ => null,
            };
        }
        catch (InsufficientExecutionStackException)
        {
            return WithoutEnd;
        }
    }

    private static JsonSchema? TryBuild(JsonElement json, out string? reason)
    {
        try
        {
            reason = null;
            return SchemaDialect.Build(WithoutDraft(json));
        }
        catch (Exception wrong) when (wrong is JsonException or JsonSchemaException or RefResolutionException or ArgumentException
            or InvalidOperationException or FormatException or OverflowException or InsufficientExecutionStackException)
        {
            reason = "This is no JSON Schema of draft 2020-12: " + wrong.Message;
            return null;
        }
    }

    /// <summary>A draft that is named would bring the library's own handlers back.</summary>
    private static JsonElement WithoutDraft(JsonElement json)
    {
        if (json.ValueKind != JsonValueKind.Object || !json.TryGetProperty("$schema", out _))
        {
            return json;
        }

        var copy = JsonObject.Create(json)!;
        copy.Remove("$schema");
        return Results.Json.ToElement(copy);
    }
}
