using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Bunit;
using Microsoft.Extensions.DependencyInjection;
using MudBlazor.Services;
using OtherThing.Core.Flows;
using OtherThing.Core.Flows.Validation;
using OtherThing.Core.Results;
using OtherThing.Core.Steps;
using OtherThing.Core.Triggers;
using OtherThing.Web.Components.Shared.Values;
using OtherThing.Web.Features.Flows.Panels;
using OtherThing.Web.Features.Triggers;

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

    [Fact]
    public void Hint_OfAField_StandsThereAndMakesItNoMistake()
    {
        var panel = _page.Render<StepPanel>(parameters => parameters
            .Add(panel => panel.Step, new FlowStep { Id = "it", Type = "http.request" })
            .Add(panel => panel.Problems,
                [new FlowProblem("it", "config.url", "Look again.") { IsHint = true }, new FlowProblem("it", "connections", "Alone.") { IsHint = true }])
            .Add(panel => panel.OnEdit, _ => { }));

        Assert.Equal("Look again.", panel.Find("#field-url-help").TextContent);
        Assert.Null(panel.Find("#field-url").GetAttribute("aria-invalid"));
        Assert.Equal("Alone.", panel.Find(".stp-hint").TextContent);
    }

    [Fact]
    public void Id_IsChosenByName_OrMadeByATemplate()
    {
        var chosen = new List<string?>();
        var schema = FieldSchema.Of(StepCatalog.Find("flow.call")!.ConfigSchema).Single(each => each.Name == "flowId");
        var field = _page.Render<ConfigField>(parameters => parameters
            .Add(each => each.Schema, schema).Add(each => each.Path, "flowId").Add(each => each.Complete, "template")
            .Add(each => each.Value, JsonValue.Create("gone"))
            .Add(each => each.ChoicesOf, _ => [new FieldChoice("1f", "Weekly report"), new FieldChoice("2f", "Other")])
            .Add(each => each.OnChange, value => chosen.Add(value?.ToString())));

        Assert.Equal(
            ["Choose…", "Weekly report", "Other", "A flow that is not here", "From a template…"],
            field.FindAll("option").Select(option => option.TextContent));
        field.Find("select").Change("1f");
        field.Find("select").Change("template");
        field.Find("input").Change("{{ input.flow }}");
        field.Find("button").Click();

        Assert.Equal(["1f", "{{ input.flow }}", null], chosen);
        Assert.NotNull(field.Find("select"));
    }

    [Fact]
    public void Machine_OfRequirements_IsChosenByName()
    {
        var panel = _page.Render<ConfigField>(parameters => parameters
            .Add(each => each.Schema, FieldSchema.Of(StepCatalog.Find("node.command")!.ConfigSchema).Single(each => each.Name == "requirements"))
            .Add(each => each.Path, "requirements").Add(each => each.Value, null)
            .Add(each => each.ChoicesOf, field => field.Hint == "node" ? [new FieldChoice("n1", "Desk")] : [])
            .Add(each => each.OnChange, value => _edits.Add(value!.ToJsonString())));

        panel.Find("#field-requirements-nodeId").Change("n1");

        Assert.Equal("Machine", panel.Find("label[for=field-requirements-nodeId]").TextContent);
        Assert.Equal(["Any machine that fits", "Desk"], panel.FindAll("#field-requirements-nodeId option").Select(option => option.TextContent));
        Assert.Equal(["""{"nodeId":"n1"}"""], _edits);
    }

    [Fact]
    public void Cron_HasCommonTimes()
    {
        var panel = _page.Render<ConfigField>(parameters => parameters
            .Add(each => each.Schema, FieldSchema.Of(StepCatalog.Find("trigger.schedule")!.ConfigSchema).Single(each => each.Name == "cron"))
            .Add(each => each.Path, "cron").Add(each => each.Value, JsonValue.Create("5 4 * * *"))
            .Add(each => each.ChoicesOf, _ => [new FieldChoice("0 9 * * MON", "Every Monday at 09:00")])
            .Add(each => each.OnChange, value => _edits.Add(value!.ToString())));

        panel.Find("select").Change("0 9 * * MON");
        panel.Find("select").Change("");

        Assert.Equal("5 4 * * *", panel.Find("#field-cron").GetAttribute("value"));
        Assert.Equal(["0 9 * * MON"], _edits);
    }

    [Fact]
    public void TimeZones_AreNamesThatASchedulesTakes()
    {
        var zones = TimeZones.All;

        Assert.Equal(new FieldChoice("UTC", "UTC"), zones[0]);
        Assert.Contains(new FieldChoice("Asia/Tokyo", "UTC+09:00"), zones);
        Assert.All(zones, zone => Assert.Null(Schedule.Parse("0 9 * * *", zone.Value).Error));
    }

    [Theory]
    [InlineData("2026-03-02T08:00:00Z", "Today, Monday 2 March, 09:00")]
    [InlineData("2026-03-02T23:30:00Z", "Tomorrow, Tuesday 3 March, 00:30")]
    [InlineData("2026-03-04T08:00:05Z", "Wednesday 4 March, 09:00:05")]
    [InlineData("2027-01-01T08:00:00Z", "Friday 1 January 2027, 09:00")]
    public void NextTime_ReadsAsPeopleSayItWhereTheScheduleIsMeant(string at, string said) => Assert.Equal(
        said,
        TriggerInfo.Local(
            Schedule.Parse("0 9 * * *", "Europe/Vienna").Value, DateTime.Parse(at, null, DateTimeStyles.AdjustToUniversal),
            new DateTime(2026, 3, 2, 7, 0, 0, DateTimeKind.Utc)));

    public ValueTask DisposeAsync() => _page.DisposeAsync();

    private IRenderedComponent<StepPanel> Render(FlowStep step) => _page.Render<StepPanel>(parameters => parameters
        .Add(panel => panel.Step, step)
        .Add(panel => panel.OnEdit, edit => _edits.Add(JsonSerializer.Serialize(edit, Json.Options))));
}
