using System.Text.Json;
using Microsoft.AspNetCore.Components;
using MudBlazor;
using OtherThing.Core.Flows;
using OtherThing.Core.Results;
using OtherThing.Core.Steps.Configs;

namespace OtherThing.Web.Features.Runs;

public sealed partial class RunInputDialog
{
    [CascadingParameter]
    private IMudDialogInstance Dialog { get; set; } = default!;

    [Parameter, EditorRequired]
    public required IReadOnlyList<InputField> Fields { get; set; }

    /// <summary>The input a person gave; null when they thought better of it. A flow without input fields is not asked about.</summary>
    /// <param name="dialogs">Where to ask.</param>
    /// <param name="flowName">What the flow is called.</param>
    /// <param name="definition">The flow.</param>
    public static async Task<JsonElement?> AskAsync(IDialogService dialogs, string flowName, FlowDefinition definition)
    {
        var asked = RunInput.FieldsOf(definition);
        if (asked.Count == 0)
        {
            return Json.EmptyObject;
        }

        var reference = await dialogs.ShowAsync<RunInputDialog>(
            $"Run {flowName}", new DialogParameters<RunInputDialog> { { dialog => dialog.Fields, asked } });
        return await reference.Result is { Canceled: false, Data: JsonElement input } ? input : null;
    }
}
