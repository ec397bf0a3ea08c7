using MudBlazor;
using OtherThing.Core.Flows;
using OtherThing.Core.Flows.Editing;
using OtherThing.Core.Flows.Versions;
using OtherThing.Core.Results;
using OtherThing.Web.Components.Shared;
using OtherThing.Web.Features.Flows.Exchange;

namespace OtherThing.Web.Features.Flows.Editing;

/// <summary>What a person does to the flow as a whole, and the edits of its panels.</summary>
public sealed partial class FlowEditorPage
{
    private async Task EditAsync(FlowEdit edit)
    {
        if (_editor is not { } editor)
        {
            return;
        }

        if (edit is PutNote { Note: var written } && SelectedNote is { } note)
        {
            edit = new PutNote(note with { Text = written.Text }); // somebody may have moved it meanwhile
        }

        if (_typedIn is { } held && FlowEdits.ApplyWhatFits(held, edit).TryGet(out var shown, out _))
        {
            _typedIn = shown.Definition;
        }

        if ((await editor.ApplyAsync(Guid.CreateVersion7().ToString("N"), [edit], _load.Gone, _seen)).Error is { } refusal)
        {
            Snackbar.Add(refusal.Message, Severity.Warning);
        }
    }

    private async Task RenameAsync(string? name)
    {
        var changed = await Flows.UpdateAsync(Workspace.Actor, Workspace.Id, FlowId, new FlowUpdate(Name: name), null, byHeader: false, _load.Gone);
        if (changed.TryGet(out var flow, out var refusal))
        {
            _name = flow.Name;
        }
        else
        {
            Snackbar.Add(refusal.Message, Severity.Warning);
        }
    }

    private Task PublishAsync() => OnceAsync(async editor =>
    {
        Look(); // what was mended a moment ago is no problem any more
        if (_problems.Count > 0)
        {
            await ShowAsideAsync(problems: true);
            return Error.Conflict("flow.invalid", $"This flow cannot be published yet. {Say(_problems[0])}");
        }

        if (await editor.SaveAsync(_load.Gone) is { } notSaved)
        {
            return notSaved;
        }

        // What is published is what the dialog shows, never what somebody else changes meanwhile.
        var seen = editor.StoredRevision;
        FlowDiff? diff = null;
        if (_published is { } number
            && (await Versions.GetAsync(Workspace.Actor, Workspace.Id, FlowId, number, _load.Gone)).TryGet(out var version, out _))
        {
            diff = FlowDiff.Between(FlowJson.Parse(version.Definition).Value, editor.Snapshot.Definition);
        }

        var others = editor.Present.Where(present => present.EditorId != editor.Id).Select(present => present.Name).Distinct().ToList();
        if (!await PublishDialog.AskAsync(Dialogs, _published, diff, others))
        {
            return null;
        }

        var published = await ConfirmedAct.RunAsync(Dialogs, () => Flows.PublishAsync(Workspace.Actor, Workspace.Id, FlowId, _load.Gone, seen));
        if (published.TryGet(out var flow, out var refusal))
        {
            _published = flow.PublishedRevision;
            Snackbar.Add($"Version {flow.PublishedRevision} is published. {await SayTriggersAsync(flow)}", Severity.Success);
            await ReadLiveAsync();
            await ShowAsideAsync(live: true);
        }

        return refusal;
    });

    /// <summary>What was turned off stays so.</summary>
    private async Task<string> SayTriggersAsync(Flow flow)
    {
        var described = await Triggers.DescribeAsync(Workspace.Actor, Workspace.Id, [(flow.Id, flow.CreatedBy)], _load.Gone);
        var off = described.IsSuccess ? described.Value[flow.Id].Count(trigger => trigger.IsOff) : 0;
        return off == 0 ? "Its triggers are on." : $"{Counted(off, "trigger")} stayed off.";
    }

    private Task ExportAsync() => OnceAsync(async editor =>
        await editor.SaveAsync(_load.Gone) ?? await FlowFiles.ExportAsync(Flows, JS, Workspace, FlowId));

    private async Task ImportAsync()
    {
        if (await FlowFiles.ImportAsync(Dialogs, Workspace) is { } flowId)
        {
            Navigation.NavigateTo(Workspace.PathTo("flows", flowId));
        }
    }

    // Set before the first await: of many clicks the first counts.
    private async Task OnceAsync(Func<FlowEditor, Task<Error?>> act)
    {
        if (_busy || _editor is not { } editor)
        {
            return;
        }

        _busy = true;
        try
        {
            if (await act(editor) is { } refusal)
            {
                Snackbar.Add(refusal.Message, Severity.Warning);
            }
        }
        finally
        {
            _busy = false;
        }
    }
}
