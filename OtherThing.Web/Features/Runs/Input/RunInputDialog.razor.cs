using System.Text.Json;
using Microsoft.AspNetCore.Components;
using MudBlazor;
using OtherThing.Core.Flows;
using OtherThing.Core.Results;
using OtherThing.Core.Steps.Configs;

namespace OtherThing.Web.Features.Runs.Input;

public sealed partial class RunInputDialog
{
    private RunInputForm _form = null!;
    private Error? _error;
    private bool _busy;

    [CascadingParameter]
    private IMudDialogInstance Dialog { get; set; } = default!;

    [Parameter, EditorRequired]
    public required IReadOnlyList<InputField> Fields { get; set; }

    [Parameter, EditorRequired]
    public required string DraftName { get; set; }

    /// <summary>Starts the run; what refuses it is said in the dialog, which stays.</summary>
    [Parameter, EditorRequired]
    public required Func<JsonElement, Task<Result<Guid>>> Start { get; set; }

    /// <summary>Starts a run with the input that a person gives. A flow without input fields is not asked about.</summary>
    /// <param name="dialogs">Where to ask.</param>
    /// <param name="flow">What runs.</param>
    /// <param name="start">Starts it.</param>
    /// <returns>The run, or why it did not start; null when the person thought better of it.</returns>
    public static async Task<Result<Guid>?> RunAsync(IDialogService dialogs, Flow flow, Func<JsonElement, Task<Result<Guid>>> start)
    {
        var asked = RunInput.FieldsOf(flow.ReadDefinition());
        if (asked.Count == 0)
        {
            return await start(Json.EmptyObject);
        }

        var reference = await dialogs.ShowAsync<RunInputDialog>($"Run {flow.Name}", new DialogParameters<RunInputDialog>
        {
            { dialog => dialog.Fields, asked },
            { dialog => dialog.DraftName, $"run-{flow.Id:N}" },
            { dialog => dialog.Start, start },
        });
        return await reference.Result is { Canceled: false, Data: Guid run } ? run : (Result<Guid>?)null;
    }

    private async Task SubmitAsync(JsonElement input)
    {
        if (_busy)
        {
            return;
        }

        _busy = true; // before the first await
        try
        {
            if ((await Start(input)).TryGet(out var run, out _error))
            {
                await _form.DropDraftAsync();
                Dialog.Close(run);
            }
        }
        finally
        {
            _busy = false;
        }
    }
}
