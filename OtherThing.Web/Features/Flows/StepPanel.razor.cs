using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Components;
using OtherThing.Core.Flows;
using OtherThing.Core.Results;
using OtherThing.Core.Steps;

namespace OtherThing.Web.Features.Flows;

public sealed partial class StepPanel
{
    private static readonly string[] s_providers = ["openai", "anthropic", "google", "groq", "custom"];
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

    /// <summary>Shown below the form: what the step did in the run on show.</summary>
    [Parameter]
    public RenderFragment? ChildContent { get; set; }

    private string Kind => StepLook.KindName(_type?.Kind ?? StepKind.Data);

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

    private string? ProblemOf(string field) => Problems.FirstOrDefault(problem => Concerns(problem, field))?.Message;

    private static bool Concerns(FlowProblem problem, string field) =>
        problem.Field == "config." + field
        || problem.Field.StartsWith($"config.{field}.", StringComparison.Ordinal)
        || problem.Field.StartsWith($"config.{field}[", StringComparison.Ordinal);

    private static string[] Suggest(FieldSchema field) => field.Hint == "provider" ? s_providers : [];

    private static string? Empty(object? value) => value as string is { Length: > 0 } text ? text : null;

    private static int? Whole(object? value) =>
        int.TryParse(value as string, NumberStyles.Integer, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static double? Number(object? value) =>
        double.TryParse(value as string, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : null;
}
