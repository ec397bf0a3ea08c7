using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using OtherThing.Tests.Support;
using static OtherThing.Tests.Web.Runs.RunClient;

namespace OtherThing.Tests.Web.Keys;

/// <summary>Further answers of the kinds in <c>Cases/ai-answers.json</c>: what was paid for is kept and booked, what went wrong is told.</summary>
public sealed class AiWireTests(ProviderServer providers) : IClassFixture<ProviderServer>
{
    private const string Hello = """data: {"choices":[{"delta":{"content":"Hello"},"finish_reason":"stop"}]}""";
    private const string Done = "\n\ndata: [DONE]\n\n";

    /// <summary>Answers that hold <c>Hello</c> and nothing to complain about.</summary>
    public static TheoryData<string, string, string> GoodAnswers => new()
    {
        { "no blank lines between the events", "openai", "data: {\"choices\":[{\"delta\":{\"content\":\"Hel\"}}]}\ndata: "
            + "{\"choices\":[{\"delta\":{\"content\":\"lo\"},\"finish_reason\":\"stop\"}]}\ndata: [DONE]\n" },
        { "no space behind data:, no blank line at the end", "openai", "data:" + Hello["data: ".Length..] + "\n\ndata:[DONE]" },
        { "one event over several data lines", "openai", "data: {\"choices\":[\ndata: {\"delta\":{\"content\":\"Hello\"},\ndata: \"finish_reason\":\"stop\"}]}"
            + Done },
        { "byte order mark before the stream", "openai", "\ufeff" + Hello + Done },
        { "byte order mark before the document", "openai", "\ufeff{\"choices\":[{\"message\":{\"content\":\"Hello\"}}]}" },
        { "words that keep the connection alive", "openai", "data: ping\n\n" + Hello + "\n\nevent: heartbeat\ndata:\n\n" + Done },
        { "NaN and Infinity", "openai", """data: {"choices":[{"delta":{"content":"Hello"},"logprobs":{"a":NaN,"b":-Infinity,"c":[Infinity]},"finish_reason":"stop"}]}"""
            + Done },
        { "finish reason null as a text until the last", "openai", "data: {\"choices\":[{\"delta\":{\"content\":\"Hel\"},\"finish_reason\":\"null\"}]}\n\ndata: {\"choices\":[{\"delta\":{\"content\":\"lo\"},\"finish_reason\":\"stop\"}]}\n\n" },
        { "finish reason that is no text", "openai", """data: {"choices":[{"delta":{"content":"Hello"},"finish_reason":0}]}""" + Done },
        { "content in parts, one of them thinking", "openai", """data: {"choices":[{"delta":{"content":[{"type":"thinking","thinking":[{"type":"text","text":"hm"}]},{"type":"text","text":"Hello"}]},"finish_reason":"stop"}]}"""
            + Done },
        { "reasoning beside the content", "openai", "data: {\"choices\":[{\"delta\":{\"content\":null,\"reasoning_content\":\"hm\"}}]}\n\n" + Hello + Done },
        { "index as a text, a second choice", "openai", """data: {"choices":[{"index":"0","delta":{"content":"Hello"},"finish_reason":"stop"},{"index":1,"delta":{"content":"Other"},"finish_reason":"stop"}]}"""
            + Done },
        { "delta null, message whole", "openai", """data: {"choices":[{"delta":null,"message":{"role":"assistant","content":"Hello"},"finish_reason":"stop"}]}"""
            + Done },
        { "the whole message again after its pieces", "openai", Hello
            + "\n\ndata: {\"choices\":[{\"message\":{\"content\":\"Hello\"},\"finish_reason\":\"stop\"}]}"
            + Done },
        { "an error that is none", "openai", """data: {"error":null,"choices":[{"delta":{"content":"Hello"},"finish_reason":"stop"}]}"""
            + "\n\n"
            + """data: {"error":{"code":0,"message":""},"choices":[]}"""
            + Done },
        { "an error after the whole answer", "openai", Hello + "\n\ndata: {\"error\":{\"message\":\"usage not available\",\"code\":500}}\n\n" },
        { "a name twice in an event", "openai", """data: {"choices":[],"choices":[{"delta":{"content":"a","content":"Hello"},"finish_reason":"stop"}]}"""
            + Done },
        { "half a surrogate in a name, an id and a model", "openai", """data: {"\ud83d":1,"id":"\ude00","model":"m\ud83d","choices":[{"delta":{"content":"Hello"},"finish_reason":"stop"}]}"""
            + Done },
        { "usage that is a list, choices that are none", "openai", "data: {\"choices\":{},\"usage\":[]}\n\n" + Hello + Done },
        { "a document with no finish reason", "openai", """{"choices":[{"message":{"content":"Hello"},"finish_reason":null}]}""" },
        { "lines of JSON without a frame", "openai", "{\"choices\":[{\"delta\":{\"content\":\"Hel\"}}]}\n{\"choices\":[{\"delta\":{\"content\":\"lo\"},\"finish_reason\":\"stop\"}]}\n" },
        { "a document", "anthropic", """{"type":"message","role":"assistant","content":[{"type":"thinking","thinking":"hm"},{"type":"text","text":"Hello"}],"stop_reason":"end_turn","usage":{"input_tokens":1,"output_tokens":1}}""" },
        { "a stop reason and no message_stop", "anthropic", "data: {\"type\":\"content_block_delta\",\"delta\":{\"type\":\"text_delta\",\"text\":\"Hello\"}}\n\ndata: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"pause_turn\"}}\n\n" },
        { "text in the start of its block, lines end in CR", "anthropic", "event: content_block_start\rdata: "
            + "{\"content_block\":{\"type\":\"text\",\"text\":\"Hello\"}}\r\revent: message_stop\rdata: {}\r\r" },
        { "usage null and a block nobody knows yet", "anthropic", "data: {\"type\":\"message_start\",\"message\":{\"usage\":null}}\n\ndata: "
            + "{\"type\":\"content_block_start\",\"content_block\":{\"type\":\"new_block\",\"text\":\"no\"}}\n\ndata: "
            + "{\"type\":\"content_block_delta\",\"delta\":{\"type\":\"text_delta\",\"text\":\"Hello\"}}\n\ndata: {\"type\":\"message_stop\"}\n\n"
            },
    };

    /// <summary>Errors under a good status, with the code and the words they must get.</summary>
    public static TheoryData<string, string, string, string> Errors => new()
    {
        { "openai", "event: error\ndata: upstream gone\n\n", "ai.provider_failed", "upstream gone" },
        { "openai", "data: {\"error\":\"model crashed\"}\n\n", "ai.provider_failed", "model crashed" },
        { "openai", "{\"detail\":[{\"loc\":[\"body\"],\"msg\":\"field required\"}]}", "ai.provider_failed", "field required" },
        { "openai", "[{\"error\":{\"code\":400,\"message\":\"API key expired\",\"status\":\"INVALID_ARGUMENT\"}}]", "ai.refused", "API key expired" },
        { "openai", "{\"object\":\"error\",\"message\":\"too long\",\"code\":40303,\"type\":\"invalid_request_error\"}", "ai.refused", "too long" },
        { "openai", "data: {\"choices\":[{\"delta\":{\"content\":\"\"},\"error\":{\"message\":\"upstream said "
            + "no\",\"code\":\"403\"}}]}\n\n", "ai.key_rejected", "upstream said no" },
        { "openai", Hello.Replace("\"stop\"", "null", StringComparison.Ordinal)
            + "\n\n{\n  \"error\": {\n    \"message\": \"out of memory\"\n  }\n}\n", "ai.provider_failed", "out of memory" },
        { "openai", "data: {\"error\":{\"message\":\"cut \\ud83d\"}}\n\n", "ai.provider_failed", "cut \ufffd" },
        { "openai", "Service is being updated", "ai.answer_malformed", "Service is being updated" },
        { "openai", "data: {\"choices\":[{\"delta\":{\"content\":\"Hel\"}}]}\n\ndata: {\"choices\":[{\"delta\":{\"con]}\n\ndata: "
            + "[DONE]\n\n", "ai.answer_malformed", "" },
        { "openai", "data: {\"choices\":[{\"message\":{\"content\":null,\"refusal\":\"I will not\"},\"finish_reason\":\"stop\"}]}"
            + Done, "ai.refused", "I will not" },
        { "openai", "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"content_filter\"}]}" + Done, "ai.refused", "content filter" },
        { "anthropic", "data: {\"type\":\"message_start\",\"message\":{}}\n\ndata: "
            + "{\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"refusal\"}}\n\ndata: {\"type\":\"message_stop\"}\n\n", "ai.refused", "refused" },
        { "anthropic", "{\"type\":\"error\",\"error\":{\"type\":\"invalid_request_error\",\"message\":\"prompt is too "
            + "long\"}}", "ai.refused", "prompt is too long" },
        { "anthropic", "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"api_error\",\"message\":\"Internal server "
            + "error\"}}\n\n", "ai.provider_failed", "Internal server error" },
    };

    /// <summary>A usage as it is sent, and what is booked: status, input, output; cents, null when there is no price.</summary>
    public static TheoryData<string, string, string, string?> Usages => new()
    {
        // Five searches at a cent each and no count of fetches: $3.05 in all.
        { "anthropic", """{"input_tokens":1000000,"output_tokens":0,"server_tool_use":{"web_search_requests":5}}""", "computed 1000000 0", "305" },
        { "anthropic", """{"input_tokens":1000000,"output_tokens":0,"server_tool_use":{"web_search_requests":"5","web_fetch_requests":null}}""", "computed 1000000 0", "305" },
        { "anthropic", """{"input_tokens":1000000.0,"output_tokens":"0","server_tool_use":{"web_search_requests":5.0},"new_member":{"a":[1]}}""", "computed 1000000 0", "305" },
        { "openai", """{"prompt_tokens":"1000000","completion_tokens":" 0 "}""", "computed 1000000 0", "25" },
        { "openai", """{"prompt_tokens":1000000,"total_tokens":1100000,"completion_tokens":null}""", "computed 1000000 100000", "45" },
        { "openai", """{"prompt_tokens":1000000}""", "estimated 1000000 2", "25.0004" },
        { "openai", """{"input_tokens":1000000,"output_tokens":100000}""", "computed 1000000 100000", "45" },
        { "openai", """{"prompt_tokens":1000000,"completion_tokens":0,"prompt_tokens_details":"none","completion_tokens_details":{"reasoning_tokens":null}}""", "computed 1000000 0", "25" },
        { "openai", """{"prompt_tokens":-1,"completion_tokens":true}""", "unmeasured  ", null },
        { "openai", """{"queue_time":0.1}""", "unmeasured  ", null },
    };

    [Theory]
    [MemberData(nameof(GoodAnswers))]
    public async Task Run_OddButWholeAnswer_IsKept(string name, string provider, string answer)
    {
        var asking = new RawRun(await providers.ShareAsync(provider), provider);

        var run = await asking.RunAsync([RawAnswer.Stream(answer)]);

        Assert.True(StatusOf(run) == "succeeded", $"{name}: {run}");
        Assert.Equal("Hello", StepOf(run, "ask").GetProperty("output").GetProperty("text").GetString());
        Assert.Equal(1, asking.Calls);
    }

    [Theory]
    [MemberData(nameof(GoodAnswers))]
    public async Task Run_AnswerByteForByte_IsTheSame(string name, string provider, string answer)
    {
        var place = await providers.ShareAsync(provider);
        var bytes = Encoding.UTF8.GetBytes(answer);
        providers.Fake.Script = async (context, _) =>
        {
            context.Response.ContentType = "text/event-stream";
            foreach (var part in bytes)
            {
                await context.Response.Body.WriteAsync(new[] { part });
                await context.Response.Body.FlushAsync();
            }
        };
        try
        {
            var outcome = await place.AskAsync(new { provider, model = "m", prompt = "Hi" });

            Assert.True(outcome.Error is null, $"{name}: {outcome.Error}");
            Assert.Equal("Hello", outcome.Output.GetProperty("text").GetString());
        }
        finally
        {
            providers.Fake.Script = null;
        }
    }

    [Theory]
    [MemberData(nameof(Errors))]
    public async Task Run_ErrorUnderAGoodStatus_FailsInTheProvidersWords(string provider, string answer, string code, string words)
    {
        var asking = new RawRun(await providers.ShareAsync(provider), provider);

        var run = await asking.RunAsync([RawAnswer.Stream(answer)]);

        var error = StepOf(run, "ask").GetProperty("error");
        Assert.Equal(("failed", code), (StatusOf(run), error.GetProperty("code").GetString()));
        Assert.Contains(words, error.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Usages))]
    public async Task Run_UsageOddlyReported_IsBookedWhole(string provider, string usage, string booked, string? cents)
    {
        var place = await providers.OpenAsync(provider);
        var answer = provider == "anthropic"
            ? $$"""{"type":"message","model":"claude-sonnet-4-6","content":[{"type":"text","text":"Hello"}],"stop_reason":"end_turn","usage":{{usage}}}"""
            : $$"""{"model":"gpt-5-mini","choices":[{"message":{"content":"Hello"},"finish_reason":"stop"}],"usage":{{usage}}}""";

        var run = await new RawRun(place, provider).RunAsync([RawAnswer.Stream(answer)]);

        Assert.True(StatusOf(run) == "succeeded", run.ToString());
        await AssertBookedAsync(place, booked, cents);
    }

    [Fact]
    public async Task Run_SearchesToldInTheMiddleOfAStream_AreBookedAlthoughTheEndDoesNotRepeatThem()
    {
        var place = await providers.OpenAsync("anthropic");

        var run = await new RawRun(place, "anthropic").RunAsync([RawAnswer.Stream("""
            data: {"type":"message_start","message":{"model":"claude-sonnet-4-6","usage":{"input_tokens":1000000,"output_tokens":1,"server_tool_use":{"web_search_requests":5}}}}

            data: {"type":"content_block_delta","delta":{"type":"text_delta","text":"Hello"}}

            data: {"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"input_tokens":0,"output_tokens":100000,"server_tool_use":{"web_fetch_requests":0,"web_search_requests":null}}}

            data: {"type":"message_stop"}


            """)]);

        Assert.True(StatusOf(run) == "succeeded", run.ToString());
        await AssertBookedAsync(place, "computed 1000000 100000", "455");
    }

    [Fact]
    public async Task Run_StreamThatBreaksOffAfterSearches_BooksWhatWasToldAndEstimatesTheRest()
    {
        var place = await providers.OpenAsync("anthropic");

        var run = await new RawRun(place, "anthropic").RunAsync([RawAnswer.Stream("""
            data: {"type":"message_start","message":{"model":"claude-sonnet-4-6","usage":{"input_tokens":1000000,"output_tokens":1,"server_tool_use":{"web_search_requests":5}}}}

            data: {"type":"content_block_delta","delta":{"type":"text_delta","text":"TEXT"}}


            """.Replace("TEXT", new string('x', 4_000), StringComparison.Ordinal))]);

        Assert.Equal("failed", StatusOf(run));
        await AssertBookedAsync(place, "estimated 1000000 1000", "306.5");
    }

    [Fact]
    public async Task Run_ErrorAfterSomeText_KeepsTheTextAndWhatItCost()
    {
        var place = await providers.OpenAsync("anthropic");

        var run = await new RawRun(place, "anthropic").RunAsync([RawAnswer.Stream(
            "data: {\"type\":\"message_start\",\"message\":{\"model\":\"claude-sonnet-4-6\",\"usage\":{\"input_tokens\":1000000,\"output_tokens\":1}}}\n\n"
            + "data: {\"type\":\"content_block_delta\",\"delta\":{\"type\":\"text_delta\",\"text\":\"Hel\"}}\n\n"
            + "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"}}\n\n")]);

        var ask = StepOf(run, "ask");
        Assert.Equal(("failed", "ai.not_now"), (StatusOf(run), ask.GetProperty("error").GetProperty("code").GetString()));
        Assert.Equal("Hel", ask.GetProperty("output").GetProperty("text").GetString());
        Assert.Single(run.GetProperty("steps").EnumerateArray(), step => step.GetProperty("path").GetString() == "ask");
        await AssertBookedAsync(place, "estimated 1000000 1", "300.0015");
    }

    [Theory]
    [InlineData("retry-after-ms", "1300", 1.3)]
    [InlineData("Retry-After", " 1.25 ", 1.25)]
    [InlineData("Retry-After", "-5", 0)]
    [InlineData("Retry-After", "NaN", 0)]
    [InlineData("Retry-After", "soon", 0)]
    public async Task Run_ToldToWait_WaitsAsLongAsItSays(string header, string value, double seconds)
    {
        var asking = new RawRun(await providers.ShareAsync(), "openai");

        var run = await asking.RunAsync([new RawAnswer(429, [(header, value)], []), RawAnswer.Stream(Hello + Done)]);

        Assert.True(StatusOf(run) == "succeeded", run.ToString());
        Assert.True(asking.Between >= TimeSpan.FromSeconds(seconds), $"{asking.Between}");
        Assert.Equal(2, asking.Calls);
    }

    [Theory]
    [InlineData(Hello + Done)]
    [InlineData(Hello + "\n\n")]
    public async Task Ask_ConnectionStaysOpenAfterTheEnd_IsNotWaitedFor(string answer)
    {
        var place = await providers.ShareAsync();
        var gone = new TaskCompletionSource();
        providers.Fake.Script = async (context, _) =>
        {
            context.Response.ContentType = "text/event-stream";
            await context.Response.WriteAsync(answer);
            await context.Response.Body.FlushAsync();
            context.RequestAborted.Register(() => gone.TrySetResult());
            await gone.Task;
        };
        try
        {
            var outcome = await place.AskAsync(new { provider = "openai", model = "m", prompt = "Hi" }).WithPatience();

            Assert.True(outcome.Error is null, outcome.Error);
        }
        finally
        {
            gone.TrySetResult();
            providers.Fake.Script = null;
        }
    }

    /// <summary>What models say around the JSON of a schema; the title must be x, or null when there is none.</summary>
    public static TheoryData<string, string?> Wrapped => new()
    {
        { "Sure! {\"title\":\"x\"} Anything else?", "x" },
        { "As [1] says {so}: {\"title\":\"x\"}", "x" },
        { "<thinking>{\"title\":\"draft\"}</thinking>{\"title\":\"x\"}", "x" },
        { "<think>{\"title\":\"draft\"}", null },
        { "```\n{\"title\":\"x\"}", "x" },
        { "```json {\"title\":\"x\"}```", "x" },
        { "First ```json\n{\"other\":1}\n``` then ```json\n{\"title\":\"x\"}\n```", "x" },
        { "\ufeff{\"title\":\"x\",}", "x" },
        { "{\"title\":\"x\",\"more\":\"two\nlines\"}", "x" },
        { "{\"title\":\"x\",\"more\":NaN}", "x" },
        { "{\"title\":\"x\",\"more\":\"</think> ``` {\"}", "x" },
        { "{\"title\":", null },
        { "No.", null },
        { "{\"title\":5,\"kept\":[{\"title\":\"x\"},{\"ti", null },
        { "```json\n{\"list\":[{\"title\":\"x\"}", null },
        { "[ see below: {\"title\":\"x\"}", "x" },
    };

    [Theory]
    [MemberData(nameof(Wrapped))]
    public async Task Run_WordsAroundTheJson_AreLeftOut(string said, string? title)
    {
        var place = await providers.ShareAsync();
        var schema = new { type = "object", properties = new { title = new { type = "string" } }, required = new[] { "title" } };
        var answer = JsonSerializer.Serialize(new { choices = new[] { new { message = new { content = said }, finish_reason = "stop" } } });

        var ask = StepOf(await new RawRun(place, "openai").RunAsync([RawAnswer.Stream(answer)], (new { responseSchema = schema }, null)), "ask");

        var found = ask.GetProperty("status").GetString() == "succeeded"
            ? ask.GetProperty("output").GetProperty("json").GetProperty("title").GetString()
            : null;
        Assert.Equal(title, found);
        Assert.Equal(
            title is null ? "ai.output_invalid" : null,
            ask.GetProperty("error") is { ValueKind: JsonValueKind.Object } error ? error.GetProperty("code").GetString() : null);
        Assert.Equal(said, ask.GetProperty("output").GetProperty("text").GetString());
    }

    private static async Task AssertBookedAsync(Workplace place, string booked, string? cents)
    {
        var usage = await new Runs.RunClient(place.Client, $"/api/v1/workspaces/{place.WorkspaceId}").GetAsync("/usage");
        var entry = Assert.Single(usage.GetProperty("items").EnumerateArray(), item => item.GetProperty("type").GetString() == "api_call");
        Assert.Equal(booked, $"{entry.GetProperty("costStatus").GetString()} {entry.GetProperty("inputTokens")} {entry.GetProperty("outputTokens")}");
        decimal? expected = cents is null ? null : decimal.Parse(cents, System.Globalization.CultureInfo.InvariantCulture);
        decimal? cost = entry.GetProperty("costCents") is { ValueKind: JsonValueKind.Number } number ? number.GetDecimal() : null;
        Assert.Equal(expected, cost);
    }
}
