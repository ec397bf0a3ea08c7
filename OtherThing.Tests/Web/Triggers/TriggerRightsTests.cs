using System.Net.Http.Json;
using System.Text.Json;
using OtherThing.Tests.Support;
using OtherThing.Tests.Web.Runs;

namespace OtherThing.Tests.Web.Triggers;

/// <summary>To change what starts a flow asks for the same right as to make it; what was published and is the same stays.</summary>
public sealed class TriggerRightsTests(SharedServer server)
{
    private const string Schedule = """{"id":"go","type":"trigger.schedule","config":{"cron":"0 9 * * *","timezone":"Europe/Vienna"}}""";
    private const string Hook = """{"id":"go","type":"trigger.webhook","config":{"respond":"accepted","secret":"a secret of the owner"}}""";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("A36", Schedule, "cron", """{"id":"go","type":"trigger.schedule","config":{"cron":"* * * * *","timezone":"Europe/Vienna"}}""")]
    [InlineData("A36", Schedule, "timezone", """{"id":"go","type":"trigger.schedule","config":{"cron":"0 9 * * *","timezone":"Asia/Tokyo"}}""")]
    [InlineData(
        "A36", Schedule, "missed times",
        """{"id":"go","type":"trigger.schedule","config":{"cron":"0 9 * * *","timezone":"Europe/Vienna","missed":"once"}}""")]
    [InlineData("A34", Hook, "answer", """{"id":"go","type":"trigger.webhook","config":{"respond":"output","secret":"a secret of the member"}}""")]
    [InlineData("A34", Hook, "secret", """{"id":"go","type":"trigger.webhook","config":{"respond":"accepted","secret":"a secret of the member"}}""")]
    [InlineData("A34", Schedule, "type", Hook)]
    [InlineData("A36", Hook, "type to schedule", Schedule)]
    [InlineData("A35", Hook, "to unsigned", """{"id":"go","type":"trigger.webhook","config":{"respond":"accepted"}}""")]
    public async Task A34_36_MemberChangesTheTriggerOfAnothersFlow_IsRefused(string row, string published, string what, string changed)
    {
        var (owner, member) = await TeamAsync();
        var flow = await PublishAsync(owner, published);

        var saved = await member.SendAsync(HttpMethod.Patch, $"/flows/{flow}", $$"""{"flow":{{DocumentOf(changed)}} }""");
        var refused = await member.SendAsync(HttpMethod.Post, $"/flows/{flow}/publish", "{}");
        var allowed = await owner.SendAsync(HttpMethod.Post, $"/flows/{flow}/publish", "{}");

        Assert.Equal(200, saved.Status);
        Assert.True(refused.Status == 403, $"{row} {what}: {refused.Status} {refused.Body}");
        Assert.Equal(200, allowed.Status);
    }

    [Theory]
    [InlineData(Schedule)]
    [InlineData(Hook)]
    public async Task A29_MemberChangesOtherSteps_MayPublish(string trigger)
    {
        var (owner, member) = await TeamAsync();
        var flow = await PublishAsync(owner, trigger);
        var document =
            (await member.GetAsync($"/flows/{flow}")).GetProperty("flow").GetRawText().Replace("\"value\":1", "\"value\":2", StringComparison.Ordinal);

        var saved = await member.SendAsync(HttpMethod.Patch, $"/flows/{flow}", $$"""{"flow":{{document}} }""");
        var published = await member.SendAsync(HttpMethod.Post, $"/flows/{flow}/publish", "{}");

        Assert.Equal((200, 200), (saved.Status, published.Status));
    }

    [Fact]
    public async Task A32_Viewer_MayReadAndNotExport()
    {
        var (owner, viewer) = await TeamAsync("viewer");
        var flow = await PublishAsync(owner, Schedule);

        var read = await viewer.SendAsync(HttpMethod.Get, $"/flows/{flow}");
        var exported = await viewer.SendAsync(HttpMethod.Get, $"/flows/{flow}/export");
        var byOwner = await owner.SendAsync(HttpMethod.Get, $"/flows/{flow}/export");

        Assert.Equal((200, 403, 200), (read.Status, exported.Status, byOwner.Status));
    }

    [Fact]
    public async Task A37_TokenThatMayOnlyRun_StartsARunAndGetsItsAnswer()
    {
        var owner = await RunClient.NewAsync(server);
        var flow = await owner.CreateFlowAsync("""{"id":"out","type":"output","config":{"value":"done"}}""", "start->out");
        using var made = await owner.Http.PostAsJsonAsync("/api/v1/tokens", new { name = "Runner", scopes = new[] { "run" }, expiresInDays = 1 }, Cancellation);
        using var http = server.NewClient();
        http.DefaultRequestHeaders.Authorization = new(
            "Bearer", (await made.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("value").GetString());
        var runner = new RunClient(http, owner.Root);

        var (begun, answer) = await runner.SendAsync(HttpMethod.Post, $"/flows/{flow}/runs", "{}");
        var (waited, ended) = await runner.SendAsync(HttpMethod.Post, $"/flows/{flow}/runs?wait=30", "{}");
        var (read, _) = await runner.SendAsync(HttpMethod.Get, $"/runs/{answer.GetProperty("id").GetString()}");

        Assert.Equal((202, 200, 403), (begun, waited, read));
        Assert.Equal("done", ended.GetProperty("output").GetString());
    }

    private static string DocumentOf(string trigger) =>
        $$"""{"steps":[{{trigger}},{"id":"out","type":"output","config":{"value":1} }],"connections":[{"from":"go","to":"out"}]}""";

    private static async Task<string> PublishAsync(RunClient owner, string trigger)
    {
        var made = await owner.PostAsync("/flows", $$"""{"name":"Nightly","description":"","flow":{{DocumentOf(trigger)}} }""");
        var flow = made.GetProperty("id").GetString()!;
        await owner.PostAsync($"/flows/{flow}/publish");
        return flow;
    }

    private async Task<(RunClient Owner, RunClient Member)> TeamAsync(string role = "member")
    {
        var http = await server.RegisterAsync();
        var workspace = await TestServer.CreateWorkspaceAsync(http);
        var root = $"/api/v1/workspaces/{workspace.GetProperty("id").GetString()}";
        var joiner = await server.RegisterAsync();
        using var joined = await joiner.PostAsJsonAsync(
            "/api/v1/workspaces/join", new { inviteCode = workspace.GetProperty("inviteCode").GetString() }, Cancellation);
        Assert.True(joined.IsSuccessStatusCode);
        if (role != "member")
        {
            var me = await joiner.GetFromJsonAsync<JsonElement>("/api/v1/me", Cancellation);
            using var changed = await http.PatchAsJsonAsync($"{root}/members/{me.GetProperty("id").GetString()}", new { role }, Cancellation);
            Assert.True(changed.IsSuccessStatusCode);
        }

        return (new RunClient(http, root), new RunClient(joiner, root));
    }
}
