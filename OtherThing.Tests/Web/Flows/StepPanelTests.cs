using System.Text.Json;
using Bunit;
using Microsoft.Extensions.DependencyInjection;
using MudBlazor.Services;
using OtherThing.Core.Flows;
using OtherThing.Core.Results;
using OtherThing.Core.Steps;
using OtherThing.Web.Components.Shared;
using OtherThing.Web.Features.Flows;

namespace OtherThing.Tests.Web.Flows;

public sealed class StepPanelTests : IAsyncDisposable
{
    private readonly BunitContext _page = new();
    private readonly List<string> _edits = [];

    public StepPanelTests()
    {
        _page.Services.AddMudServices();
        _page.JSInterop.Mode = JSRuntimeMode.Loose;
    }

    public static TheoryData<string> StepTypes => [.. StepCatalog.All.Select(type => type.Name)];

    [Theory]
    [MemberData(nameof(StepTypes))]
    public void Form_EveryStepType_HasALabelledInputForEachField(string type)
    {
        var panel = Render(new FlowStep { Id = "it", Type = type, Config = StepCatalog.Find(type)!.Example });

        foreach (var label in panel.FindAll(".cf label[for]"))
        {
            Assert.NotNull(panel.Find("#" + label.GetAttribute("for")));
        }

        foreach (var field in StepCatalog.Find(type)!.ConfigSchema.GetProperty("properties").EnumerateObject())
        {
            Assert.Contains(FieldSchema.Of(StepCatalog.Find(type)!.ConfigSchema), schema => schema.Name == field.Name);
        }
    }

    [Fact]
    public void ChangedName_IsOneRename()
    {
        var panel = Render(new FlowStep { Id = "it", Type = "data.set" });

        panel.Find("#step-name").Change("Better");
        panel.Find("#step-name").Change("");

        Assert.Equal(["""{"op":"rename","id":"it","name":"Better"}""", """{"op":"rename","id":"it","name":null}"""], _edits);
    }

    [Fact]
    public void ChangedConfig_IsOneFieldSetOrCleared()
    {
        var panel = Render(new FlowStep { Id = "it", Type = "ai.chat", Config = JsonElement.Parse("""{"provider":"openai","model":"m","prompt":"p"}""") });

        panel.Find("#field-model").Change("other");
        panel.Find("#field-temperature").Change("0.5");
        panel.Find("#field-maxTokens").Change("");

        Assert.Equal(
            [
                """{"op":"configure","id":"it","field":"model","value":"other","at":null}""",
                """{"op":"configure","id":"it","field":"temperature","value":0.5,"at":null}""",
                """{"op":"clear","id":"it","field":"maxTokens"}""",
            ],
            _edits);
    }

    [Fact]
    public async Task JsonField_UnreadableText_SaysWhyAndChangesNothing()
    {
        var panel = Render(new FlowStep { Id = "it", Type = "data.set", Config = JsonElement.Parse("""{"value":1}""") });
        var text = panel.FindComponents<LargeText>().Single();

        await panel.InvokeAsync(() => text.Instance.ChangeAsync("{\"a\":"));
        Assert.Empty(_edits);
        Assert.Contains("not JSON yet", panel.Markup, StringComparison.Ordinal);

        await panel.InvokeAsync(() => text.Instance.ChangeAsync("{\"a\": [1]}"));
        Assert.Equal(["""{"op":"configure","id":"it","field":"value","value":{"a":[1]},"at":null}"""], _edits);
    }

    [Fact]
    public async Task LargeText_HostileArguments_AreIgnored()
    {
        var panel = Render(new FlowStep { Id = "it", Type = "data.set" });
        var text = panel.FindComponents<LargeText>().Single();

        await panel.InvokeAsync(() => text.Instance.ChangeAsync(null));
        await panel.InvokeAsync(() => text.Instance.ChangeAsync(new string('x', 1_000_001)));
        await panel.InvokeAsync(() => text.Instance.ChangeLargeAsync(null));

        Assert.Empty(_edits);
    }

    [Fact]
    public void ItemsField_AddedAndChanged_IsTheWholeList()
    {
        var panel = Render(new FlowStep { Id = "it", Type = "trigger.manual", Config = JsonElement.Parse("""{"fields":[{"name":"a"}]}""") });

        panel.Find("#field-fields-0-name").Change("topic");
        panel.FindAll("button").Single(button => button.TextContent.StartsWith("Add to", StringComparison.Ordinal)).Click();

        Assert.Equal(
            [
                """{"op":"configure","id":"it","field":"fields","value":[{"name":"topic"}],"at":null}""",
                """{"op":"configure","id":"it","field":"fields","value":[{"name":"a"},{}],"at":null}""",
            ],
            _edits);
    }

    [Fact]
    public void Policy_ChangedOnError_IsOneSet()
    {
        var panel = Render(new FlowStep { Id = "it", Type = "data.set" });

        panel.Find("#step-on-error").Change("branch");
        panel.Find("#step-retries").Change("3");
        panel.Find("#step-timeout").Change("");

        Assert.Equal(
            [
                """{"op":"set","id":"it","field":"on_error","value":"branch"}""",
                """{"op":"set","id":"it","field":"retry","value":{"max":3,"backoffSeconds":1}}""",
                """{"op":"set","id":"it","field":"timeout_seconds","value":null}""",
            ],
            _edits);
    }

    [Fact]
    public void ReadOnly_OffersNoActs()
    {
        var panel = _page.Render<StepPanel>(parameters => parameters
            .Add(panel => panel.Step, new FlowStep { Id = "it", Type = "data.set" }).Add(panel => panel.ReadOnly, true).Add(panel => panel.OnEdit, _ => { }));

        Assert.Empty(panel.FindAll("[data-canvas=delete]"));
        Assert.All(panel.FindAll("input, textarea"), input => Assert.True(input.HasAttribute("readonly") || input.HasAttribute("disabled")));
    }

    [Fact]
    public void UnknownType_IsKeptAndSaid()
    {
        var panel = Render(new FlowStep { Id = "it", Type = "made.up" });

        Assert.Contains("knows no step type made.up", panel.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void Problem_OfAField_StandsAtTheField()
    {
        var panel = _page.Render<StepPanel>(parameters => parameters
            .Add(panel => panel.Step, new FlowStep { Id = "it", Type = "http.request" })
            .Add(panel => panel.Problems, [new FlowProblem("it", "config.url", "A url is needed.")]).Add(panel => panel.OnEdit, _ => { }));

        Assert.Equal("A url is needed.", panel.Find("#field-url-help").TextContent);
        Assert.Equal("true", panel.Find("#field-url").GetAttribute("aria-invalid"));
    }

    public ValueTask DisposeAsync() => _page.DisposeAsync();

    private IRenderedComponent<StepPanel> Render(FlowStep step) => _page.Render<StepPanel>(parameters => parameters
        .Add(panel => panel.Step, step)
        .Add(panel => panel.OnEdit, edit => _edits.Add(JsonSerializer.Serialize(edit, Json.Options))));
}
