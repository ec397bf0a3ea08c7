using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using OtherThing.Core.Runs;
using OtherThing.Data;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Web.Runs;

/// <summary>Values past the journal's limit: kept apart, and read back as if they were not.</summary>
public sealed class LargeValueTests(SharedServer server)
{
    private const string Flow = """
        {"steps":[{"id":"start","type":"trigger.manual"},
                  {"id":"grow","type":"data.set","config":{"value":{"first":"{{ input.text }}","second":"{{ input.text }}"}}},
                  {"id":"rest","type":"logic.wait","config":{"seconds":0.05}},
                  {"id":"end","type":"output","config":{"value":{"size":"{{ steps.grow.first | size }}","all":"{{ steps.grow }}"}}}],
         "connections":[{"from":"start","to":"grow"},{"from":"grow","to":"rest"},{"from":"rest","to":"end"}]}
        """;

    private static readonly string s_text = string.Concat(Enumerable.Repeat("wörter ", 60_000));

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Run_WithLargeValues_ReadsBackWholeAndKeepsTheJournalSmall()
    {
        var (client, root) = await NewAsync();
        var run = await RunAsync(client, root);
        var id = run.GetProperty("id").GetGuid();

        Assert.Equal(s_text.Length, run.GetProperty("output").GetProperty("size").GetInt32());
        Assert.Equal(s_text, run.GetProperty("input").GetProperty("text").GetString());
        var grow = run.GetProperty("steps").EnumerateArray().Single(step => step.GetProperty("path").GetString() == "grow");
        Assert.Equal(s_text, grow.GetProperty("output").GetProperty("second").GetString());
        Assert.False(grow.TryGetProperty("large", out _));
        await using var db = await server.Services.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContextAsync(Cancel);
        Assert.All(
            await db.Set<RunJournalEntry>().Where(entry => entry.RunId == id).ToListAsync(Cancel), entry => Assert.InRange(entry.Steps.Length, 0, 4_000));
        var stored = await db.Set<Run>().SingleAsync(row => row.Id == id, Cancel);
        Assert.All([stored.Input, stored.Output!], value => Assert.NotNull(value.Large));
    }

    [Fact]
    public async Task Events_OfARunWithLargeValues_CarryThemWhole()
    {
        var (client, root) = await NewAsync();
        var run = await RunAsync(client, root);

        var text = await client.GetStringAsync($"{root}/runs/{run.GetProperty("id").GetString()}/events", Cancel);

        Assert.Contains(s_text, text, StringComparison.Ordinal);
        Assert.EndsWith("\"succeeded\"", text[..(text.LastIndexOf("\"succeeded\"", StringComparison.Ordinal) + 11)], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rerun_TakingOverALargeResult_GivesItToTheStepsBehind()
    {
        var (client, root) = await NewAsync();
        var run = await RunAsync(client, root);

        using var answer = await client.PostAsync(
            $"{root}/runs/{run.GetProperty("id").GetString()}/rerun?wait=300", RunEndpointsTests.Json("""{"fromStep":"end","input":{"text":"short"}}"""),
            Cancel);

        var again = await answer.Content.ReadFromJsonAsync<JsonElement>(Cancel);
        Assert.Equal(s_text, again.GetProperty("output").GetProperty("all").GetProperty("first").GetString());
    }

    [Fact]
    public async Task List_LeavesLargeValuesOutAndNamesThem_AndEachCanBeHad()
    {
        var (client, root) = await NewAsync();
        var run = await RunAsync(client, root);

        var listed = (await client.GetFromJsonAsync<JsonElement>($"{root}/runs", Cancel)).GetProperty("items")[0];

        Assert.Equal(JsonValueKind.Null, listed.GetProperty("input").ValueKind);
        var large = listed.GetProperty("large").EnumerateArray().ToDictionary(value => value.GetProperty("field").GetString()!);
        Assert.Equal(["input", "output"], large.Keys.Order());
        var address = $"{root}/runs/{run.GetProperty("id").GetString()}/values/{large["input"].GetProperty("hash").GetString()}";
        var input = await client.GetFromJsonAsync<JsonElement>(address, Cancel);
        Assert.Equal(s_text, input.GetProperty("text").GetString());
        Assert.Equal(large["input"].GetProperty("bytes").GetInt64(), Encoding.UTF8.GetByteCount(input.GetRawText()));
    }

    [Fact]
    public async Task C05_AValueOfAnotherWorkspaceOrRun_IsNotFound()
    {
        var (client, root) = await NewAsync();
        var run = await RunAsync(client, root);
        var other = await RunAsync(client, root, "short");
        var hash = (await client.GetFromJsonAsync<JsonElement>($"{root}/runs", Cancel)).GetProperty("items").EnumerateArray()
            .Single(listed => listed.GetProperty("id").GetGuid() == run.GetProperty("id").GetGuid()).GetProperty("large")[0].GetProperty("hash").GetString();
        var (stranger, foreign) = await NewAsync();

        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(stranger, $"{root}/runs/{run.GetProperty("id")}/values/{hash}"));
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(stranger, $"{foreign}/runs/{run.GetProperty("id")}/values/{hash}"));
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(client, $"{root}/runs/{other.GetProperty("id")}/values/{hash}"));
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(client, $"{root}/runs/{run.GetProperty("id")}/values/..%2F..%2Fotherthing.db"));
    }

    [Fact]
    public async Task Download_FromThePage_TakesItsCookieAndIsAFile()
    {
        using var visitor = new PageVisitor(server.BaseAddress);
        using var nobody = new PageVisitor(server.BaseAddress);
        using var client = server.NewClient();
        await TestServer.SignInAsync(client, await visitor.RegisterAsync());
        var root = $"/api/v1/workspaces/{(await TestServer.CreateWorkspaceAsync(client)).GetProperty("id").GetString()}";
        var run = await RunAsync(client, root);
        var large = (await client.GetFromJsonAsync<JsonElement>($"{root}/runs", Cancel)).GetProperty("items")[0].GetProperty("large")[0];
        var address = $"/files{root["/api/v1".Length..]}/runs/{run.GetProperty("id").GetString()}/values/{large.GetProperty("hash").GetString()}";

        using var refused = await nobody.Client.GetAsync(address, Cancel);
        using var answer = await visitor.Client.GetAsync(address, Cancel);

        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("attachment", answer.Content.Headers.ContentDisposition?.DispositionType);
        Assert.Equal(large.GetProperty("bytes").GetInt64(), (await answer.Content.ReadAsByteArrayAsync(Cancel)).Length);
    }

    private static async Task<HttpStatusCode> StatusAsync(HttpClient client, string address)
    {
        using var answer = await client.GetAsync(address, Cancel);
        return answer.StatusCode;
    }

    private static async Task<JsonElement> RunAsync(HttpClient client, string root, string? text = null)
    {
        using var made = await client.PostAsync($"{root}/flows", RunEndpointsTests.Json($$"""{"name":"Large","flow":{{Flow}}}"""), Cancel);
        var flow = (await made.Content.ReadFromJsonAsync<JsonElement>(Cancel)).GetProperty("id").GetString();
        using var answer = await client.PostAsJsonAsync($"{root}/flows/{flow}/runs?wait=300", new { input = new { text = text ?? s_text } }, Cancel);
        var run = await answer.Content.ReadFromJsonAsync<JsonElement>(Cancel);
        Assert.True(
            answer.StatusCode == HttpStatusCode.OK && run.GetProperty("status").GetString() == "succeeded",
            run.ToString()[..Math.Min(2_000, run.ToString().Length)]);
        return run;
    }

    private async Task<(HttpClient Client, string Root)> NewAsync()
    {
        var client = await server.RegisterAsync();
        var workspace = await TestServer.CreateWorkspaceAsync(client);
        return (client, $"/api/v1/workspaces/{workspace.GetProperty("id").GetString()}");
    }
}
