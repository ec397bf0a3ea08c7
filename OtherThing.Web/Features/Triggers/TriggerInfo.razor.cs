using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Components;
using MudBlazor;
using OtherThing.Core.Access;
using OtherThing.Core.Flows;
using OtherThing.Core.Results;
using OtherThing.Core.Steps;
using OtherThing.Core.Steps.Configs;
using OtherThing.Core.Triggers;
using OtherThing.Web.Components.Layout;
using OtherThing.Web.Components.Shared;
using OtherThing.Web.Features.Flows.Panels;

namespace OtherThing.Web.Features.Triggers;

public sealed partial class TriggerInfo
{
    private TriggerView? _view;
    private Result<Schedule> _schedule;
    private (Guid, int?) _shown;
    private Guid _madeBy;
    private readonly OneAct _act = new();

    private string _body = """{"hello": "world"}""";
    private string? _unread;

    [CascadingParameter]
    public required WorkspaceContext Workspace { get; set; }

    [Parameter, EditorRequired]
    public required Guid FlowId { get; set; }

    [Parameter, EditorRequired]
    public required FlowStep Step { get; set; }

    /// <summary>The published version; another one may have other triggers.</summary>
    [Parameter]
    public int? Published { get; set; }

    /// <summary>The person wants the draft to run with this as the trigger's output.</summary>
    [Parameter]
    public EventCallback<JsonElement> OnTry { get; set; }

    [Inject]
    public required FlowService Flows { get; init; }

    [Inject]
    public required TriggerService Triggers { get; init; }

    [Inject]
    public required IDialogService Dialogs { get; init; }

    [Inject]
    public required ISnackbar Snackbar { get; init; }

    [Inject]
    public required NavigationManager Navigation { get; init; }

    [Inject]
    public required TimeProvider Clock { get; init; }

    private bool MayRotate => Workspace.May(Operations.WebhookSecret, own: _madeBy == Workspace.UserId);

    /// <summary>The body as one line of JSON; what cannot be read is shown as it is.</summary>
    private string BodyText => ConfigText.TryRead(_body, out var body, out _) ? body?.ToJsonString(Json.Options) ?? "null" : _body;

    private string DeliveryText => $$$"""{"body":{{{BodyText}}},"headers":{"content-type":"application/json"},"query":{}}""";

    protected override async Task OnParametersSetAsync()
    {
        if (Step.Type == ScheduleTriggerConfig.StepType)
        {
            var config = Step.Config;
            _schedule = Schedule.Parse(TextOf("cron"), TextOf("timezone"));

            string? TextOf(string field) =>
                config.TryGetProperty(field, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        }

        if (_shown != (FlowId, Published) && StepCatalog.Find(Step.Type) is { IsTrigger: true })
        {
            _shown = (FlowId, Published);
            await ReadAsync();
        }
    }

    private async Task ReadAsync()
    {
        if ((await Flows.GetAsync(Workspace.Actor, Workspace.Id, FlowId, CancellationToken.None)).TryGet(out var flow, out _)
            && (await Triggers.DescribeAsync(Workspace.Actor, Workspace.Id, [(flow.Id, flow.CreatedBy)], CancellationToken.None)).TryGet(out var views, out _))
        {
            _madeBy = flow.CreatedBy;
            _view = views[flow.Id].FirstOrDefault(view => view.StepId == Step.Id && view.Type == Step.Type);
        }
    }

    private Task RotateAsync() => _act.RunAsync(Snackbar, async () =>
    {
        if (!await ConfirmDialog.AskAsync(
            Dialogs, "Give this webhook a new address?", "The address it has now stops working at once. Whoever sends to it needs the new one.", "New address"))
        {
            return null;
        }

        if ((await Triggers.RotateAsync(Workspace.Actor, Workspace.Id, FlowId, Step.Id, CancellationToken.None)).TryGet(out var view, out var refusal))
        {
            _view = view;
        }

        return refusal;
    });

    private Task TryDeliveryAsync() =>
        ConfigText.TryRead(_body, out _, out _unread) ? OnTry.InvokeAsync(Json.Parse(DeliveryText)) : Task.CompletedTask;

    private Task TryTimeAsync() => OnTry.InvokeAsync(Json.ToElement(new { scheduledAt = Clock.GetUtcNow().UtcDateTime }));

    /// <summary>A time as people say it where the schedule is meant: "Tomorrow, Monday 30 November, 09:00".</summary>
    internal static string Local(Schedule schedule, DateTime utc, DateTime utcNow)
    {
        var (at, today) = (TimeZoneInfo.ConvertTimeFromUtc(utc, schedule.Zone), TimeZoneInfo.ConvertTimeFromUtc(utcNow, schedule.Zone).Date);
        var day = at.ToString(at.Year == today.Year ? "dddd d MMMM" : "dddd d MMMM yyyy", CultureInfo.InvariantCulture);
        var near = at.Date == today ? "Today, " : at.Date == today.AddDays(1) ? "Tomorrow, " : "";
        return $"{near}{day}, {at.ToString(at.Second == 0 ? "HH:mm" : "HH:mm:ss", CultureInfo.InvariantCulture)}";
    }
}
