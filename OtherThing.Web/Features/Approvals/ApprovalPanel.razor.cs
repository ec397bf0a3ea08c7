using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Components;
using OtherThing.Core.Access;
using OtherThing.Core.Approvals;
using OtherThing.Core.Results;
using OtherThing.Core.Steps.Configs;
using OtherThing.Web.Components.Layout;
using OtherThing.Web.Components.Shared;
using OtherThing.Web.Features.Flows.Panels;
using OtherThing.Web.Features.Runs.Input;

namespace OtherThing.Web.Features.Approvals;

public sealed partial class ApprovalPanel
{
    private readonly Dictionary<string, string> _problems = new(StringComparer.Ordinal);
    private IReadOnlyList<FieldSchema> _fields = [];
    private JsonObject _values = [];
    private Guid _shown;
    private string? _note;
    private Error? _error;
    private bool _busy;
    private Draft? _draft;

    private string Id => $"approval-{Approval.Id:N}";

    [Parameter, EditorRequired]
    public required WorkspaceContext Workspace { get; set; }

    [Parameter, EditorRequired]
    public required Approval Approval { get; set; }

    /// <summary>The name of who decided.</summary>
    [Parameter]
    public string? DecidedBy { get; set; }

    [Parameter]
    public bool ShowRun { get; set; }

    [Parameter]
    public EventCallback OnDecided { get; set; }

    [Inject]
    public required ApprovalService Approvals { get; init; }

    private bool MayDecide => Workspace.May(Operations.RunApprove, own: Approval.AssigneeId == Workspace.UserId);

    private string State => Approval.State switch
    {
        ApprovalState.Open => "Waits for a decision",
        ApprovalState.Approved => "Approved",
        ApprovalState.Rejected => "Rejected",
        ApprovalState.Expired => "Not decided in time: rejected",
        _ => "Not needed any more",
    };

    protected override void OnParametersSet()
    {
        if (_shown == Approval.Id)
        {
            return;
        }

        _shown = Approval.Id;
        var form = JsonSerializer.Deserialize<IReadOnlyList<InputField>>(Approval.Form, Json.Options) ?? [];
        _fields = [.. form.Select(RunInput.ToSchema)];
        _values = [];
        foreach (var field in form.Where(field => field.Default is { ValueKind: not JsonValueKind.Null }))
        {
            _values[field.Name] = JsonNode.Parse(field.Default!.Value.GetRawText());
        }
    }

    private void Set(string name, JsonNode? value)
    {
        _problems.Remove(name);
        _values.Remove(name);
        if (value is not null)
        {
            _values[name] = value.DeepClone();
        }
    }

    private async Task DecideAsync(bool approve)
    {
        if (_busy)
        {
            return;
        }

        _busy = true;
        _problems.Clear();
        try
        {
            var decided = await Approvals.DecideAsync(
                Workspace.Actor, Workspace.Id, Approval.Id, approve, _note, Json.ToElement(_values), CancellationToken.None);
            _error = decided.Error;
            foreach (var problem in decided.Error?.Fields ?? [])
            {
                _problems[problem.Path.Replace("values.", "", StringComparison.Ordinal)] = problem.Message;
            }

            if (decided.IsSuccess || decided.Error.Kind == ErrorKind.Conflict)
            {
                await (_draft?.DropAsync() ?? Task.CompletedTask);
                await OnDecided.InvokeAsync(); // also when somebody else was faster: show what they said
            }
        }
        finally
        {
            _busy = false;
        }
    }
}
