using System.Globalization;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Forms;
using MudBlazor;
using OtherThing.Core.Flows;
using OtherThing.Core.Flows.Exchange;
using OtherThing.Core.Flows.Validation;
using OtherThing.Core.Payloads;
using OtherThing.Web.Components.Layout;
using OtherThing.Web.Components.Shared;
using OtherThing.Web.Components.Shared.Values;

namespace OtherThing.Web.Features.Flows.Exchange;

public sealed partial class ImportFlowDialog : IDisposable
{
    // A character takes at most three bytes.
    private const long LargestFile = 3L * FlowLimits.Characters;
    private readonly PageLoad _load = new();
    private LargeText _area = null!;
    private Draft? _draft;
    private string _text = "";
    private string? _refusal;
    private bool _busy;
    private ImportedFlow? _read;
    private Flow? _made;
    private int _problems;

    [CascadingParameter]
    private IMudDialogInstance Dialog { get; set; } = default!;

    [Parameter, EditorRequired]
    public required WorkspaceContext Workspace { get; set; }

    [Inject]
    public required FlowService Flows { get; init; }

    public void Dispose() => _load.Dispose();

    private static string SourceName(ImportSource source) => source == ImportSource.N8n ? "n8n" : "Node-RED";

    private static string Count(int count, string noun) => count == 1 ? $"1 {noun}" : $"{count.ToString("N0", CultureInfo.InvariantCulture)} {noun}s";

    private async Task TakeFileAsync(InputFileChangeEventArgs chosen)
    {
        if (chosen.File.Size > LargestFile)
        {
            _refusal = "The file is too large: up to 12 MB.";
            return;
        }

        await using var stream = chosen.File.OpenReadStream(LargestFile, _load.Gone);
        using var bytes = new MemoryStream();
        await stream.CopyToAsync(bytes, _load.Gone);
        if (PayloadText.TryRead(bytes.ToArray(), default, out var text, out var reason))
        {
            await ImportAsync(text);
        }
        else
        {
            _refusal = $"The file {reason}.";
        }
    }

    private async Task ImportTextAsync()
    {
        await _area.FlushAsync();
        await ImportAsync(_text);
    }

    private async Task ImportAsync(string text)
    {
        // Set before the first await: of many clicks the first counts.
        if (_busy || _made is not null)
        {
            return;
        }

        (_busy, _refusal) = (true, null);
        try
        {
            var imported = FlowImport.Read(text);
            if ((await Flows.ImportAsync(Workspace.Actor, Workspace.Id, imported, null, _load.Gone)).TryGet(out var flow, out var refusal))
            {
                await (_draft?.DropAsync() ?? Task.CompletedTask);
                (_made, _read) = (flow, imported.Value);
                _problems = FlowValidator.Validate(imported.Value.Definition).Count;
            }
            else
            {
                _refusal = refusal.Message;
            }
        }
        finally
        {
            _busy = false;
        }
    }
}
