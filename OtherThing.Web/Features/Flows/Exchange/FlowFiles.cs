using Microsoft.JSInterop;
using MudBlazor;
using OtherThing.Core.Flows;
using OtherThing.Core.Results;
using OtherThing.Web.Components.Layout;
using OtherThing.Web.Components.Shared;

namespace OtherThing.Web.Features.Flows.Exchange;

/// <summary>Export and import as pages do them: a file to keep, a dialog to choose one.</summary>
internal static class FlowFiles
{
    /// <summary>Gives the browser the flow's file.</summary>
    /// <returns>Null, or why there is none.</returns>
    public static async Task<Error?> ExportAsync(FlowService flows, IJSRuntime js, WorkspaceContext workspace, Guid flowId)
    {
        if (!(await flows.ExportAsync(workspace.Actor, workspace.Id, flowId, CancellationToken.None)).TryGet(out var file, out var refusal))
        {
            return refusal;
        }

        await using var module = new BrowserModule(js, "./download.js");
        await module.AskAsync<object>("save", file.FileName, file.Text);
        return null;
    }

    /// <summary>Asks for a file and makes a draft of it.</summary>
    /// <returns>The draft; null when the person thought better of it.</returns>
    public static async Task<Guid?> ImportAsync(IDialogService dialogs, WorkspaceContext workspace)
    {
        var parameters = new DialogParameters<ImportFlowDialog> { { dialog => dialog.Workspace, workspace } };
        var reference =
            await dialogs.ShowAsync<ImportFlowDialog>("Import a flow", parameters, new DialogOptions { MaxWidth = MaxWidth.Small, FullWidth = true });
        return await reference.Result is { Canceled: false, Data: Guid flowId } ? flowId : null;
    }
}
