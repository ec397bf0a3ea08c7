using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using OtherThing.Core.Triggers;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Web.Triggers;

public sealed class WebhookTests(SharedServer server) : IAsyncLifetime
{
    private const string Echo = """
        {"steps":[{"id":"hook","type":"trigger.webhook","config":{"respond":"output"}},{"id":"out","type":"output","config":{"value":"{{ input }}"}}],
         "connections":[{"from":"hook","to":"out"}]}
        """;

    private const string Accepting = """
        {"steps":[{"id":"hook","type":"trigger.webhook"},{"id":"wait","type":"data.set","config":{"value":"{{ input.body.n }}"}}],
         "connections":[{"from":"hook","to":"wait"}]}
        """;

    private const string Signed = """{"steps":[{"id":"hook","type":"trigger.webhook","config":{"secret":"a secret nobody may see"}}]}""";

    private HttpClient _owner = null!;
    private HttpClient _sender = null!;
    private JsonElement _workspace;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private string Root => $"/api/v1/workspaces/{_workspace.GetProperty("id").GetString()}";

    public async ValueTask InitializeAsync()
    {
        _owner = await server.RegisterAsync();
        _sender = server.NewClient();
        _workspace = await TestServer.CreateWorkspaceAsync(_owner);
    }

    public ValueTask DisposeAsync()
    {
        _owner.Dispose();
        _sender.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Deliver_Json_StartsTheFlowWithBodyHeadersAndQuery()
    {
        var (_, url) = await PublishAsync(Echo);
        using var request = new HttpRequestMessage(HttpMethod.Post, url + "?a=1&b=2&b=3") { Content = Json("""{"n":[1,{"x":"é"}]}""") };
        request.Headers.Add("X-Kind", "test");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", "not for the flow");
        request.Headers.Add("Cookie", "a=b");

        using var answer = await _sender.SendAsync(request, Cancel);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("application/json", answer.Content.Headers.ContentType?.MediaType);
        var output = await answer.Content.ReadFromJsonAsync<JsonElement>(Cancel);
        Assert.Equal("""{"n":[1,{"x":"é"}]}""", output.GetProperty("body").GetRawText());
        Assert.Equal("""{"a":"1","b":["2","3"]}""", output.GetProperty("query").GetRawText());
        Assert.Equal("test", output.GetProperty("headers").GetProperty("x-kind").GetString());
        Assert.False(output.GetProperty("headers").TryGetProperty("authorization", out _));
        Assert.False(output.GetProperty("headers").TryGetProperty("cookie", out _));
    }

    [Theory]
    [InlineData("application/x-www-form-urlencoded", "a=1&b=x+y&b=%C3%A9", """{"a":"1","b":["x y","é"]}""")]
    [InlineData("text/plain", "hello", "\"hello\"")]
    [InlineData("text/plain", """{"n":1}""", "\"{\\\"n\\\":1}\"")]
    [InlineData("application/cloudevents+json", """{"n":1}""", """{"n":1}""")]
    [InlineData("application/json", "", "null")]
    public async Task C13_Deliver_TheTypeDecidesHowTheBodyIsRead(string type, string body, string expected)
    {
        var (_, url) = await PublishAsync(Echo);

        using var answer = await _sender.PostAsync(url, new StringContent(body, Encoding.UTF8, type), Cancel);

        Assert.Equal(expected, (await answer.Content.ReadFromJsonAsync<JsonElement>(Cancel)).GetProperty("body").GetRawText());
    }

    [Fact]
    public async Task Deliver_WithoutRespond_Is202WithTheRun()
    {
        var (flow, url) = await PublishAsync(Accepting);

        using var answer = await _sender.PostAsync(url, Json("""{"n":7}"""), Cancel);

        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        var id = (await answer.Content.ReadFromJsonAsync<JsonElement>(Cancel)).GetProperty("runId").GetString();
        var run = await _owner.GetFromJsonAsync<JsonElement>($"{Root}/runs/{id}", Cancel);
        Assert.Equal(flow, run.GetProperty("flowId").GetString());
        Assert.Equal("webhook", run.GetProperty("trigger").GetString());
        Assert.Equal("7", run.GetProperty("output").GetRawText());
    }

    [Fact]
    public async Task Deliver_AfterTheDraftChanged_RunsThePublishedVersion()
    {
        var (flow, url) = await PublishAsync(Echo);
        await SendAsync(_owner, HttpMethod.Patch, $"{Root}/flows/{flow}", """{"flow":{"steps":[{"id":"start","type":"trigger.manual"}]}}""");

        using var answer = await _sender.PostAsync(url, Json("""{"n":1}"""), Cancel);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Fact]
    public async Task C02_Deliver_BodyThatLooksLikeAFlow_IsOnlyInput()
    {
        var (_, url) = await PublishAsync(Accepting);

        using var answer = await _sender.PostAsync(url, Json("""{"n":1,"steps":[{"id":"x","type":"output"}],"definition":{},"version":99}"""), Cancel);

        var id = (await answer.Content.ReadFromJsonAsync<JsonElement>(Cancel)).GetProperty("runId").GetString();
        Assert.Equal(1, (await _owner.GetFromJsonAsync<JsonElement>($"{Root}/runs/{id}", Cancel)).GetProperty("flowVersion").GetInt32());
    }

    [Fact]
    public async Task F07_Deliver_SameIdManyTimesAtOnce_IsOneRunAndOneAnswer()
    {
        var (flow, url) = await PublishAsync(Accepting);

        var answers = await Task.WhenAll(Enumerable.Range(0, 30).Select(i => DeliverAsync(url, "delivery-" + (i % 3), $$"""{"n":{{i}}}""")));
        var later = await DeliverAsync(url, "delivery-0", """{"n":"later"}""");

        Assert.Equal(3, answers.Distinct().Count());
        Assert.Contains(later, answers);
        Assert.Equal(3, (await RunsAsync(flow)).GetArrayLength());
    }

    [Fact]
    public async Task Deliver_SameIdToAFlowThatResponds_GetsTheSameOutput()
    {
        var (flow, url) = await PublishAsync(Echo);

        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(async i =>
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = Json($$"""{"n":{{i}}}""") };
            request.Headers.Add("webhook-id", "one");
            using var answer = await _sender.SendAsync(request, Cancel);
            return await answer.Content.ReadAsStringAsync(Cancel);
        }));

        Assert.Single(answers.Distinct());
        Assert.Single((await RunsAsync(flow)).EnumerateArray());
    }

    [Fact]
    public async Task Deliver_FlowFails_SaysSoWithoutWhy()
    {
        var (flow, url) = await PublishAsync("""
            {"steps":[{"id":"hook","type":"trigger.webhook","config":{"respond":"output"}},{"id":"bad","type":"data.set","config":{"value":"{{ input.body | divided_by: 0 }}"}}],
             "connections":[{"from":"hook","to":"bad"}]}
            """);

        using var answer = await _sender.PostAsync(url, Json("5"), Cancel);

        var problem = await answer.Content.ReadFromJsonAsync<JsonElement>(Cancel);
        Assert.Equal(HttpStatusCode.BadGateway, answer.StatusCode);
        Assert.Equal("run.failed", problem.GetProperty("code").GetString());
        Assert.DoesNotContain("bad", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Equal(problem.GetProperty("runId").GetString(), (await RunsAsync(flow))[0].GetProperty("id").GetString());
    }

    [Fact]
    public async Task C21_Deliver_ToASignedWebhook_TakesOnlyGenuineOnes()
    {
        var (flow, url) = await PublishAsync(Signed);
        var key = HookSignature.KeyOf("a secret nobody may see");
        var now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();

        Assert.Equal(HttpStatusCode.Unauthorized, await SignedAsync(url, null, "m", now));
        Assert.Equal(HttpStatusCode.Unauthorized, await SignedAsync(url, HookSignature.KeyOf("a guess"), "m", now));
        Assert.Equal(HttpStatusCode.Unauthorized, await SignedAsync(url, key, "m", now - 400));
        Assert.Equal(0, (await RunsAsync(flow)).GetArrayLength());
        Assert.Equal(HttpStatusCode.Accepted, await SignedAsync(url, key, "m", now));
        Assert.Equal(HttpStatusCode.Accepted, await SignedAsync(url, key, "m", now));
        Assert.Equal(1, (await RunsAsync(flow)).GetArrayLength());
    }

    [Fact]
    public async Task C11_Deliver_WronglySignedTooOften_IsRefusedUnreadByThatWebhookAlone()
    {
        var (flow, url) = await PublishAsync(Signed);
        var (_, other) = await PublishAsync(Signed);
        var key = HookSignature.KeyOf("a secret nobody may see");
        var now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        for (var i = 0; i < new WebhookOptions().WrongSignaturesPerMinute; i++)
        {
            Assert.Equal(HttpStatusCode.Unauthorized, await SignedAsync(url, HookSignature.KeyOf($"guess {i}"), "m", now));
        }

        Assert.Equal(HttpStatusCode.TooManyRequests, await SignedAsync(url, HookSignature.KeyOf("one more"), "m", now));
        Assert.Equal(HttpStatusCode.TooManyRequests, await SignedAsync(url, key, "m", now)); // nothing tells the right one from the wrong ones
        Assert.Equal(HttpStatusCode.Accepted, await SignedAsync(other, key, "m", now));
        Assert.Equal(0, (await RunsAsync(flow)).GetArrayLength());
    }

    [Fact]
    public async Task S01_Secret_IsNeverShownAgainNorKeptInTheClear()
    {
        var (flow, url) = await PublishAsync(Signed);

        var shown = await _owner.GetStringAsync($"{Root}/flows/{flow}", Cancel);
        var versions = await _owner.GetStringAsync($"{Root}/flows/{flow}/versions", Cancel);

        Assert.DoesNotContain("nobody may see", shown + versions, StringComparison.Ordinal);
        Assert.Contains(url, shown, StringComparison.Ordinal);
        foreach (var file in Directory.EnumerateFiles(server.DataDirectory, "*.db*", SearchOption.AllDirectories))
        {
            await using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using var memory = new MemoryStream();
            await stream.CopyToAsync(memory, Cancel);
            var bytes = memory.ToArray();
            Assert.True(bytes.AsSpan().IndexOf("nobody may see"u8) < 0, file);
            Assert.True(bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(url["/hooks/".Length..])) < 0, file);
        }
    }

    [Fact]
    public async Task Publish_Again_KeepsTheAddress_AndRotateChangesIt()
    {
        var (flow, url) = await PublishAsync(Echo);
        await SendAsync(_owner, HttpMethod.Patch, $"{Root}/flows/{flow}", """{"name":"Renamed"}""");
        var again = await SendAsync(_owner, HttpMethod.Post, $"{Root}/flows/{flow}/publish", "{}");
        Assert.Equal(url, again.GetProperty("triggers")[0].GetProperty("url").GetString());

        var rotated = (await SendAsync(_owner, HttpMethod.Post, $"{Root}/flows/{flow}/triggers/hook/rotate", "{}")).GetProperty("url").GetString();

        using var old = await _sender.PostAsync(url, Json("1"), Cancel);
        using var renewed = await _sender.PostAsync(rotated, Json("1"), Cancel);
        Assert.NotEqual(url, rotated);
        Assert.Equal(HttpStatusCode.NotFound, old.StatusCode);
        Assert.Equal(HttpStatusCode.OK, renewed.StatusCode);
    }

    [Fact]
    public async Task Publish_WithoutTheStep_ClosesTheAddress()
    {
        var (flow, url) = await PublishAsync(Echo);
        await SendAsync(_owner, HttpMethod.Patch, $"{Root}/flows/{flow}", """{"flow":{"steps":[{"id":"start","type":"trigger.manual"}]}}""");
        await SendAsync(_owner, HttpMethod.Post, $"{Root}/flows/{flow}/publish", "{}");

        using var answer = await _sender.PostAsync(url, Json("1"), Cancel);

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    [Fact]
    public async Task Delete_Flow_ClosesTheAddress()
    {
        var (flow, url) = await PublishAsync(Echo);
        using var deleted = await _owner.DeleteAsync($"{Root}/flows/{flow}", Cancel);

        using var answer = await _sender.PostAsync(url, Json("1"), Cancel);

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    [Fact]
    public async Task Deliver_UnknownAddress_IsAProblemAndNoPage()
    {
        using var unknown = await _sender.PostAsync("/hooks/ot_whk_nothing", Json("1"), Cancel);

        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
        Assert.Equal("webhook.not_found", (await unknown.Content.ReadFromJsonAsync<JsonElement>(Cancel)).GetProperty("code").GetString());
    }

    [Theory]
    [InlineData("application/json", "{", HttpStatusCode.BadRequest, "webhook.body_invalid")]
    [InlineData("application/problem+json", "[1,]", HttpStatusCode.BadRequest, "webhook.body_invalid")]
    public async Task Deliver_BadBody_IsRefusedWithACode(string type, string body, HttpStatusCode status, string code)
    {
        var (flow, url) = await PublishAsync(Echo);

        using var answer = await _sender.PostAsync(url, new StringContent(body, Encoding.UTF8, type), Cancel);

        Assert.Equal(status, answer.StatusCode);
        Assert.Equal(code, (await answer.Content.ReadFromJsonAsync<JsonElement>(Cancel)).GetProperty("code").GetString());
        Assert.Equal(0, (await RunsAsync(flow)).GetArrayLength());
    }

    [Fact]
    public async Task F17_Deliver_DeepOrLargeOrBinary_IsRefusedWithACode()
    {
        var (_, url) = await PublishAsync(Echo);
        var deep = new string('[', 100_000) + new string(']', 100_000);

        using var tooDeep = await _sender.PostAsync(url, Json(deep), Cancel);
        using var tooLarge = await _sender.PostAsync(url, Json('"' + new string('x', HookRequest.LargestBody) + '"'), Cancel);
        using var binary = await _sender.PostAsync(url, new ByteArrayContent([0xff, 0xfe, 0x00]), Cancel);

        Assert.Equal(HttpStatusCode.BadRequest, tooDeep.StatusCode);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, tooLarge.StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, binary.StatusCode);
    }

    [Fact]
    public async Task C17_Deliver_AfterThePublisherLeft_IsRefused()
    {
        var (admin, adminId) = await JoinAsync("admin");
        var (flow, url) = await PublishAsync(Echo, admin);
        using var removed = await _owner.DeleteAsync($"{Root}/members/{adminId}", Cancel);
        Assert.True(removed.IsSuccessStatusCode);

        var answer = await UntilAsync(url, HttpStatusCode.Forbidden);

        Assert.Equal("trigger.publisher_left", answer.GetProperty("code").GetString());
        Assert.Equal(0, (await RunsAsync(flow)).EnumerateArray().Count(run => run.GetProperty("status").GetString() == "running"));
    }

    [Fact]
    public async Task A34_Address_IsShownToWhoMaySeeIt()
    {
        var (flow, url) = await PublishAsync(Echo);
        var (member, _) = await JoinAsync("member");
        var (viewer, _) = await JoinAsync("viewer");

        Assert.Contains(url, await _owner.GetStringAsync($"{Root}/flows", Cancel), StringComparison.Ordinal);
        foreach (var client in new[] { member, viewer })
        {
            Assert.DoesNotContain(url, await client.GetStringAsync($"{Root}/flows/{flow}", Cancel), StringComparison.Ordinal);
            Assert.DoesNotContain(url, await client.GetStringAsync($"{Root}/flows", Cancel), StringComparison.Ordinal);
            using var rotate = await client.PostAsync($"{Root}/flows/{flow}/triggers/hook/rotate", Json("{}"), Cancel);
            Assert.Equal(HttpStatusCode.Forbidden, rotate.StatusCode);
        }
    }

    [Fact]
    public async Task A35_Unsigned_IsAnAdminsChoiceAndShown()
    {
        var (member, _) = await JoinAsync("member");
        var made = await SendAsync(member, HttpMethod.Post, $"{Root}/flows", $$"""{"name":"Hook","flow":{{Accepting}}}""");
        var flow = made.GetProperty("id").GetString();

        using var refused = await member.PostAsync($"{Root}/flows/{flow}/publish", Json("{}"), Cancel);
        var problem = await refused.Content.ReadFromJsonAsync<JsonElement>(Cancel);
        var published = await SendAsync(_owner, HttpMethod.Post, $"{Root}/flows/{flow}/publish", "{}");
        var again = await SendAsync(member, HttpMethod.Post, $"{Root}/flows/{flow}/publish", "{}");

        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        Assert.Equal("flow.steps.hook.config.secret", problem.GetProperty("errors")[0].GetProperty("path").GetString());
        Assert.True(published.GetProperty("triggers")[0].GetProperty("isUnsigned").GetBoolean());
        Assert.True(again.GetProperty("triggers")[0].GetProperty("isUnsigned").GetBoolean());
    }

    private static StringContent Json(string json) => new(json, Encoding.UTF8, "application/json");

    private static async Task<JsonElement> SendAsync(HttpClient client, HttpMethod method, string path, string json)
    {
        using var request = new HttpRequestMessage(method, path) { Content = Json(json) };
        using var answer = await client.SendAsync(request, Cancel);
        var text = await answer.Content.ReadAsStringAsync(Cancel);
        Assert.True(answer.IsSuccessStatusCode, text);
        return JsonDocument.Parse(text).RootElement;
    }

    private async Task<(string Flow, string Url)> PublishAsync(string document, HttpClient? client = null)
    {
        var made = await SendAsync(client ?? _owner, HttpMethod.Post, $"{Root}/flows", $$"""{"name":"Hook","flow":{{document}}}""");
        var flow = made.GetProperty("id").GetString()!;
        var published = await SendAsync(client ?? _owner, HttpMethod.Post, $"{Root}/flows/{flow}/publish", "{}");
        return (flow, published.GetProperty("triggers")[0].GetProperty("url").GetString()!);
    }

    private async Task<(HttpClient Client, string Id)> JoinAsync(string role)
    {
        var email = $"{role}-{Guid.NewGuid():N}@example.org";
        var invite = await SendAsync(
            _owner, HttpMethod.Post, $"{Root}/invites", $$"""{"role":"{{role}}","expiresInDays":1,"maxUses":1,"email":"{{email}}"}""");
        var client = await server.RegisterAsync(email);
        await SendAsync(client, HttpMethod.Post, "/api/v1/workspaces/join", $$"""{"inviteCode":"{{invite.GetProperty("code").GetString()}}"}""");
        return (client, (await client.GetFromJsonAsync<JsonElement>("/api/v1/me", Cancel)).GetProperty("id").GetString()!);
    }

    private async Task<string> DeliverAsync(string url, string id, string body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = Json(body) };
        request.Headers.Add("webhook-id", id);
        using var answer = await _sender.SendAsync(request, Cancel);
        var text = await answer.Content.ReadAsStringAsync(Cancel);
        Assert.True(answer.StatusCode == HttpStatusCode.Accepted, text);
        return JsonDocument.Parse(text).RootElement.GetProperty("runId").GetString()!;
    }

    private async Task<HttpStatusCode> SignedAsync(string url, byte[]? key, string id, long timestamp)
    {
        const string body = """{"n":1}""";
        using var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = Json(body) };
        if (key is not null)
        {
            var time = timestamp.ToString(CultureInfo.InvariantCulture);
            request.Headers.Add("webhook-id", id);
            request.Headers.Add("webhook-timestamp", time);
            request.Headers.TryAddWithoutValidation("webhook-signature", HookSignature.Sign(key, id, time, Encoding.UTF8.GetBytes(body)));
        }

        using var answer = await _sender.SendAsync(request, Cancel);
        return answer.StatusCode;
    }

    private async Task<JsonElement> RunsAsync(string flow) =>
        (await _owner.GetFromJsonAsync<JsonElement>($"{Root}/runs?flowId={flow}", Cancel)).GetProperty("items");

    /// <summary>What a right's loss leads to counts within a second.</summary>
    private async Task<JsonElement> UntilAsync(string url, HttpStatusCode status)
    {
        var body = default(JsonElement);
        await Patience.UntilAsync(
            async () =>
            {
                using var answer = await _sender.PostAsync(url, Json("1"), Cancel);
                body = await answer.Content.ReadFromJsonAsync<JsonElement>(Cancel);
                return answer.StatusCode == status;
            },
            $"{url} answers {status}");
        return body;
    }
}
