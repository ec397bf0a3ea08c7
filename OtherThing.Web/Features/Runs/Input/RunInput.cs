using System.Text.Json;
using OtherThing.Core.Flows;
using OtherThing.Core.Results;
using OtherThing.Core.Steps.Configs;
using OtherThing.Web.Features.Flows.Panels;

namespace OtherThing.Web.Features.Runs.Input;

/// <summary>What a flow asks for before it runs.</summary>
internal static class RunInput
{
    /// <summary>The input fields of a flow's first manual trigger.</summary>
    public static IReadOnlyList<InputField> FieldsOf(FlowDocument definition)
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

    /// <summary>The input that fits a field.</summary>
    public static FieldSchema ToSchema(InputField field) => new()
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
}
