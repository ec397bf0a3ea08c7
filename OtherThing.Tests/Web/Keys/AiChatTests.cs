using System.Text.Json;
using System.Text.Json.Nodes;
using OtherThing.Core.Steps;
using OtherThing.Core.Usage;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Web.Keys;

public sealed class AiChatTests(ProviderServer providers) : IClassFixture<ProviderServer>
{
    public static TheoryData<string> Providers => ["openai", "anthropic", "google", "groq"];

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task Ask_EveryProvider_StreamsTokensAndRecordsUsage(string provider)
    {
        var place = await providers.ShareAsync(provider);
        var calls = providers.Fake.Calls;
        var parts = new List<string>();

        var outcome = await place.AskAsync(
            new { provider, model = "fake-answer", system = "Be brief", prompt = "one two three", temperature = 0.5, maxTokens = 100 },
            (stream, text) => parts.Add($"{stream}:{text}"));

        Assert.True(outcome.Kind == StepOutcomeKind.Succeeded, outcome.Error);
        Assert.Equal("Echo: one two three", outcome.Output.GetProperty("text").GetString());
        Assert.Equal("stop", outcome.Output.GetProperty("finishReason").GetString());
        Assert.Equal("fake-answer", outcome.Output.GetProperty("model").GetString());
        Assert.Equal(3, outcome.Output.GetProperty("usage").GetProperty("inputTokens").GetInt64());
        Assert.Equal(4, outcome.Output.GetProperty("usage").GetProperty("outputTokens").GetInt64());
        Assert.All(parts, part => Assert.StartsWith("text:", part, StringComparison.Ordinal));
        Assert.Equal("Echo: one two three", string.Concat(parts.Select(part => part["text:".Length..])));
        Assert.True(parts.Count > 2, "The answer came in one piece.");
        var usage = Assert.Single(outcome.Usage);
        Assert.Equal((provider, 3L, 4L, CostStatus.Unpriced), (usage.Provider, usage.InputTokens, usage.OutputTokens, usage.CostStatus));
        Assert.Null(usage.CostUnits);
        Assert.NotNull(usage.KeyId);
        Assert.Equal(calls + 1, providers.Fake.Calls);
        Assert.NotEqual(JsonValueKind.Null, (await place.FirstKeyAsync()).GetProperty("lastUsedAt").ValueKind);
    }

    [Fact]
    public async Task Ask_PricedModel_CostsWhatTheTableSays()
    {
        var place = await providers.ShareAsync();
        providers.Fake.Usage = JsonNode.Parse(
            """{"prompt_tokens":156,"completion_tokens":561,"total_tokens":717,"completion_tokens_details":{"reasoning_tokens":512}}""")!.AsObject();

        var outcome = await place.AskAsync(new { provider = "openai", model = "gpt-5-mini-2025-08-07", prompt = "Hi" });
        providers.Fake.Usage = null;

        var usage = Assert.Single(outcome.Usage);
        Assert.Equal((11_610_000L, CostStatus.Computed), (usage.CostUnits, usage.CostStatus));
        Assert.Contains("openai/gpt-5-mini", usage.PriceRow, StringComparison.Ordinal);
        Assert.Contains("reasoning_tokens", usage.RawUsage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ask_AnthropicStream_TakesTheLastCountsAndNeverAddsThem()
    {
        var place = await providers.ShareAsync("anthropic");
        providers.Fake.Usage = JsonNode.Parse(
            """{"input_tokens":6,"cache_creation_input_tokens":574,"cache_creation":{"ephemeral_5m_input_tokens":574,"ephemeral_1h_input_tokens":0},"cache_read_input_tokens":20443,"output_tokens":489}""")!.AsObject();

        var outcome = await place.AskAsync(new { provider = "anthropic", model = "claude-sonnet-5", prompt = "Hi" });
        providers.Fake.Usage = null;

        var usage = Assert.Single(outcome.Usage);
        Assert.Equal((21_023L, 489L), (usage.InputTokens, usage.OutputTokens));
        Assert.Contains("claude-sonnet-5", usage.PriceRow, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("openai", "fake-too_many", "ai.not_now", true, 2)]
    [InlineData("anthropic", "fake-too_many", "ai.not_now", true, 2)]
    [InlineData("openai", "fake-unavailable", "ai.not_now", true, 1)]
    [InlineData("openai", "fake-fail", "ai.provider_failed", false, null)]
    [InlineData("anthropic", "fake-fail", "ai.provider_failed", false, null)]
    [InlineData("openai", "fake-redirect", "ai.redirected", false, null)]
    public async Task F14_Ask_ClearRefusal_IsOneCallInTheProvidersWordsWithoutTheKey(
        string provider, string model, string code, bool noEffect, int? retryAfter)
    {
        var place = await providers.ShareAsync(provider);
        var calls = providers.Fake.Calls;

        var outcome = await place.AskAsync(new { provider, model, prompt = "Hi" });

        Assert.Equal((StepOutcomeKind.Failed, code, noEffect), (outcome.Kind, outcome.ErrorCode, outcome.NoEffect));
        Assert.Equal(retryAfter is { } seconds ? TimeSpan.FromSeconds(seconds) : null, outcome.RetryAfter);
        Assert.DoesNotContain("canary", outcome.Error, StringComparison.Ordinal);
        Assert.Equal(calls + 1, providers.Fake.Calls);
        Assert.Empty(outcome.Usage);
    }

    [Theory]
    [InlineData("openai", "fake-cut_half_way")]
    [InlineData("anthropic", "fake-cut_half_way")]
    [InlineData("openai", "fake-end_half_way")]
    [InlineData("anthropic", "fake-end_half_way")]
    public async Task F15_Ask_StreamThatBreaksOff_IsUnknownWithThePartialTextAndAnEstimate(string provider, string model)
    {
        var place = await providers.ShareAsync(provider);
        var calls = providers.Fake.Calls;

        var outcome = await place.AskAsync(new { provider, model, prompt = "one two three four five" });

        Assert.Equal((StepOutcomeKind.Unknown, "ai.interrupted"), (outcome.Kind, outcome.ErrorCode));
        Assert.StartsWith("Echo: one", outcome.Output.GetProperty("text").GetString(), StringComparison.Ordinal);
        Assert.True(Assert.Single(outcome.Usage).OutputTokens > 0);
        Assert.Equal(calls + 1, providers.Fake.Calls);
    }

    [Theory]
    [InlineData("openai", "fake-no_answer", "ai.no_answer")]
    [InlineData("anthropic", "fake-no_answer", "ai.no_answer")]
    [InlineData("openai", "fake-wrong_json", "ai.answer_malformed")]
    public async Task Ask_NoUsableAnswer_IsUnknownAndCalledOnce(string provider, string model, string code)
    {
        var place = await providers.ShareAsync(provider);
        var calls = providers.Fake.Calls;

        var outcome = await place.AskAsync(new { provider, model, prompt = "Hi" });

        Assert.Equal((StepOutcomeKind.Unknown, code), (outcome.Kind, outcome.ErrorCode));
        Assert.Equal(calls + 1, providers.Fake.Calls);
    }

    [Fact]
    public async Task Ask_NoUsageReported_IsUnmeasuredNeverZero()
    {
        var place = await providers.ShareAsync();

        var outcome = await place.AskAsync(new { provider = "openai", model = "fake-no_usage", prompt = "Hi" });

        var usage = Assert.Single(outcome.Usage);
        Assert.Equal((StepOutcomeKind.Succeeded, CostStatus.Unmeasured), (outcome.Kind, usage.CostStatus));
        Assert.Null(usage.CostUnits);
        Assert.Null(usage.InputTokens);
    }

    [Fact]
    public async Task Ask_Cancelled_StopsBeforeTheAnswerEndsAndKeepsWhatCame()
    {
        var place = await providers.ShareAsync();
        using var cancelled = new CancellationTokenSource();
        var started = new TaskCompletionSource();

        var asking = place.AskAsync(
            new { provider = "openai", model = "fake-slow", prompt = string.Join(' ', Enumerable.Repeat("word", 200)) },
            (_, _) => started.TrySetResult(), cancellationToken: cancelled.Token);
        await started.Task.WithPatience();
        await cancelled.CancelAsync();
        var outcome = await asking.WithPatience();

        Assert.Equal((StepOutcomeKind.Unknown, "ai.cancelled"), (outcome.Kind, outcome.ErrorCode));
        Assert.Single(outcome.Usage);
    }

    [Fact]
    public async Task Ask_ResumedAfterACrash_IsUnknownWithoutACall()
    {
        var place = await providers.ShareAsync();
        var calls = providers.Fake.Calls;

        var outcome = await place.AskAsync(new { provider = "openai", model = "fake-answer", prompt = "Hi" }, resumed: true);

        Assert.Equal((StepOutcomeKind.Unknown, calls), (outcome.Kind, providers.Fake.Calls));
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task Ask_WithASchema_GivesJsonThatFits(string provider)
    {
        var place = await providers.ShareAsync(provider);
        var schema = new { type = "object", properties = new { n = new { type = "integer" } }, required = new[] { "n" } };

        var fits = await place.AskAsync(new { provider, model = "fake-answer", prompt = "say: {\"n\": 7}", responseSchema = schema });
        var misfits = await place.AskAsync(new { provider, model = "fake-answer", prompt = "say: {\"n\": \"seven\"}", responseSchema = schema });
        var prose = await place.AskAsync(new { provider, model = "fake-answer", prompt = "say: seven", responseSchema = schema });

        Assert.True(fits.Kind == StepOutcomeKind.Succeeded, fits.Error);
        Assert.Equal(7, fits.Output.GetProperty("json").GetProperty("n").GetInt32());
        Assert.Equal(("ai.output_invalid", "ai.output_invalid"), (misfits.ErrorCode, prose.ErrorCode));
        Assert.Contains("n", misfits.Error, StringComparison.Ordinal);
        Assert.Single(misfits.Usage);
    }

    [Theory]
    [InlineData("http://169.254.169.254/schema.json")]
    [InlineData("file:///etc/passwd")]
    [InlineData("other.json")]
    public async Task Ask_SchemaThatPointsElsewhere_IsRefusedBeforeAnyCall(string reference)
    {
        var place = await providers.ShareAsync();
        var calls = providers.Fake.Calls;
        var schema = new Dictionary<string, object>
        { ["type"] = "object", ["properties"] = new Dictionary<string, object> { ["a"] = new Dictionary<string, object> { ["$ref"] = reference } } };

        var outcome = await place.AskAsync(new { provider = "openai", model = "fake-answer", prompt = "Hi", responseSchema = schema });

        Assert.Equal(("ai.config_invalid", calls), (outcome.ErrorCode, providers.Fake.Calls));
    }

    [Theory]
    [InlineData("""{"provider":"nope","model":"m","prompt":"p"}""", "ai.config_invalid")]
    [InlineData("""{"provider":"openai","prompt":"p"}""", "ai.config_invalid")]
    [InlineData("""{"provider":"openai","model":"m","prompt":7}""", "ai.config_invalid")]
    [InlineData("""{"provider":"anthropic","model":"m","prompt":"p"}""", "key.missing")]
    [InlineData("""{"provider":"openai","keyId":"018f0000-0000-7000-8000-000000000000","model":"m","prompt":"p"}""", "key.not_found")]
    public async Task Ask_WrongConfig_FailsBeforeAnyCall(string config, string code)
    {
        var place = await providers.ShareAsync();
        var calls = providers.Fake.Calls;

        var outcome = await place.AskAsync(JsonSerializer.Deserialize<JsonElement>(config));

        Assert.Equal((StepOutcomeKind.Failed, code, calls), (outcome.Kind, outcome.ErrorCode, providers.Fake.Calls));
    }

    [Fact]
    public async Task C05_Ask_WithAnotherWorkspacesKeyOrByAStranger_IsRefused()
    {
        var place = await providers.ShareAsync();
        using var other = await providers.OpenAsync();
        var foreign = (await other.FirstKeyAsync()).GetProperty("id").GetGuid();

        var stolen = await place.AskAsync(new { provider = "openai", keyId = foreign, model = "fake-answer", prompt = "Hi" });
        var stranger = await place.AskAsync(new { provider = "openai", model = "fake-answer", prompt = "Hi" }, userId: other.OwnerId);

        Assert.Equal(("key.not_found", "workspace.not_found"), (stolen.ErrorCode, stranger.ErrorCode));
    }
}
