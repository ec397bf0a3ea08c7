using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;
using MudBlazor;
using OtherThing.Core.Flows;
using OtherThing.Core.Flows.Editing;
using OtherThing.Core.Flows.Preview;
using OtherThing.Core.Flows.Validation;
using OtherThing.Core.Keys;
using OtherThing.Core.Results;
using OtherThing.Core.Steps;
using OtherThing.Core.Templates;
using OtherThing.Web.Components.Layout;
using OtherThing.Web.Components.Shared;

namespace OtherThing.Web.Features.Flows.Panels;

public sealed partial class StepPanel : IAsyncDisposable
{
    private static readonly object[] s_filters = [
        .. TemplateFilters.All.Select(filter => new { Path = filter.Name, Type = filter.Summary, Sample = (string?)null })];
    private BrowserModule _browser = null!;
    private ElementReference _root;
    private FlowProblem? _focused;
    private (FlowDocument?, FlowValues?) _pathsOf;
    private bool _asking;
    private StepType? _type;
    private IReadOnlyList<FieldSchema> _fields = [];
    private JsonObject _config = [];

    [Parameter, EditorRequired]
    public required FlowStep Step { get; set; }

    /// <summary>What the validator says of this step.</summary>
    [Parameter]
    public IReadOnlyList<FlowProblem> Problems { get; set; } = [];

    /// <summary>The person changed something.</summary>
    [Parameter, EditorRequired]
    public required EventCallback<FlowEdit> OnEdit { get; set; }

    [Parameter]
    public EventCallback OnClose { get; set; }

    [Parameter]
    public bool ReadOnly { get; set; }

    /// <summary>The whole flow: what the step's templates can see of it.</summary>
    [Parameter]
    public FlowDocument? Definition { get; set; }

    /// <summary>What the run on show, or the last one, had; null when the flow has not run.</summary>
    [Parameter]
    public FlowValues? Values { get; set; }

    /// <summary>The problem whose field is brought into sight.</summary>
    [Parameter]
    public FlowProblem? Focus { get; set; }

    /// <summary>The keys and models its fields choose from; null offers none.</summary>
    [Parameter]
    public StepChoices? Choices { get; set; }

    [CascadingParameter]
    public WorkspaceContext? Workspace { get; set; }

    [Inject]
    public required ISnackbar Snackbar { get; init; }

    [Inject]
    public required IJSRuntime JS { get; init; }

    /// <summary>What one can do with the step; above the form, where no edit moves it away from under the pointer.</summary>
    [Parameter]
    public RenderFragment? Acts { get; set; }

    /// <summary>Shown below the form: what the step did in the run on show.</summary>
    [Parameter]
    public RenderFragment? ChildContent { get; set; }

    private string Kind => StepLook.KindName(_type?.Kind ?? StepKind.Data);

    public ValueTask DisposeAsync() => _browser.DisposeAsync();

    protected override void OnInitialized() => _browser = new BrowserModule(JS, "./Features/Flows/Panels/StepPanel.razor.js");

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (firstRender)
        {
            await _browser.AttachAsync("attach", _root, this, [s_filters]);
        }

        if (!_browser.IsAttached)
        {
            return;
        }

        if (Definition is { } definition && _pathsOf != (definition, Values))
        {
            _pathsOf = (definition, Values);
            await _browser.CallAsync("paths", PathSuggestions.For(definition, Step.Id, Values));
        }

        await _browser.CallAsync("refresh");
        if (Focus is { } focus && !ReferenceEquals(focus, _focused))
        {
            _focused = focus;
            await _browser.CallAsync("focusField", InputsOf(focus.Wanted ?? focus.Field));
        }
    }

    protected override void OnParametersSet()
    {
        if (_type?.Name != Step.Type)
        {
            _type = StepCatalog.Find(Step.Type);
            _fields = _type is null ? [] : FieldSchema.Of(_type.ConfigSchema);
        }

        _config = JsonNode.Parse(Step.Config.GetRawText()) as JsonObject ?? [];
    }

    private Task Apply(FlowEdit edit) => OnEdit.InvokeAsync(edit);

    private Task SetAsync(string field, JsonNode? value) => Apply(value is null
        ? new ClearStepField(Step.Id, field)
        : new ConfigureStep(Step.Id, field, Json.ToElement(value)));

    private Task Policy(StepPolicyField field, object? value) => Apply(new SetStepPolicy(Step.Id, field, Json.ToElement(value)));

    private Task RetryAsync(int max, double backoff) => Policy(StepPolicyField.Retry, max == 0 ? null : new RetryPolicy(max, backoff));

    private bool IsOfField(FlowProblem problem) => _fields.Any(field => Concerns(problem, field.Name));

    private string? ProblemOf(string field, bool hint = false) =>
        Problems.FirstOrDefault(problem => problem.IsHint == hint && Concerns(problem, field))?.Message;

    private static bool Concerns(FlowProblem problem, string field)
    {
        var place = problem.Wanted ?? problem.Field;
        return place == "config." + field
            || place.StartsWith($"config.{field}.", StringComparison.Ordinal)
            || place.StartsWith($"config.{field}[", StringComparison.Ordinal);
    }

    /// <summary>The ids of the inputs a problem may be about, the nearest first: <c>config.fields[0].name</c>.</summary>
    private List<string> InputsOf(string field)
    {
        if (field == "config")
        {
            // Nobody knows which one: what must be given, else what is given, else what comes first.
            return [
                .. _fields.OrderByDescending(each => each.Required).ThenByDescending(each => _config.ContainsKey(each.Name)).Select(
                    each => "field-" + each.Name)];
        }

        var parts = field.Replace("[", ".", StringComparison.Ordinal).Replace("]", "", StringComparison.Ordinal).Split('.');
        if (parts[0] != "config")
        {
            var id = field switch
            {
                "timeoutSeconds" => "step-timeout",
                "retry.max" => "step-retries",
                "retry.backoffSeconds" => "step-backoff",
                "onError" => "step-on-error",
                "effects" => "step-effects",
                _ => "step-name",
            };
            return [id];
        }

        return [.. Enumerable.Range(1, parts.Length - 1).Reverse().Select(count => "field-" + string.Join('-', parts.Skip(1).Take(count)))];
    }

    /// <summary>Machines of the workspace take no key, so none is chosen for them.</summary>
    private bool IsOffered(FieldSchema field) =>
        field.Hint != "key" || _config[field.Name] is not null || Choices?.AsksMachines(Step) != true;

    private bool IsVerbatim(FieldSchema field) => _type?.VerbatimFields.Contains(field.Name) == true;

    private string? LanguageOf(FieldSchema field) => field.Input switch
    {
        FieldInput.Code => field.Name == "script" ? _config["shell"]?.ToString() ?? "sh" : "javascript",
        FieldInput.Json => "json",
        FieldInput.Multiline or FieldInput.Pairs or FieldInput.Lines when !IsVerbatim(field) => "template",
        _ => null,
    };

    private string? CompleteOf(FieldSchema field) =>
        Definition is null || IsVerbatim(field) || field.Input is FieldInput.Code ? null
        : _type?.ConditionFields.Contains(field.Name) == true ? "condition"
        : "template";

    private FieldPreview? PreviewOf(string field) =>
        Definition is { } definition
        && Values is { } values
        && Step.Config.ValueKind == JsonValueKind.Object
        && Step.Config.TryGetProperty(field, out var value)
            ? StepPreview.Render(definition, Step, field, value, values)
            : null;

    private async Task AskForModelsAsync(ApiKeyView key)
    {
        if (_asking || Workspace is not { } workspace || Choices is not { } choices)
        {
            return;
        }

        _asking = true;
        var refusal = await choices.AskAsync(workspace.Actor, workspace.Id, key, _browser.Gone);
        _asking = false;
        Snackbar.Add(refusal ?? "Its models are in the list of the field now.", refusal is null ? Severity.Success : Severity.Warning);
    }

    private static string? Empty(object? value) => value as string is { Length: > 0 } text ? text : null;

    private static int? Whole(object? value) =>
        int.TryParse(value as string, NumberStyles.Integer, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static double? Number(object? value) =>
        double.TryParse(value as string, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : null;
}
