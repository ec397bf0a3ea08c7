using System.Text.Json;
using System.Text.Json.Nodes;
using OtherThing.Tests.Support;
using static OtherThing.Tests.Web.Runs.RunClient;

namespace OtherThing.Tests.Web.Keys;

/// <summary>What providers really answer, and what is asked of them: the cases of <c>Cases/ai-*.json</c>, each through a run.</summary>
public sealed class AiCaseTests(ProviderServer providers) : IClassFixture<ProviderServer>
{
    public static TheoryData<string> Answers => CaseFile.Ids("ai-answers");

    public static TheoryData<string> Requests => CaseFile.Ids("ai-requests");

    public static TheoryData<string> Schemas => CaseFile.Ids("ai-schemas");

    public static TheoryData<string> DeepAnswers => CaseFile.Ids("deep", IsOfAi);

    [Theory]
    [MemberData(nameof(Answers))]
    public async Task Run_AnswerFromRealUse_BecomesTheRightValue(string id)
    {
        var row = CaseFile.Find("ai-answers", id);
        var provider = row.GetProperty("provider").GetString()!;
        var asking = new RawRun(await providers.ShareAsync(provider), provider);
        var answers = new[] { "answer", "second" }.Where(name => row.TryGetProperty(name, out _)).Select(name => RawAnswer.Of(row.GetProperty(name)));
        var wantsRetry = row.TryGetProperty("retry", out var retry) && retry.GetBoolean();

        var run = await asking.RunAsync(
            [.. answers],
            (row.TryGetProperty("schema", out var schema) ? new { responseSchema = schema } : null,
                wantsRetry ? new { retry = new { max = 1, backoffSeconds = 0.1 } } : null));

        var right = row.GetProperty("right");
        var choices = right.TryGetProperty("either", out var either) ? either.EnumerateArray().ToArray() : [right];
        var wrong = choices.Select(choice => string.Join("; ", Wrong(choice, run, asking))).ToArray();
        Assert.True(wrong.Contains(""), $"{string.Join(" | ", wrong)}: {run}");
    }

    [Theory]
    [MemberData(nameof(Requests))]
    public async Task Run_Config_IsSentByTheNamesTheServerKnows(string id)
    {
        var row = CaseFile.Find("ai-requests", id);
        var provider = row.GetProperty("provider").GetString()!;
        var place = await providers.ShareAsync();
        if (provider == "custom")
        {
            var baseUrl = $"http://localhost:{providers.Fake.OpenAiUrl.Port}/v1";
            using var added = await place.AddKeyAsync(new { provider, name = "Own server", key = "own-0123456789", baseUrl });
            Assert.True(added.IsSuccessStatusCode, await added.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        }

        var asking = new RawRun(place, provider);
        var config = JsonObject.Create(row.GetProperty("config"))!;
        config["model"] = row.GetProperty("model").GetString();
        var run = await asking.RunAsync([Saying("Hi")], (config, null));

        Assert.True(StatusOf(run) == "succeeded", run.ToString());
        var right = row.GetProperty("right");
        Assert.All(
            right.GetProperty("sent").EnumerateObject(),
            member => Assert.Equal(member.Value.ToString(), asking.Sent.GetProperty(member.Name).ToString()));
        Assert.All(
            right.GetProperty("notSent").EnumerateArray(),
            name => Assert.False(asking.Sent.TryGetProperty(name.GetString()!, out _), asking.Sent.ToString()));
    }

    [Theory]
    [MemberData(nameof(Schemas))]
    public async Task Run_Schema_KeepsWhatFitsAndRefusesWhatDoesNot(string id)
    {
        var row = CaseFile.Find("ai-schemas", id);
        var place = await providers.ShareAsync();
        var config = new { responseSchema = row.GetProperty("schema") };

        var fits = StepOf(await new RawRun(place, "openai").RunAsync([Saying(row.GetProperty("fits").GetRawText())], (config, null)), "ask");
        var fitsNot = StepOf(await new RawRun(place, "openai").RunAsync([Saying(row.GetProperty("fitsNot").GetRawText())], (config, null)), "ask");

        Assert.True(fits.GetProperty("status").GetString() == "succeeded", fits.ToString());
        Assert.True(JsonElement.DeepEquals(row.GetProperty("fits"), fits.GetProperty("output").GetProperty("json")), fits.ToString());
        Assert.Equal("ai.output_invalid", fitsNot.GetProperty("error").GetProperty("code").GetString());
    }

    [Theory]
    [MemberData(nameof(DeepAnswers))]
    public async Task Run_DeepAnswer_EndsWithAReasonAndTheRunsCanBeRead(string id)
    {
        var row = CaseFile.Find("deep", id);
        var depth = row.GetProperty("depth").GetInt32();
        var asking = new RawRun(await providers.ShareAsync(), "openai");

        var run = await asking.RunAsync([Saying(new string('[', depth) + new string(']', depth))], (new { responseSchema = new { type = "array" } }, null));

        var ask = StepOf(run, "ask");
        Assert.Equal(("failed", "ai.output_invalid"), (StatusOf(run), ask.GetProperty("error").GetProperty("code").GetString()));
        Assert.Contains("levels", ask.GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Equal(200, (await asking.Client.SendAsync(HttpMethod.Get, $"/runs/{run.GetProperty("id").GetString()}")).Status);
        Assert.Equal(200, (await asking.Client.SendAsync(HttpMethod.Get, "/runs")).Status);
        Assert.Equal(200, (await asking.Client.SendAsync(HttpMethod.Get, $"/flows/{asking.Flow}/pins")).Status);
    }

    private static bool IsOfAi(JsonElement row) => row.GetProperty("where").GetString()!.StartsWith("AI", StringComparison.Ordinal);

    private static RawAnswer Saying(string text) => RawAnswer.Stream(
        $"data: {JsonSerializer.Serialize(new { choices = new[] { new { delta = new { content = text }, finish_reason = "stop" } } })}\n\ndata: [DONE]\n\n");

    private static IEnumerable<string> Wrong(JsonElement right, JsonElement run, RawRun asking)
    {
        var ask = StepOf(run, "ask");
        var output = ask.GetProperty("output");
        var message = ask.GetProperty("error") is { ValueKind: JsonValueKind.Object } error ? error.GetProperty("message").GetString()! : null;
        var hasFailed = StatusOf(run) == "failed" && !string.IsNullOrEmpty(message);
        foreach (var member in right.EnumerateObject())
        {
            var value = member.Value;
            var isRight = member.Name switch
            {
                "text" or "json" or "usage" => StatusOf(run) == "succeeded" && JsonElement.DeepEquals(value, output.GetProperty(member.Name)),
                "failed" => hasFailed && value.EnumerateObject().All(part => part.Name switch
                {
                    "says" => message!.Contains(part.Value.GetString()!, StringComparison.Ordinal),
                    "saysNot" => !message!.Contains(part.Value.GetString()!, StringComparison.Ordinal),
                    "code" => ask.GetProperty("error").GetProperty("code").GetString() == part.Value.GetString(),
                    "noHalfCharacter" => !message!.Contains('\ufffd', StringComparison.Ordinal) && !HasHalf(message),
                    _ => false,
                }),
                "tells" => (message ?? output.GetProperty("text").GetString()!).Contains(value.GetString()!, StringComparison.Ordinal),
                "secondsBefore" => asking.Calls == 2 && asking.Between.TotalSeconds >= value.GetDouble(),
                _ => false,
            };
            if (!isRight)
            {
                yield return member.ToString();
            }
        }
    }

    private static bool HasHalf(string text) => text.EnumerateRunes().Any(rune => rune == System.Text.Rune.ReplacementChar);
}
