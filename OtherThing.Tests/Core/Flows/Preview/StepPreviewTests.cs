using System.Text.Json;
using OtherThing.Core.Flows;
using OtherThing.Core.Flows.Preview;
using OtherThing.Core.Flows.Validation;
using OtherThing.Core.Results;

namespace OtherThing.Tests.Core.Flows.Preview;

public sealed class StepPreviewTests
{
    private static readonly FlowDocument s_flow = FlowJson.Parse("""
        {"steps":[
          {"id":"start","type":"trigger.manual","config":{"fields":[{"name":"topic","type":"string"}]}},
          {"id":"fetch","type":"http.request","config":{"url":"https://example.org"}},
          {"id":"each","type":"logic.map","config":{"items":"{{ steps.fetch.body }}"}},
          {"id":"ask","type":"ai.chat","parent":"each","config":{"provider":"openai","model":"m","prompt":"About {{ item.name }}: {{ input.topic }}"}},
          {"id":"note","type":"data.set","parent":"each","config":{"value":{"n":"{{ steps.ask.usage.inputTokens }}"}}},
          {"id":"test","type":"logic.if","config":{"condition":"steps.fetch.status == 200"}},
          {"id":"aside","type":"data.set","config":{"value":1}}],
         "connections":[{"from":"start","to":"fetch"},{"from":"fetch","to":"each"},{"from":"ask","to":"note"},{"from":"each","to":"test"},{"from":"start","to":"aside"}]}
        """).Value;

    private static readonly FlowValues s_values = new(
        Guid.NewGuid(), JsonElement.Parse("""{"topic":"bees"}"""), Json.ToElement(new { id = "r" }),
        new Dictionary<string, JsonElement>
        {
            ["fetch"] = JsonElement.Parse("""{"status":200,"headers":{},"body":[{"name":"one","odd name":true}]}"""),
            ["aside"] = JsonElement.Parse("1"),
        },
        new Dictionary<string, JsonElement> { ["each"] = JsonElement.Parse("""{"name":"one","odd name":true}""") });

    [Theory]
    [InlineData("ask", "prompt", "\"About one: bees\"")]
    [InlineData("each", "items", "[{\"name\":\"one\",\"odd name\":true}]")]
    [InlineData("test", "condition", "true")]
    public void Render_WithTheLastRunsValues_IsWhatTheEngineWouldSee(string step, string field, string expected)
    {
        var preview = Preview(step, field)!;

        Assert.Null(preview.Problem);
        Assert.Equal(expected, preview.Value.GetRawText());
    }

    [Fact]
    public void Render_OfAValueThatIsNotThere_SaysSo() =>
        Assert.Contains("steps.ask", Preview("note", "value")!.Problem, StringComparison.Ordinal);

    [Fact]
    public void Render_OfAStepThatIsNotBefore_SaysSo()
    {
        var preview = StepPreview.Render(s_flow, s_flow.Steps.Single(step => step.Id == "test"), "value", Json.ToElement("{{ steps.aside }}"), s_values);

        Assert.NotNull(preview!.Problem);
    }

    [Fact]
    public void Render_InAMapThatKeptNoInput_TakesTheFirstItemItWouldWalk()
    {
        var values = s_values with { Items = new Dictionary<string, JsonElement>() };
        var step = s_flow.Steps.Single(step => step.Id == "ask");

        Assert.Equal("\"About one: bees\"", StepPreview.Render(s_flow, step, "prompt", step.Config.GetProperty("prompt"), values)!.Value.GetRawText());
        Assert.Contains(PathSuggestions.For(s_flow, "ask", values), path => path is { Path: "item.name", Sample: "one" });
    }

    [Fact]
    public void Render_OfALiteral_IsNothing() => Assert.Null(Preview("fetch", "url"));

    [Fact]
    public void Paths_OfAStepInAMap_AreItemInputAndWhatComesBefore()
    {
        var paths = PathSuggestions.For(s_flow, "note", s_values).ToDictionary(path => path.Path);

        Assert.Equal("one", paths["item.name"].Sample);
        Assert.Equal("yes or no", paths["item[\"odd name\"]"].Type);
        Assert.Equal("number", paths["steps.ask.usage.inputTokens"].Type);
        Assert.Equal("200", paths["steps.fetch.status"].Sample);
        Assert.Equal("bees", paths["input.topic"].Sample);
        Assert.Contains("index", paths.Keys);
        Assert.DoesNotContain("steps.aside", paths.Keys);
        Assert.DoesNotContain("iteration", paths.Keys);
    }

    [Fact]
    public void Paths_EveryOne_CanBeRead()
    {
        foreach (var step in s_flow.Steps)
        {
            foreach (var path in PathSuggestions.For(s_flow, step.Id, s_values))
            {
                var documents =
                    s_flow with
                    {
                        Steps = [
                        .. s_flow.Steps.Select(each =>
                            each.Id == step.Id ? each with { Type = "data.set", Config = Json.ToElement(new { value = $"{{{{ {path.Path} }}}}" }) } : each)]
                    };

                Assert.DoesNotContain(
                    FlowValidator.Validate(documents), problem => problem.StepId == step.Id && problem.Field.StartsWith("config", StringComparison.Ordinal));
            }
        }
    }

    [Fact]
    public void Paths_OfAHugeValue_AreBounded()
    {
        var huge = JsonSerializer.SerializeToElement(
            Enumerable.Range(0, 300).ToDictionary(i => $"k{i}", i => Enumerable.Range(0, 50).ToDictionary(j => $"m{j}", j => j)));
        var values = s_values with { Outputs = new Dictionary<string, JsonElement> { ["fetch"] = huge } };

        Assert.InRange(PathSuggestions.For(s_flow, "test", values).Count, 1, PathSuggestions.Most);
    }

    private static FieldPreview? Preview(string id, string field)
    {
        var step = s_flow.Steps.Single(step => step.Id == id);
        return StepPreview.Render(s_flow, step, field, step.Config.GetProperty(field), s_values);
    }
}
