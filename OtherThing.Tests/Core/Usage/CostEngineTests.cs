using System.Globalization;
using System.Text;
using System.Text.Json;
using OtherThing.Core.Usage;
using OtherThing.Core.Usage.Prices;

namespace OtherThing.Tests.Core.Usage;

/// <summary>The worked cases of what a call costs, in cents; each is named for the mistake it catches.</summary>
public sealed class CostEngineTests
{
    private static readonly DateTime s_at = new(2026, 8, 20, 12, 0, 0, DateTimeKind.Utc);
    private readonly CostEngine _engine = new(PriceTable.Shipped);

    [Theory]
    [InlineData("1 reasoning counted twice", "openai", "chat", "gpt-5-mini-2025-08-07",
        """{"usage":{"prompt_tokens":156,"completion_tokens":561,"total_tokens":717,"completion_tokens_details":{"reasoning_tokens":512}}}""", "0.1161")]
    [InlineData("2 cache ignored", "openai", "chat", "gpt-5.6-sol",
        """{"usage":{"prompt_tokens":4020,"completion_tokens":4,"prompt_tokens_details":{"cached_tokens":4012}}}""", "0.2166")]
    [InlineData("4 marginal tier", "openai", "responses", "gpt-5.4",
        """{"usage":{"input_tokens":272000,"input_tokens_details":{"cached_tokens":100000},"output_tokens":2000}}""", "95.5")]
    [InlineData("4 one token below", "openai", "responses", "gpt-5.4",
        """{"usage":{"input_tokens":271999,"input_tokens_details":{"cached_tokens":100000},"output_tokens":2000}}""", "48.49975")]
    [InlineData("4 flex", "openai", "responses", "gpt-5.4",
        """{"service_tier":"flex","usage":{"input_tokens":272000,"input_tokens_details":{"cached_tokens":100000},"output_tokens":2000}}""", "47.75")]
    [InlineData("5 one rate for both cache lifetimes", "anthropic", "messages", "claude-sonnet-4-20250514",
        """{"usage":{"input_tokens":504,"cache_creation_input_tokens":123,"cache_read_input_tokens":0,"cache_creation":{"ephemeral_5m_input_tokens":100,"ephemeral_1h_input_tokens":23},"output_tokens":97}}""",
        "0.348")]
    [InlineData("6 search dropped", "anthropic", "messages", "claude-sonnet-4-6",
        """{"usage":{"input_tokens":10809,"output_tokens":644,"server_tool_use":{"web_search_requests":1}}}""", "5.2087")]
    [InlineData("7 deltas summed", "anthropic", "messages", "claude-sonnet-5",
        """{"usage":{"input_tokens":6,"cache_creation_input_tokens":574,"cache_creation":{"ephemeral_5m_input_tokens":574,"ephemeral_1h_input_tokens":0},"cache_read_input_tokens":20443,"output_tokens":489}}""",
        "1.04256")]
    [InlineData("7 geography", "anthropic", "messages", "claude-sonnet-5",
        """{"usage":{"inference_geo":"us","input_tokens":6,"cache_creation_input_tokens":574,"cache_creation":{"ephemeral_5m_input_tokens":574},"cache_read_input_tokens":20443,"output_tokens":489}}""",
        "1.146816")]
    [InlineData("8 thoughts dropped", "google", "default", "gemini-2.5-pro",
        """{"usageMetadata":{"promptTokenCount":1106,"candidatesTokenCount":778,"thoughtsTokenCount":1089,"totalTokenCount":2973}}""", "2.00525")]
    [InlineData("8 past the step", "google", "default", "gemini-2.5-pro",
        """{"usageMetadata":{"promptTokenCount":250000,"cachedContentTokenCount":150000,"candidatesTokenCount":5000,"totalTokenCount":255000}}""", "36.25")]
    [InlineData("9 image priced as text", "google", "default", "gemini-3-pro-image-preview",
        """{"usageMetadata":{"promptTokenCount":33,"candidatesTokenCount":1780,"candidatesTokensDetails":[{"modality":"IMAGE","tokenCount":1120}],"thoughtsTokenCount":529,"totalTokenCount":2342}}""",
        "14.8734")]
    [InlineData("10 rounded to cents", "groq", "chat", "openai/gpt-oss-120b",
        """{"usage":{"prompt_tokens":336,"prompt_tokens_details":{"cached_tokens":256},"completion_tokens":96,"completion_tokens_details":{"reasoning_tokens":59}}}""",
        "0.00888")]
    [InlineData("batch", "anthropic", "messages", "claude-haiku-4-5",
        """{"usage":{"service_tier":"batch","input_tokens":2000,"cache_read_input_tokens":8000,"output_tokens":1000}}""", "0.39")]
    [InlineData("not batch", "anthropic", "messages", "claude-haiku-4-5",
        """{"usage":{"service_tier":"standard","input_tokens":2000,"cache_read_input_tokens":8000,"output_tokens":1000}}""", "0.78")]
    public void Cost_WorkedCase_IsExact(string trap, string provider, string flavour, string model, string answer, string cents)
    {
        var cost = _engine.Cost(Call(provider, flavour, model, answer));

        Assert.True(cost.Status == CostStatus.Computed, $"{trap}: {cost}");
        Assert.Equal(decimal.Parse(cents, CultureInfo.InvariantCulture), cost.Cost!.Value.Cents);
    }

    [Fact]
    public void Cost_ReportedByTheProvider_Wins()
    {
        var cost = _engine.Cost(Call("openai", "responses", "gpt-5.6-sol",
            """{"usage":{"input_tokens":4020,"input_tokens_details":{"cache_write_tokens":4012,"cached_tokens":0},"output_tokens":5,"cost":0.025265}}"""));

        Assert.Equal((2.5265m, CostStatus.ProviderReported), (cost.Cost!.Value.Cents, cost.Status));
    }

    [Fact]
    public void Cost_CacheWriteWithoutReportedCost_TakesTheWriteRate()
    {
        var cost = _engine.Cost(Call("openai", "responses", "gpt-5.6-sol",
            """{"usage":{"input_tokens":4020,"input_tokens_details":{"cache_write_tokens":4012,"cached_tokens":0},"output_tokens":5}}"""));

        Assert.Equal(2.5265m, cost.Cost!.Value.Cents);
    }

    [Fact]
    public void Cost_RowDatedLater_HoldsFromItsDay()
    {
        const string dated = """
            [{"id":"openai","models":[{"id":"gpt-5.6-sol","match":{"equals":"gpt-5.6-sol"},"prices":[
              {"prices":{"input_mtok":5,"cache_read_mtok":0.5,"output_mtok":30}},
              {"constraint":{"start_date":"2026-08-21"},"prices":{"input_mtok":4,"cache_read_mtok":0.4,"output_mtok":20}}]}],
              "extractors":[{"api_flavor":"chat","root":"usage","mappings":[
                {"path":"prompt_tokens","dest":"input_tokens"},{"path":"completion_tokens","dest":"output_tokens"},
                {"path":["prompt_tokens_details","cached_tokens"],"dest":"cache_read_tokens","required":false}]}]}]
            """;
        var engine = new CostEngine(PriceTable.Parse(new MemoryStream(Encoding.UTF8.GetBytes(dated)), "test"));
        var call = Call("openai", "chat", "gpt-5.6-sol",
            """{"usage":{"prompt_tokens":4020,"completion_tokens":4,"prompt_tokens_details":{"cached_tokens":4012}}}""");

        Assert.Equal(0.2166m, engine.Cost(call).Cost!.Value.Cents);
        Assert.Equal(0.17168m, engine.Cost(call with { At = new DateTime(2026, 8, 21, 0, 0, 0, DateTimeKind.Utc) }).Cost!.Value.Cents);
    }

    [Fact]
    public void Cost_UnknownModel_IsUnpricedNeverZero()
    {
        var cost = _engine.Cost(Call("openai", "chat", "nope-model", """{"usage":{"prompt_tokens":5,"completion_tokens":7}}"""));

        Assert.Equal((CostStatus.Unpriced, 5L, 7L), (cost.Status, cost.InputTokens, cost.OutputTokens));
        Assert.Null(cost.Cost);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"usage":null}""")]
    [InlineData("""{"usage":{"prompt_tokens":-1,"completion_tokens":2}}""")]
    [InlineData("""{"usage":{"prompt_tokens":1e28,"completion_tokens":2}}""")]
    [InlineData("""{"usage":"none"}""")]
    public void Cost_NoUsage_IsUnmeasuredNeverZero(string answer)
    {
        var cost = _engine.Cost(Call("openai", "chat", "gpt-5-mini", answer));

        Assert.Equal(CostStatus.Unmeasured, cost.Status);
        Assert.Null(cost.Cost);
    }

    [Fact]
    public void Cost_TierWithoutAPrice_IsUnpriced()
    {
        var cost = _engine.Cost(Call("openai", "chat", "gpt-5-mini",
            """{"service_tier":"priority","usage":{"prompt_tokens":5,"completion_tokens":7}}"""));

        Assert.Equal(CostStatus.Unpriced, cost.Status);
    }

    [Fact]
    public void Cost_GeminiThroughAnOpenAiShape_BillsTheHiddenThinkingAsOutput()
    {
        var cost = _engine.Cost(Call("google", "chat", "gemini-2.5-pro",
            """{"usage":{"prompt_tokens":1106,"completion_tokens":778,"total_tokens":2973}}"""));

        Assert.Equal((2.00525m, CostStatus.Estimated), (cost.Cost!.Value.Cents, cost.Status));
    }

    [Fact]
    public void Cost_CustomProviderTheTableKnows_IsPriced()
    {
        var call = Call("custom", "chat", "deepseek-chat", """{"usage":{"prompt_tokens":1000,"completion_tokens":1000}}""");

        Assert.Equal(CostStatus.Unpriced, _engine.Cost(call with { BaseUrl = new Uri("http://localhost:8080/v1") }).Status);
        Assert.Equal(CostStatus.Computed, _engine.Cost(call with { BaseUrl = new Uri("https://api.deepseek.com/v1") }).Status);
    }

    [Fact]
    public void Estimate_BrokenStream_IsMarked()
    {
        var cost = _engine.Estimate(Call("openai", "chat", "gpt-5-mini", "{}"), 1_000_000, 1_000_000);

        Assert.Equal((225m, CostStatus.Estimated), (cost.Cost!.Value.Cents, cost.Status));
    }

    private static PricedCall Call(string provider, string flavour, string model, string answer) => new()
    {
        Provider = provider,
        Flavour = flavour,
        Model = model,
        Answer = JsonDocument.Parse(answer).RootElement,
        At = s_at,
    };
}
