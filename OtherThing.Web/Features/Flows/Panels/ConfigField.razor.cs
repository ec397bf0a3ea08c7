using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Components;
using OtherThing.Core.Flows.Preview;
using OtherThing.Core.Results;

namespace OtherThing.Web.Features.Flows.Panels;

public sealed partial class ConfigField
{
    /// <summary>What is chosen in place of a value to write a template.</summary>
    private const string ByTemplate = "template";

    private static readonly Dictionary<string, Picked> s_picks = new(StringComparer.Ordinal)
    {
        ["key"] = new("The workspace's key of the provider", _ => "A key that is not here"),
        ["flow"] = new("None", _ => "A flow that is not here"),
        ["member"] = new("Nobody", _ => "Somebody who is no member"),
        ["node"] = new("Any machine that fits", _ => "A machine that is not here"),
        [StepChoices.LocalModel] = new("None", model => $"{model}: no machine serves it now"),
    };

    private string? _unread;
    private bool _writes;

    [Parameter, EditorRequired]
    public required FieldSchema Schema { get; set; }

    /// <summary>The value now; null when it is left out.</summary>
    [Parameter, EditorRequired]
    public required JsonNode? Value { get; set; }

    /// <summary>The value a person gave it; null to leave it out.</summary>
    [Parameter, EditorRequired]
    public required EventCallback<JsonNode?> OnChange { get; set; }

    /// <summary>Unique on the page; becomes the input's id.</summary>
    [Parameter, EditorRequired]
    public required string Path { get; set; }

    /// <summary>What the validator says of it.</summary>
    [Parameter]
    public string? Problem { get; set; }

    [Parameter]
    public bool ReadOnly { get; set; }

    /// <summary>What does not keep it from running and may be wrong with it.</summary>
    [Parameter]
    public string? Hint { get; set; }

    /// <summary>Values to offer for a field, and for those inside it.</summary>
    [Parameter]
    public Func<FieldSchema, IReadOnlyList<FieldChoice>>? ChoicesOf { get; set; }

    /// <summary>What a long text is written in, for its colours.</summary>
    [Parameter]
    public string? Language { get; set; }

    /// <summary>What is completed in it: <c>template</c> or <c>condition</c>; null for nothing.</summary>
    [Parameter]
    public string? Complete { get; set; }

    /// <summary>What it would be with the values of the last run.</summary>
    [Parameter]
    public FieldPreview? Preview { get; set; }

    private IReadOnlyList<FieldChoice> Choices => ChoicesOf?.Invoke(Schema) ?? [];

    /// <summary>Set for an id, which is chosen by what it names.</summary>
    private Picked? Pick => Schema.Hint is { } hint ? s_picks.GetValueOrDefault(hint) : null;

    /// <summary>True while a template makes the id, or is about to.</summary>
    private bool IsWritten => _writes || Current?.Contains("{{", StringComparison.Ordinal) == true;

    private bool IsListed => Pick is null && Schema.Hint != "cron" && Choices.Count > 0;

    private string Id => "field-" + Path;

    private string HelpId => Id + "-help";

    private string? Current => Value is JsonValue value && value.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : null;

    private string ChosenOf(IReadOnlyList<string> choices) =>
        choices.FirstOrDefault(choice => string.Equals(choice, Current, StringComparison.OrdinalIgnoreCase)) ?? "";

    private string Line => Current ?? Value?.ToJsonString() ?? "";

    private JsonArray Items => Value as JsonArray ?? [];

    private string Shown => Schema.Input switch
    {
        FieldInput.Lines => ConfigText.ShowLines(Value),
        FieldInput.Pairs => ConfigText.ShowPairs(Value),
        FieldInput.Json => ConfigText.Show(Value),
        _ => Line,
    };

    private int Rows => Schema.Input switch
    {
        FieldInput.Code => 12,
        FieldInput.Json => Math.Clamp(Shown.Count(letter => letter == '\n') + 2, 3, 14),
        FieldInput.Multiline => 5,
        _ => 3,
    };

    private string? Placeholder => Schema.Input switch
    {
        FieldInput.Lines => "One per line",
        FieldInput.Pairs => "Name: value",
        FieldInput.Json => "JSON, or text with {{ templates }}",
        _ => null,
    };

    private Task ReadAsync(string text)
    {
        _unread = null;
        switch (Schema.Input)
        {
            case FieldInput.Lines:
                return OnChange.InvokeAsync(ConfigText.ReadLines(text));
            case FieldInput.Pairs:
                return OnChange.InvokeAsync(ConfigText.ReadPairs(text));
            case FieldInput.Json when ConfigText.TryRead(text, out var value, out _unread):
                return OnChange.InvokeAsync(value);
            case FieldInput.Json:
                return Task.CompletedTask; // the text stays in the field until it can be read
            default:
                return OnChange.InvokeAsync(Text(text));
        }
    }

    private Task PickAsync(string chosen)
    {
        if (chosen == ByTemplate)
        {
            _writes = true;
            return Task.CompletedTask;
        }

        return OnChange.InvokeAsync(Text(chosen));
    }

    private Task ChooseAsync()
    {
        _writes = false;
        return OnChange.InvokeAsync(null);
    }

    private Task AddAsync() => OnChange.InvokeAsync(new JsonArray([.. Items.Select(item => item?.DeepClone()), new JsonObject()]));

    private Task RemoveAsync(int at) => OnChange.InvokeAsync(new JsonArray([.. Items.Where((_, index) => index != at).Select(item => item?.DeepClone())]));

    private Task ReplaceAsync(int at, JsonNode? item) =>
        OnChange.InvokeAsync(new JsonArray([.. Items.Select((old, index) => index == at ? item : old?.DeepClone())]));

    private static JsonObject With(JsonObject? group, string name, JsonNode? value)
    {
        var changed = group?.DeepClone().AsObject() ?? [];
        if (value is null)
        {
            changed.Remove(name);
        }
        else
        {
            changed[name] = value.DeepClone();
        }

        return changed;
    }

    private static JsonNode? Child(JsonNode? group, string name) => group is JsonObject known && known.TryGetPropertyValue(name, out var child) ? child : null;

    private static JsonValue? Text(object? value) => value as string is { Length: > 0 } text ? JsonValue.Create(text) : null;

    private JsonValue? Number(object? value) =>
        value as string is not { Length: > 0 } text ? null
        : Schema.WholeNumber && long.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out var whole) ? JsonValue.Create(whole)
        : decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? JsonValue.Create(number)
        : JsonValue.Create(text);

    private static string? Say(double? value) => value?.ToString(CultureInfo.InvariantCulture);

    private static string Said(JsonElement value)
    {
        var text = value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();
        return text.Length > 400
            ? $"{TextCut.Head(text, 400)}… ({text.Length.ToString("N0", CultureInfo.InvariantCulture)} characters)"
            : text.Length == 0 ? "an empty text" : text;
    }

    /// <summary>How a list of names reads where nothing is chosen, and where what is chosen is not in it.</summary>
    private sealed record Picked(string Unset, Func<string, string> Foreign);
}
