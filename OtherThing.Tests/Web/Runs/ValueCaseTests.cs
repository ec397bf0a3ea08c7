using System.Text.Json;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Web.Runs;

/// <summary>Values that programs and people send, through a run over REST.</summary>
public sealed class ValueCaseTests(SharedServer server)
{
    public static TheoryData<string> Dates => CaseFile.Ids("dates");

    public static TheoryData<string> Switches => CaseFile.Ids("values", each => each.TryGetProperty("switch", out _));

    public static TheoryData<string> Failures => CaseFile.Ids("values", each => each.TryGetProperty("rightError", out _));

    [Theory]
    [MemberData(nameof(Dates))]
    public async Task Run_DateFilter_GivesTheRightTime(string id)
    {
        var found = CaseFile.Find("dates", id);
        var client = await RunClient.NewAsync(server);
        var flow = await client.CreateFlowAsync(
            $$$"""{"id":"said","type":"data.set","config":{"value":["{{ input.value | date: '{{{found.GetProperty("format").GetString()}}}' }}"]}}""",
            "start->said");

        var run = await client.RunAsync(flow, JsonSerializer.Serialize(new { input = new { value = found.GetProperty("value").GetString() } }));

        Assert.Equal("succeeded", RunClient.StatusOf(run));
        Assert.Equal(found.GetProperty("right").GetString(), RunClient.StepOf(run, "said").GetProperty("output")[0].ToString());
    }

    [Theory]
    [MemberData(nameof(Switches))]
    public async Task Run_Switch_LeavesByTheRightCase(string id)
    {
        var found = CaseFile.Find("values", id);
        var client = await RunClient.NewAsync(server);
        var flow = await client.CreateFlowAsync(
            $$$"""{"id":"way","type":"logic.switch","config":{"value":{{{found.GetProperty("switch").GetRawText()}}},"cases":{{{found.GetProperty("cases").GetRawText()}}}}}""",
            "start->way");
        var input = found.TryGetProperty("inputRaw", out var raw) ? raw.GetString() : found.GetProperty("input").GetRawText();

        var run = await client.RunAsync(flow, $$"""{"input":{{input}}}""");

        Assert.Equal(found.GetProperty("right").ToString(), RunClient.StepOf(run, "way").GetProperty("port").GetString());
    }

    [Theory]
    [MemberData(nameof(Failures))]
    public async Task Run_LongTextInAMessage_IsCutBetweenCharacters(string id)
    {
        var found = CaseFile.Find("values", id);
        var client = await RunClient.NewAsync(server);
        var flow = await client.CreateFlowAsync(
            $$$"""{"id":"said","type":"data.set","config":{"value":[{{{found.GetProperty("template").GetRawText()}}}]}}""", "start->said");

        var run = await client.RunAsync(flow, $$"""{"input":{{found.GetProperty("input").GetRawText()}}}""");

        var message = RunClient.StepOf(run, "said").GetProperty("error").GetProperty("message").GetString()!;
        Assert.Contains("\"xxxxx", message, StringComparison.Ordinal);
        Assert.DoesNotContain(message, letter => char.IsSurrogate(letter) && !IsPaired(message, letter));
        Assert.DoesNotContain('\uFFFD', message);
    }

    [Fact]
    public async Task Run_DayFieldWrittenAnotherWay_IsTheSameDay()
    {
        var client = await RunClient.NewAsync(server);
        var flow =
            await client.PostAsync(
                "/flows",
                """{"name":"Days","flow":{"steps":[{"id":"start","type":"trigger.manual","config":{"fields":[{"name":"day","type":"date"}]}}],"connections":[]}}""");

        var run = await client.RunAsync(flow.GetProperty("id").GetString()!, """{"input":{"day":"Mon, 09 Mar 2026 07:05:09 GMT\n"}}""");
        var (refused, _) = await client.SendAsync(HttpMethod.Post, $"/flows/{flow.GetProperty("id").GetString()}/runs", """{"input":{"day":"someday"}}""");

        Assert.Equal("2026-03-09", run.GetProperty("input").GetProperty("day").GetString());
        Assert.Equal(400, refused);
    }

    private static bool IsPaired(string text, char letter) => text.IndexOf(letter) is var at
        && (char.IsHighSurrogate(letter) ? at + 1 < text.Length && char.IsLowSurrogate(text[at + 1]) : at > 0 && char.IsHighSurrogate(text[at - 1]));
}
