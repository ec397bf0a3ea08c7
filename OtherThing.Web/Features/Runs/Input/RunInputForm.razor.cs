using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;
using OtherThing.Core.Results;
using OtherThing.Core.Steps.Configs;
using OtherThing.Web.Components.Shared;
using OtherThing.Web.Features.Flows.Panels;

namespace OtherThing.Web.Features.Runs.Input;

public sealed partial class RunInputForm : IAsyncDisposable
{
    private readonly Dictionary<string, string> _problems = new(StringComparer.Ordinal);
    private readonly JsonObject _input = [];
    private readonly HashSet<string> _set = new(StringComparer.Ordinal);
    private IReadOnlyList<FieldSchema> _fields = [];
    private IReadOnlyList<InputField>? _asked;
    private JsonElement? _last;
    private BrowserModule _browser = null!;
    private ElementReference _form;
    private Draft? _draft;
    private bool _missing;

    [Parameter, EditorRequired]
    public required string Id { get; set; }

    [Parameter, EditorRequired]
    public required IReadOnlyList<InputField> Fields { get; set; }

    /// <summary>What the typed input is kept by until its run has started (<see cref="DropDraftAsync"/>).</summary>
    [Parameter, EditorRequired]
    public required string DraftName { get; set; }

    /// <summary>The input of an earlier run, for what nobody set here; null for the fields' own defaults.</summary>
    [Parameter]
    public JsonElement? Last { get; set; }

    /// <summary>True to begin in the first field.</summary>
    [Parameter]
    public bool AutoFocus { get; set; }

    /// <summary>The input, once everything that is required is there.</summary>
    [Parameter, EditorRequired]
    public required EventCallback<JsonElement> OnSubmit { get; set; }

    [Parameter]
    public RenderFragment? ChildContent { get; set; }

    [Inject]
    public required IJSRuntime JS { get; init; }

    public ValueTask DisposeAsync() => _browser.DisposeAsync();

    /// <summary>A run has the input: it need not be kept any more.</summary>
    public Task DropDraftAsync() => _draft?.DropAsync() ?? Task.CompletedTask;

    protected override void OnInitialized() => _browser = new BrowserModule(JS, "./Features/Runs/Input/RunInputForm.razor.js");

    protected override void OnParametersSet()
    {
        if (ReferenceEquals(_asked, Fields) && Nullable.Equals(_last, Last))
        {
            return;
        }

        (_asked, _last) = (Fields, Last);
        _fields = [.. Fields.Select(RunInput.ToSchema)];
        foreach (var field in Fields.Where(field => !_set.Contains(field.Name)))
        {
            if (Begin(field) is { ValueKind: not JsonValueKind.Null } value)
            {
                _input[field.Name] = JsonNode.Parse(value.GetRawText());
            }
            else
            {
                _input.Remove(field.Name);
            }
        }
    }

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (firstRender)
        {
            await _browser.AttachAsync("attach", _form, this, AutoFocus);
        }

        if (_missing)
        {
            _missing = false;
            await _browser.CallAsync("enterMissing");
        }
    }

    private JsonElement? Begin(InputField field) =>
        Last is { ValueKind: JsonValueKind.Object } last && last.TryGetProperty(field.Name, out var value) ? value : field.Default;

    private void Set(string name, JsonNode? value)
    {
        _set.Add(name);
        _problems.Remove(name);
        if (value is null)
        {
            _input.Remove(name);
        }
        else
        {
            _input[name] = value;
        }
    }

    private async Task SubmitAsync()
    {
        _problems.Clear();
        foreach (var field in _fields.Where(field => field.Required && !_input.ContainsKey(field.Name)))
        {
            _problems[field.Name] = "The flow needs this to start.";
        }

        _missing = _problems.Count > 0;
        if (!_missing)
        {
            // A field that the trigger has no more is not sent.
            var asked = new JsonObject(_fields.Where(field => _input.ContainsKey(field.Name))
                .Select(field => KeyValuePair.Create(field.Name, _input[field.Name]?.DeepClone())));
            await OnSubmit.InvokeAsync(Json.ToElement(asked));
        }
    }
}
