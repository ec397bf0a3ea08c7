using System.Text.Json;
using System.Text.RegularExpressions;
using OtherThing.Core.Results;

namespace OtherThing.Core.Flows.Editing;

/// <summary>What a single edit must keep to, whoever sent it.</summary>
internal static partial class FlowEditRules
{
    public const int MaxIdLength = 64;
    public const int MaxNameLength = FlowLimits.Name;
    public const int MaxFieldBytes = 1024 * 1024;
    public const double MaxCoordinate = 1_000_000;

    public static Error? Check(FlowStep step) =>
        CheckId(step.Id)
        ?? (string.IsNullOrEmpty(step.Type) || step.Type.Length > MaxIdLength
            ? FlowEditErrors.Invalid("step.type", $"A step needs a type of at most {MaxIdLength} characters.")
            : null)
        ?? CheckName(step.Name)
        ?? CheckPosition(step.Position.X, step.Position.Y)
        ?? (step.Config.ValueKind != JsonValueKind.Object
            ? FlowEditErrors.Invalid("step.config", "A step's config must be a JSON object.")
            : null)
        ?? (step.Config.GetRawText().Length > 2 * MaxFieldBytes
            ? FlowEditErrors.TooLarge("A step's config may hold at most 2 MiB.")
            : null)
        ?? CheckRetry(step.Retry)
        ?? CheckTimeout(step.TimeoutSeconds);

    public static Error? Check(FlowNote? note) =>
        note is null ? FlowEditErrors.Invalid("note", "The note is missing.")
        : CheckId(note.Id)
          ?? CheckPosition(note.Position.X, note.Position.Y)
          ?? (note.Text is null || !FlowLimits.Note.Holds(note.Text)
              ? FlowEditErrors.Invalid("note.text", $"A note's text may have at most {FlowLimits.Note}.")
              : null)
          ?? (note.Width is >= 40 and <= 4000 && note.Height is >= 40 and <= 4000
              ? null
              : FlowEditErrors.Invalid("note.width", "A note is 40 to 4000 pixels wide and high."))
          ?? (note.Color is { Length: > 20 } ? FlowEditErrors.Invalid("note.color", "A colour is the name of a role of the theme.") : null);

    public static Error? CheckId(string? id) => id is not null && id.Length <= MaxIdLength && Id().IsMatch(id)
        ? null
        : FlowEditErrors.Invalid("id", $"An id starts with a letter, has letters, digits and _ only, and at most {MaxIdLength} characters.");

    public static Error? CheckName(string? name) => FlowLimits.StepName.Holds(name)
        ? null
        : FlowEditErrors.Invalid("name", $"A name may have at most {FlowLimits.StepName}.");

    public static Error? CheckPosition(double x, double y) =>
        Math.Abs(x) <= MaxCoordinate && Math.Abs(y) <= MaxCoordinate
            ? null
            : FlowEditErrors.Invalid("position", $"A position lies within {MaxCoordinate:0} pixels of the origin.");

    public static Error? CheckPort(string? port) => port is { Length: > 0 and <= MaxNameLength }
        ? null
        : FlowEditErrors.Invalid("port", $"A port has a name of at most {MaxNameLength} characters.");

    public static Error? CheckField(string? field, JsonElement value) =>
        field is not { Length: > 0 and <= MaxNameLength }
            ? FlowEditErrors.Invalid("field", $"A field has a name of at most {MaxNameLength} characters.")
        : value.ValueKind == JsonValueKind.Undefined
            ? FlowEditErrors.Invalid("value", "The field's value is missing.")
        : value.ValueKind is not (JsonValueKind.True or JsonValueKind.False or JsonValueKind.Null)
          && value.GetRawText().Length > MaxFieldBytes
            ? FlowEditErrors.TooLarge("A field may hold at most 1 MiB.")
        : null;

    public static JsonElement ReadPolicy(FlowStep step, StepPolicyField field) => field switch
    {
        StepPolicyField.Retry => Json.ToElement(step.Retry),
        StepPolicyField.TimeoutSeconds => Json.ToElement(step.TimeoutSeconds),
        StepPolicyField.OnError => Json.ToElement(step.OnError),
        _ => Json.ToElement(step.Effects),
    };

    public static Result<FlowStep> WithPolicy(FlowStep step, SetStepPolicy set)
    {
        if (set.Value.ValueKind == JsonValueKind.Undefined)
        {
            return FlowEditErrors.Invalid("value", "The value is missing.");
        }

        try
        {
            var changed = set.Field switch
            {
                StepPolicyField.Retry => step with { Retry = set.Value.Deserialize<RetryPolicy?>(Json.Options) },
                StepPolicyField.TimeoutSeconds => step with { TimeoutSeconds = set.Value.Deserialize<int?>(Json.Options) },
                StepPolicyField.OnError => step with { OnError = set.Value.Deserialize<OnError>(Json.Options) },
                _ => step with { Effects = set.Value.Deserialize<StepEffects?>(Json.Options) },
            };
            return (CheckRetry(changed.Retry) ?? CheckTimeout(changed.TimeoutSeconds)) is { } error ? error : changed;
        }
        catch (JsonException)
        {
            return FlowEditErrors.Invalid("value", $"That is no value for '{set.Field}'.");
        }
    }

    private static Error? CheckRetry(RetryPolicy? retry) =>
        retry is null or { Max: >= 0 and <= FlowLimits.Retries, BackoffSeconds: >= 0 and <= 3600 }
            ? null
            : FlowEditErrors.Invalid("retry", "Retry 0 to 20 times, waiting 0 to 3600 seconds at first.");

    private static Error? CheckTimeout(int? seconds) => seconds is null or (>= 1 and <= FlowLimits.TimeoutSeconds)
        ? null
        : FlowEditErrors.Invalid("timeoutSeconds", $"The timeout is 1 to {FlowLimits.TimeoutSeconds} seconds.");

    [GeneratedRegex(@"^[A-Za-z][A-Za-z0-9_]*\z")]
    private static partial Regex Id();
}
