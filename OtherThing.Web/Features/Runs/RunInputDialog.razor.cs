using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Components;
using MudBlazor;
using OtherThing.Core.Flows;
using OtherThing.Core.Results;
using OtherThing.Core.Steps.Configs;
using OtherThing.Web.Features.Flows;

namespace OtherThing.Web.Features.Runs;

public sealed partial class RunInputDialog
{
    private readonly Dictionary<string, string> _problems = new(StringComparer.Ordinal);
    private JsonObject _input = [];

    [CascadingParameter]
    private IMudDialogInstance Dialog { get; set; } = default!;

    [Parameter, EditorRequired]
    public required IReadOnlyList<FieldSchema> Fields { get; set; }

    [Parameter]
    public JsonObject? Defaults { get; set; }

    /// <summary>The input a person gave; null when they thought better of it. A flow without input fields is not asked about.</summary>
    /// <param name="dialogs">Where to ask.</param>
    /// <param name="flowName">What the flow is called.</param>
    /// <param name="definition">The flow.</param>
    /// <param name="last">The input of its last run, to begin with; null for the fields' defaults.</param>
    public static async Task<JsonElement?> AskAsync(IDialogService dialogs, string flowName, FlowDefinition definition, JsonElement? last = null)
    {
        var asked = FieldsOf(definition);
        if (asked.Count == 0)
        {
            return Json.EmptyObject;
        }

        var defaults = new JsonObject();
        foreach (var field in asked.Where(field => field.Default is not null))
        {
            defaults[field.Name] = JsonNode.Parse(field.Default!.Value.GetRawText());
        }

        foreach (var field in asked)
        {
            if (last is { ValueKind: JsonValueKind.Object } known && known.TryGetProperty(field.Name, out var value))
            {
                defaults[field.Name] = JsonNode.Parse(value.GetRawText());
            }
        }

        var reference = await dialogs.ShowAsync<RunInputDialog>($"Run {flowName}", new DialogParameters<RunInputDialog>
        {
            { dialog => dialog.Fields, [.. asked.Select(ToSchema)] },
            { dialog => dialog.Defaults, defaults },
        });
        return await reference.Result is { Canceled: false, Data: JsonObject input } ? Json.ToElement(input) : null;
    }

    /// <summary>The input fields of a flow's first manual trigger.</summary>
    public static IReadOnlyList<InputField> FieldsOf(FlowDefinition definition)
    {
        if (definition.Steps.FirstOrDefault(step => step.Type == "trigger.manual") is not { } trigger)
        {
            return [];
        }

        try
        {
            return trigger.Config.Deserialize<ManualTriggerConfig>(Json.Options)?.Fields.Where(field => !string.IsNullOrEmpty(field?.Name)).ToList() ?? [];
        }
        catch (JsonException)
        {
            return []; // the run itself says what is wrong with the trigger
        }
    }

    protected override void OnInitialized() => _input = Defaults?.DeepClone().AsObject() ?? [];

    /// <summary>The input that fits a field.</summary>
    internal static FieldSchema ToSchema(InputField field) => new()
    {
        Name = field.Name,
        Choices = field.Choices,
        Unset = "None",
        Required = field.Required,
        Input = field.Type switch
        {
            InputFieldType.Text => FieldInput.Multiline,
            InputFieldType.Number => FieldInput.Number,
            InputFieldType.Boolean => FieldInput.Toggle,
            InputFieldType.Json => FieldInput.Json,
            InputFieldType.Choice => FieldInput.Choice,
            InputFieldType.Date => FieldInput.Date,
            _ => FieldInput.Line,
        },
    };

    private void Set(string name, JsonNode? value)
    {
        _problems.Remove(name);
        if (value is null)
        {
            _input.Remove(name);
        }
        else
        {
            _input[name] = value;
        }
    }

    private void Run()
    {
        foreach (var field in Fields.Where(field => field.Required && !_input.ContainsKey(field.Name)))
        {
            _problems[field.Name] = "The flow needs this to start.";
        }

        if (_problems.Count == 0)
        {
            Dialog.Close(_input);
        }
    }
}
