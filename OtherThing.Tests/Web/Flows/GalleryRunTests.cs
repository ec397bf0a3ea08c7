using System.Text.Json;
using OtherThing.Core.Flows.Gallery;
using OtherThing.Core.Results;
using OtherThing.Tests.Web.Runs;

namespace OtherThing.Tests.Web.Flows;

/// <summary>Each flow of the gallery, made from its template over REST and run against providers, sites and a machine on loopback.</summary>
public sealed class GalleryRunTests(GalleryServer place) : IClassFixture<GalleryServer>
{
    [Fact]
    public async Task SummariseAPage_AsksWithItsWordsOnly()
    {
        place.Models.Reply = null;

        var run = await RunAsync("summarise-a-page", new { url = new Uri(place.Site, "/page") });

        var summary = Output(run).GetProperty("summary").GetString();
        Assert.Contains("Summarise this in 5 short points", summary, StringComparison.Ordinal);
        Assert.Contains("Boats are blue now.", summary, StringComparison.Ordinal);
        Assert.DoesNotContain("<p>", summary, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("bug", "developers")]
    [InlineData("praise", "everybody")]
    [InlineData("other", "support")]
    public async Task ClassifyAndRoute_EachKind_TakesItsWay(string kind, string team)
    {
        place.Models.Reply = _ => $$"""{"kind":"{{kind}}","urgency":4,"reason":"It says so."}""";

        var output = Output(await RunAsync("classify-and-route", new { message = "The export button does nothing." }));

        Assert.Equal((kind, 4), (output.GetProperty("kind").GetString(), output.GetProperty("urgency").GetInt32()));
        Assert.Equal(team, output.GetProperty("done").GetProperty(kind).GetProperty("team").GetString());
    }

    [Fact]
    public async Task ClassifyAndRoute_AQuestion_IsAnswered()
    {
        place.Models.Reply = prompt =>
            prompt.StartsWith("Sort", StringComparison.Ordinal) ? """{"kind":"question","urgency":1,"reason":"It asks."}""" : "Like this.";

        var output = Output(await RunAsync("classify-and-route", new { message = "How do I export?" }));

        Assert.Equal("Like this.", output.GetProperty("done").GetProperty("question").GetProperty("text").GetString());
    }

    [Fact]
    public async Task FilesThroughACommand_CountsOnAMachine()
    {
        await place.ConnectMachineAsync();

        var output = Output(await RunAsync("files-through-a-command", null));

        Assert.Equal("""[{"name":"a.txt","words":3},{"name":"b.txt","words":1}]""", output.GetProperty("files").GetRawText());
        Assert.Equal(4, output.GetProperty("words").GetInt32());
    }

    [Fact]
    public async Task ThreeModelsAndAJudge_AllAnswerAndOneIsPicked()
    {
        place.Models.Reply = prompt => prompt.StartsWith("Question:", StringComparison.Ordinal) ? """{"best":"second","why":"Clearer."}""" : $"About {prompt}";

        var output = Output(await RunAsync("three-models-and-a-judge", null));

        Assert.Equal("second", output.GetProperty("best").GetString());
        Assert.All(
            output.GetProperty("answers").EnumerateArray(), answer => Assert.Equal("About Why is the sky blue?", answer.GetProperty("text").GetString()));
    }

    [Fact]
    public async Task FallbackModel_FirstAnswers_OtherIsNotAsked()
    {
        place.Models.Reply = _ => "A haiku";

        var run = await RunAsync("fallback-model", null);

        Assert.Equal(("A haiku", "gpt-5-mini"), (Output(run).GetProperty("text").GetString(), Output(run).GetProperty("model").GetString()));
        Assert.Equal("skipped", RunClient.StepOf(run, "fallback").GetProperty("status").GetString());
    }

    [Fact]
    public async Task FallbackModel_FirstFails_OtherAnswers()
    {
        place.Models.Reply = _ => "A haiku";

        var run = await RunAsync("fallback-model", null, flow =>
            flow.Replace("gpt-5-mini", "fake-fail", StringComparison.Ordinal).Replace("\"max\":2", "\"max\":0", StringComparison.Ordinal));

        Assert.Equal(("A haiku", "claude-sonnet-5"), (Output(run).GetProperty("text").GetString(), Output(run).GetProperty("model").GetString()));
    }

    [Fact]
    public async Task PollUntilReady_LooksUntilItIs()
    {
        var run = await RunAsync("poll-until-ready", new { url = new Uri(place.Site, "/job"), seconds = 0.02 });

        Assert.True(Output(run).GetProperty("ready").GetBoolean());
        Assert.Equal(3, Output(run).GetProperty("body").GetProperty("looks").GetInt32());
    }

    [Theory]
    [InlineData("42.5", true)]
    [InlineData("50", false)]
    public async Task ExtractStructuredData_ChecksTheSum(string total, bool fits)
    {
        place.Models.Reply = _ =>
            $$"""{"supplier":"Acme","number":"17","total":{{total}},"lines":[{"text":"Paper","amount":12.5},{"text":"Ink","amount":30.0}]}""";

        var output = Output(await RunAsync("extract-structured-data", null));

        Assert.Equal((fits, "Acme"), (output.GetProperty("checked").GetBoolean(), output.GetProperty("invoice").GetProperty("supplier").GetString()));
    }

    [Fact]
    public async Task AFlowPerItem_GathersResultsAndFailures()
    {
        var child = await place.Client.CreateFlowAsync("""{"id":"half","type":"output","config":{"value":"{{ 12 | divided_by: input.n }}"}}""", "start->half");

        var output = Output(await RunAsync("a-flow-per-item", new { flow = child, items = new[] { new { n = 3 }, new { n = 0 } } }));

        Assert.Equal(1, output.GetProperty("failed").GetInt32());
        Assert.Equal(4, output.GetProperty("results")[0].GetProperty("output").GetInt32());
        Assert.False(output.GetProperty("results")[1].GetProperty("ok").GetBoolean());
    }

    [Fact]
    public async Task TranslateIntoManyLanguages_EachLanguage_IsThereInOrder()
    {
        place.Models.Reply = prompt => prompt.Split(':')[0];

        var output = Output(await RunAsync("translate-into-many-languages", new { text = "Good morning!", languages = new object[] { "German", "French" } }));

        Assert.Equal(["German", "French"], output.EnumerateArray().Select(each => each.GetProperty("language").GetString()));
        Assert.Equal("Translate into German", output[0].GetProperty("text").GetString());
    }

    [Fact]
    public async Task CheckManyAddresses_OneIsDown_SomebodyIsTold()
    {
        var (inbox, messages) = place.NewInbox();
        var run = await RunAsync("check-many-addresses", null, flow => flow
            .Replace(
                "\"addresses\":[\"https://example.com/\"]", $"\"addresses\":[\"{new Uri(place.Site, "/page")}\",\"http://localhost:1/\"]",
                StringComparison.Ordinal)
            .Replace("https://example.com/messages", inbox.AbsoluteUri, StringComparison.Ordinal)
            .Replace("\"max\":1", "\"max\":0", StringComparison.Ordinal));

        Assert.Equal(2, Output(run).GetProperty("checked").GetInt32());
        Assert.Equal("http://localhost:1/ did not answer.", Assert.Single(messages).GetProperty("text").GetString());
    }

    [Fact]
    public async Task Tests_InEitherOrder_ShareNoMessages()
    {
        await NightlyReportWithApproval_IsSentOnlyWhenAPersonSaysSo("approve", sent: true);

        await CheckManyAddresses_OneIsDown_SomebodyIsTold();
    }

    [Fact]
    public async Task WriteAndImprove_CriticIsContentInTheSecondRound_EndsThere()
    {
        place.Models.Reply = prompt =>
            prompt.StartsWith("Task:", StringComparison.Ordinal)
                ? $$"""{"good":{{(prompt.Contains("better", StringComparison.Ordinal) ? "true" : "false")}},"advice":"Make it shine."}"""
            : prompt.Contains("Make it shine.", StringComparison.Ordinal) ? "A better text" : "A text";

        var output = Output(await RunAsync("write-and-improve", null));

        Assert.Equal("""{"text":"A better text","good":true,"round":2}""", output.GetRawText());
    }

    [Fact]
    public async Task AnswerAWebhook_AnswersInTheSameCall()
    {
        place.Models.Reply = _ => "A call from program to program.";
        var flow = await UseAsync("answer-a-webhook");
        var published = await place.Client.PostAsync($"/flows/{flow}/publish");
        var url = published.GetProperty("triggers")[0].GetProperty("url").GetString();

        using var answer =
            await place.Client.Http.PostAsync(url, RunEndpointsTests.Json("""{"question":"What is a webhook?"}"""), TestContext.Current.CancellationToken);
        using var empty = await place.Client.Http.PostAsync(url, RunEndpointsTests.Json("{}"), TestContext.Current.CancellationToken);

        Assert.Equal("""{"answer":"A call from program to program."}""", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.Contains("Send a JSON object", await empty.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("approve", true)]
    [InlineData("reject", false)]
    public async Task NightlyReportWithApproval_IsSentOnlyWhenAPersonSaysSo(string decision, bool sent)
    {
        place.Models.Reply = _ => "All is well.";
        var (inbox, messages) = place.NewInbox();
        var run = await StartAsync("nightly-report-with-approval", flow => flow
            .Replace("https://example.com/figures.json", new Uri(place.Site, "/figures").AbsoluteUri, StringComparison.Ordinal)
            .Replace("https://example.com/reports", inbox.AbsoluteUri, StringComparison.Ordinal));
        JsonElement asked = default;
        await Lab.Processes.Until.HoldsAsync(
            async () =>
                (asked = (await place.Client.GetAsync("/approvals")).GetProperty("items").EnumerateArray().FirstOrDefault(
                    each => each.GetProperty("runId").GetString() == run)).ValueKind == JsonValueKind.Object,
            "a person is asked", TestContext.Current.CancellationToken);

        await place.Client.PostAsync($"/approvals/{asked.GetProperty("id").GetString()}", $$"""{"decision":"{{decision}}","note":"Seen."}""");
        var ended = await place.Client.UntilAsync(run, each => RunClient.StatusOf(each) == "succeeded");

        Assert.Equal(sent, Output(ended).GetProperty("sent").GetBoolean());
        Assert.Equal(sent ? 1 : 0, messages.Count);
    }

    [Fact]
    public async Task WebhookToCard_PutsACardOnTheBoard()
    {
        var flow = await UseAsync("webhook-to-card");
        var url = (await place.Client.PostAsync($"/flows/{flow}/publish")).GetProperty("triggers")[0].GetProperty("url").GetString();

        using var answer = await place.Client.Http.PostAsync(
            url, RunEndpointsTests.Json("""{"title":"Paint the boat","text":"Blue, two coats."}"""), TestContext.Current.CancellationToken);
        var body = JsonElement.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));

        var card = await place.Client.GetAsync($"/tasks/{body.GetProperty("taskId").GetString()}");
        Assert.Equal(
            ("Paint the boat", "Blue, two coats.", "todo"),
            (card.GetProperty("title").GetString(), card.GetProperty("description").GetString(), card.GetProperty("status").GetString()));
    }

    [Fact]
    public async Task SavedAsATest_ARunThatAskedAPerson_RunsOffline()
    {
        place.Models.Reply = _ => "All is well.";
        var (inbox, messages) = place.NewInbox();
        var run = await StartAsync("nightly-report-with-approval", flow => flow
            .Replace("https://example.com/figures.json", new Uri(place.Site, "/figures").AbsoluteUri, StringComparison.Ordinal)
            .Replace("https://example.com/reports", inbox.AbsoluteUri, StringComparison.Ordinal));
        JsonElement asked = default;
        await Lab.Processes.Until.HoldsAsync(
            async () =>
                (asked = (await place.Client.GetAsync("/approvals")).GetProperty("items").EnumerateArray().FirstOrDefault(
                    each => each.GetProperty("runId").GetString() == run)).ValueKind == JsonValueKind.Object,
            "a person is asked", TestContext.Current.CancellationToken);
        await place.Client.PostAsync($"/approvals/{asked.GetProperty("id").GetString()}", """{"decision":"approve"}""");
        var ended = await place.Client.UntilAsync(run, each => RunClient.StatusOf(each) == "succeeded");
        var flowId = ended.GetProperty("flowId").GetString();
        await place.Client.PostAsync($"/flows/{flowId}/tests", $$"""{"runId":"{{run}}"}""");
        var (calls, sent) = (place.Models.Calls, messages.Count);

        var report = await place.Client.PostAsync($"/flows/{flowId}/tests/run");

        Assert.True(report.GetProperty("results")[0].GetProperty("passed").GetBoolean(), report.ToString());
        Assert.Equal((calls, sent), (place.Models.Calls, messages.Count));
    }

    [Fact]
    public async Task List_OverRest_HoldsEveryTemplateWithItsFlow()
    {
        var listed = (await place.Client.GetAsync("/flow-templates")).GetProperty("items").EnumerateArray().ToList();

        Assert.Equal(FlowGallery.All.Select(template => template.Id), listed.Select(template => template.GetProperty("id").GetString()));
        Assert.All(listed, template => Assert.True(template.GetProperty("flow").GetProperty("steps").GetArrayLength() >= 3));
        var (status, problem) = await place.Client.SendAsync(HttpMethod.Post, "/flow-templates/no-such/flows", "{}");
        Assert.Equal((404, "flow.template_not_found"), (status, problem.GetProperty("code").GetString()));
    }

    private static JsonElement Output(JsonElement run)
    {
        Assert.True(run.GetProperty("status").GetString() == "succeeded", run.ToString());
        return run.GetProperty("output");
    }

    private async Task<string> UseAsync(string template) => (await place.Client.PostAsync($"/flow-templates/{template}/flows")).GetProperty("id").GetString()!;

    /// <summary>Makes a flow from a template and runs it with an input, else with the one the template comes with.</summary>
    private async Task<JsonElement> RunAsync(string template, object? input, Func<string, string>? change = null)
    {
        var flow = await MakeAsync(template, change);
        return await place.Client.RunAsync(flow, JsonSerializer.Serialize(new { input = input ?? FlowGallery.Find(template)!.TryWith }, Json.Options));
    }

    private async Task<string> StartAsync(string template, Func<string, string> change) => await place.Client.StartAsync(await MakeAsync(template, change));

    private async Task<string> MakeAsync(string template, Func<string, string>? change)
    {
        var flow = await UseAsync(template);
        if (change is not null)
        {
            var document = (await place.Client.GetAsync($"/flows/{flow}")).GetProperty("flow").GetRawText();
            Assert.NotEqual(document, change(document));
            var (status, answer) = await place.Client.SendAsync(HttpMethod.Patch, $"/flows/{flow}", $$"""{"flow":{{change(document)}} }""");
            Assert.True(status == 200, answer.ToString());
        }

        return flow;
    }
}
