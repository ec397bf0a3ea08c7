using OtherThing.Core.Flows;
using OtherThing.Core.Keys;
using OtherThing.Core.Nodes;
using OtherThing.Core.Workspaces;
using OtherThing.Web.Features.Flows.Panels;

namespace OtherThing.Web.Features.Flows.Editing;

/// <summary>What the workspace has that steps choose from, and that hints know.</summary>
public sealed partial class FlowEditorPage
{
    private static readonly Type[] s_around = [typeof(KeysChanged), typeof(NodesChanged), typeof(MembersChanged), typeof(FlowsChanged)];
    private static readonly TimeSpan s_aroundEvery = TimeSpan.FromSeconds(2);
    private FlowFacts _facts = FlowFacts.None;
    private int _factsAsked;

    private async Task FollowWorkspaceAsync()
    {
        try
        {
            await ReadWorkspaceAsync();
        }
        catch (OperationCanceledException) when (_load.Gone.IsCancellationRequested)
        {
            // The page is closed.
        }
    }

    private async Task ReadWorkspaceAsync()
    {
        var choices = _choices ?? new StepChoices(Keys, KeyTests, Prices, Members, Flows, Nodes);
        await choices.ReadAsync(Workspace.Actor, Workspace.Id, FlowId, _load.Gone);
        _choices = choices;
        await ShowFreshAsync();
        await ReadFactsAsync(again: true);
    }

    /// <summary>Reads what the hints know of the workspace, when it may have changed or the document names an id that was not looked for.</summary>
    private async Task ReadFactsAsync(bool again)
    {
        if (_editor is not { } editor || !again && _facts.Covers(editor.Snapshot.Definition))
        {
            return;
        }

        var asked = ++_factsAsked;
        var read = await FactsOf.ReadAsync(Workspace.Actor, Workspace.Id, editor.Snapshot.Definition, _load.Gone);
        if (read.TryGet(out var facts, out _) && ReferenceEquals(editor, _editor) && asked == _factsAsked)
        {
            _facts = facts;
            Look();
            StateHasChanged();
            await ShowProblemsAsync();
        }
    }
}
