using System.Text.Json;
using OtherThing.Core.Flows;
using OtherThing.Core.Flows.Versions;

namespace OtherThing.Web.Features.Flows.Editing;

/// <summary>What is live beside the draft: which version, and what the draft changes since.</summary>
public sealed partial class FlowEditorPage
{
    private FlowDocument? _live;
    private FlowDiff? _changes;
    private bool _showLive;

    private string LiveTitle => _published is not { } number ? "Not published"
        : _changes is null or { RunsTheSame: true } ? $"Version {number} live"
        : $"Version {number} live, {Counted(ChangeLines.CountOf(_changes), "change")}";

    private Task ToggleLiveAsync() => _showLive && _selection.Count == 0 ? ShowAsideAsync() : ShowAsideAsync(live: true);

    /// <summary>Reads the version that is live now; from then on what the draft changes is known.</summary>
    private async Task ReadLiveAsync()
    {
        _live = _published is { } number
            && (await Versions.GetAsync(Workspace.Actor, Workspace.Id, FlowId, number, _load.Gone)).TryGet(out var version, out _)
            && FlowJson.Parse(version.Definition).TryGet(out var definition, out _) ? definition : null;
        CompareWithLive();
    }

    private void CompareWithLive() =>
        _changes = _live is { } live && _editor is { } editor ? FlowDiff.Between(live, editor.Snapshot.Definition) : null;

    /// <summary>A run of the draft as if the trigger had started it.</summary>
    private Task TryTriggerAsync(string stepId, JsonElement input) => StartAsync(input, stepId);

    private static string Counted(int count, string what) => count == 1 ? $"1 {what}" : $"{count} {what}s";
}
