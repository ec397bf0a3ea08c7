using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Web.Usage;

public sealed class UsageEndpointsTests(SharedServer server)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Record_ByHand_IsListedAndSummed()
    {
        using var client = await server.RegisterAsync();
        var path = await PathAsync(client);

        using var first = await client.PostAsJsonAsync(
            path, new { type = "api_call", provider = "openai", tokensUsed = 1200, costCents = 0.12345678m }, Cancellation);
        using var second = await client.PostAsJsonAsync(path, new { type = "compute", computeSeconds = 90.5 }, Cancellation);
        var list = await client.GetFromJsonAsync<JsonElement>(path, Cancellation);
        var summary = await client.GetFromJsonAsync<JsonElement>($"{path}/summary?groupBy=type", Cancellation);

        Assert.Equal((HttpStatusCode.Created, HttpStatusCode.Created), (first.StatusCode, second.StatusCode));
        var entry = list.GetProperty("items")[1];
        Assert.Equal("0.12345678", entry.GetProperty("costCents").GetRawText());
        Assert.Equal("reported_by_hand", entry.GetProperty("costStatus").GetString());
        Assert.Equal(1200, entry.GetProperty("tokensUsed").GetInt64());
        Assert.Equal(JsonValueKind.Null, list.GetProperty("items")[0].GetProperty("costCents").ValueKind);
        var total = summary.GetProperty("total");
        Assert.Equal((2, 1200), (total.GetProperty("entries").GetInt64(), total.GetProperty("tokens").GetInt64()));
        Assert.Equal(90.5, total.GetProperty("computeSeconds").GetDouble());
        Assert.Equal("0.12345678", total.GetProperty("costCents").GetRawText());
        Assert.Equal(["api_call", "compute"], summary.GetProperty("groups").EnumerateArray().Select(group => group.GetProperty("key").GetString()));
    }

    [Theory]
    [InlineData("""{}""", "type")]
    [InlineData("""{"type":"compute","computeSeconds":-1}""", "computeSeconds")]
    [InlineData("""{"type":"api_call","costCents":-0.5}""", "costCents")]
    [InlineData("""{"type":"api_call","costCents":99999999999999}""", "costCents")]
    [InlineData("""{"type":"api_call","tokensUsed":-1}""", "tokensUsed")]
    [InlineData("""{"type":"api_call","provider":""}""", "provider")]
    [InlineData("""{"type":"api_call","flowId":"018f0000-0000-7000-8000-000000000000"}""", "flowId")]
    public async Task Record_WrongInput_NamesTheField(string body, string field)
    {
        using var client = await server.RegisterAsync();

        using var refused = await client.PostAsync(await PathAsync(client), new StringContent(body, Encoding.UTF8, "application/json"), Cancellation);
        var problem = await refused.Content.ReadFromJsonAsync<JsonElement>(Cancellation);

        Assert.Equal((HttpStatusCode.BadRequest, "usage.invalid"), (refused.StatusCode, problem.GetProperty("code").GetString()));
        Assert.Equal(field, problem.GetProperty("errors")[0].GetProperty("path").GetString());
    }

    [Theory]
    [InlineData("/summary?groupBy=nope")]
    [InlineData("/summary?from=yesterday")]
    [InlineData("/summary?from=2026-02-01&to=2026-01-01")]
    [InlineData("?type=nope")]
    [InlineData("?limit=0")]
    [InlineData("?userId=nope")]
    public async Task Read_WrongQuery_Is400WithACode(string query)
    {
        using var client = await server.RegisterAsync();

        using var refused = await client.GetAsync(await PathAsync(client) + query, Cancellation);
        var problem = await refused.Content.ReadFromJsonAsync<JsonElement>(Cancellation);

        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.NotEmpty(problem.GetProperty("code").GetString()!);
    }

    [Theory]
    [InlineData("type")]
    [InlineData("provider")]
    [InlineData("model")]
    [InlineData("user")]
    [InlineData("flow")]
    [InlineData("node")]
    [InlineData("key")]
    [InlineData("day")]
    public async Task C08_Summary_EveryGrouping_HoldsOwnEntriesOnly(string groupBy)
    {
        using var client = await server.RegisterAsync();
        using var stranger = await server.RegisterAsync();
        var path = await PathAsync(client);
        using var made = await client.PostAsJsonAsync(path, new { type = "api_call", costCents = 1 }, Cancellation);

        var own = await client.GetFromJsonAsync<JsonElement>($"{path}/summary?groupBy={groupBy}", Cancellation);
        var theirs = await stranger.GetFromJsonAsync<JsonElement>($"{await PathAsync(stranger)}/summary?groupBy={groupBy}", Cancellation);
        using var foreign = await stranger.GetAsync($"{path}/summary?groupBy={groupBy}", Cancellation);

        Assert.Equal(1, own.GetProperty("total").GetProperty("entries").GetInt64());
        Assert.Equal(0, theirs.GetProperty("total").GetProperty("entries").GetInt64());
        Assert.Equal(HttpStatusCode.NotFound, foreign.StatusCode);
    }

    private static async Task<string> PathAsync(HttpClient client) =>
        $"/api/v1/workspaces/{(await TestServer.CreateWorkspaceAsync(client)).GetProperty("id").GetGuid()}/usage";
}
