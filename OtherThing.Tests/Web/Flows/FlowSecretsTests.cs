using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using OtherThing.Core.Access;
using OtherThing.Core.Flows;
using OtherThing.Core.Flows.Editing;
using OtherThing.Core.Live;
using OtherThing.Tests.Support;
using OtherThing.Tests.Web.Runs;

namespace OtherThing.Tests.Web.Flows;

/// <summary>A server that may call a site which notes the headers it is sent.</summary>
public sealed class HeadersServer : IAsyncLifetime
{
    public ConcurrentQueue<string> Sent { get; } = new();

    public ConcurrentQueue<string> Addresses { get; } = new();

    public Uri Site => _site.Url;

    public TestServer Server { get; private set; } = null!;

    private WebHostOf _site = null!;

    public async ValueTask InitializeAsync()
    {
        _site = await WebHostOf.StartAsync(app => app.MapGet("/{**rest}", (HttpRequest request) =>
        {
            Sent.Enqueue($"{request.Headers.Authorization}|{request.Headers["X-Gitlab-Token"]}|{request.Headers["X-Plain"]}");
            Addresses.Enqueue(request.QueryString.Value ?? "");
            return "ok";
        }));
        Server = new TestServer(("Egress:AllowPrivate", _site.Url.Authority));
    }

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        await _site.DisposeAsync();
    }
}

/// <summary>Credentials that somebody types on the canvas, or that come in headers, reach neither other people nor records in clear.</summary>
public sealed class FlowSecretsTests(HeadersServer place) : IClassFixture<HeadersServer>, IAsyncLifetime
{
    private const string Canary = "canary-7f3a91c2d4";

    private RunClient _runs = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        place.Sent.Clear();
        place.Addresses.Clear();
        _runs = await RunClient.NewAsync(place.Server);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task C15_HeaderTypedOnTheCanvas_IsSentAndNeverShown()
    {
        var flow = await CreateAsync(place.Site.ToString());
        await _runs.PostAsync($"/flows/{flow}/publish");
        var run = await _runs.RunAsync(flow);
        var shown = new[]
        {
            (await _runs.GetAsync($"/flows/{flow}")).GetRawText(),
            (await _runs.GetAsync($"/flows/{flow}/versions")).GetRawText(),
            (await _runs.GetAsync($"/flows/{flow}/versions/published/compare/draft")).GetRawText(),
            await _runs.Http.GetStringAsync($"{_runs.Root}/flows/{flow}/export", Cancellation),
            run.GetRawText(),
        };

        Assert.Equal($"Bearer {Canary}|{Canary}|plain", Assert.Single(place.Sent));
        Assert.All(shown, text => Assert.DoesNotContain(Canary, text, StringComparison.Ordinal));
        var headers = RunClient.StepOf(run, "call").GetProperty("input").GetProperty("headers");
        Assert.Equal(
            ("***", "***", "plain"),
            (headers.GetProperty("Authorization").GetString(), headers.GetProperty("X-Gitlab-Token").GetString(), headers.GetProperty("X-Plain").GetString()));
        Assert.DoesNotContain("sealed:", shown[3], StringComparison.Ordinal);
        Assert.DoesNotContain(Directory.EnumerateFiles(place.Server.DataDirectory, "*", SearchOption.AllDirectories), file =>
        {
            using var open = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var bytes = new byte[open.Length];
            open.ReadExactly(bytes);
            return bytes.AsSpan().IndexOf(System.Text.Encoding.UTF8.GetBytes(Canary)) >= 0;
        });
    }

    [Fact]
    public async Task C15_SealedHeader_IsNotSentToAnotherHost()
    {
        await using var thief = await WebHostOf.StartAsync(app => app.MapGet("/", () => "caught"));
        var flow = await CreateAsync(place.Site.ToString());
        var document = (await _runs.GetAsync($"/flows/{flow}")).GetProperty("flow").GetRawText();
        var moved = document.Replace(place.Site.Authority, thief.Url.Authority, StringComparison.Ordinal);
        Assert.NotEqual(document, moved);
        var saved = await _runs.SendAsync(HttpMethod.Patch, $"/flows/{flow}", $$"""{"flow":{{moved}} }""");

        var run = await _runs.RunAsync(flow);

        Assert.Equal(200, saved.Status);
        Assert.Equal("http.secret_unreadable", RunClient.StepOf(run, "call").GetProperty("error").GetProperty("code").GetString());
    }

    [Theory]
    [InlineData("https://api.good.example{{ input.path }}")]
    [InlineData("https://api.good.example{{ input.path }}/v1")]
    [InlineData("https://{{ steps.cfg.output.body.host }}/x")]
    [InlineData("https://api.good.example:{{ input.port }}/x")]
    [InlineData("https://{{ input.user }}@api.good.example/x")]
    [InlineData("{{ input.scheme }}://api.good.example/x")]
    [InlineData("{{ input.url }}")]
    [InlineData("https://api.good.example{% if input.x %}.evil.example{% endif %}/x")]
    public async Task C15_HeaderTypedForAHostThatATemplateDecides_IsNotSaved(string url)
    {
        var refused = await _runs.SendAsync(HttpMethod.Post, "/flows", Draft(url));
        var afterTheSlash = await _runs.SendAsync(HttpMethod.Post, "/flows", Draft("https://api.good.example/{{ input.path }}?q={{ input.q }}"));
        var nothingTyped = await _runs.SendAsync(
            HttpMethod.Post, "/flows", Draft(url).Replace($"\"Authorization\":\"Bearer {Canary}\"", "\"X-Plain\":\"plain\"", StringComparison.Ordinal));

        Assert.Equal((400, "http.host_template"), (refused.Status, refused.Body.GetProperty("code").GetString()));
        Assert.Contains("steps.call.config.url", refused.Body.GetRawText(), StringComparison.Ordinal);
        Assert.DoesNotContain(Canary, refused.Body.GetRawText(), StringComparison.Ordinal);
        Assert.Equal((201, 201), (afterTheSlash.Status, nothingTyped.Status));

        static string Draft(string url) => $$$"""
            {"name":"Call","description":"","flow":{"steps":[{"id":"cfg","type":"http.request","config":{"method":"GET","url":"https://cfg.example/"} },
                {"id":"call","type":"http.request",
                "config":{"method":"GET","url":"{{{url}}}","headers":{"Authorization":"Bearer {{{Canary}}}"} } }],
                "connections":[{"from":"cfg","to":"call"}]} }
            """;
    }

    [Fact]
    public async Task C15_ValueTypedBesideATemplate_IsSentWholeAndNeverShown()
    {
        var site = place.Site.ToString();
        var flow = await _runs.CreateFlowAsync(
            $$$"""{"id":"call","type":"http.request","config":{"method":"GET","url":"{{{site}}}{{ input.path }}","headers":{"Authorization":"Bearer {{{Canary}}}-{{ input.n }}","X-Gitlab-Token":"{{ input.n }}{{{Canary}}}"} } }""",
            "start->call");

        var run = await _runs.RunAsync(flow, """{"input":{"n":7,"path":"a"}}""");

        Assert.Equal($"Bearer {Canary}-7|7{Canary}|", Assert.Single(place.Sent));
        Assert.All(await ShownAsync(flow, run), text => Assert.DoesNotContain(Canary, text, StringComparison.Ordinal));
        Assert.Contains("{{ input.n }}", (await _runs.GetAsync($"/flows/{flow}")).GetRawText(), StringComparison.Ordinal);
        // What is sealed stays as it is when the document is saved again.
        var document = (await _runs.GetAsync($"/flows/{flow}")).GetProperty("flow").GetRawText();
        Assert.Equal(200, (await _runs.SendAsync(HttpMethod.Patch, $"/flows/{flow}", $$"""{"flow":{{document}} }""")).Status);
        Assert.Equal(document, (await _runs.GetAsync($"/flows/{flow}")).GetProperty("flow").GetRawText());
    }

    [Theory]
    [InlineData("Bearer {{ input.token }}")]
    [InlineData("Basic {{ input.token | base64_encode }}")]
    [InlineData("Token token={{ input.token }}")]
    [InlineData("{{ input.token }}")]
    public async Task C15_ValueThatATemplateGivesWhole_StaysAsItIsWritten(string value)
    {
        var made = await _runs.PostAsync("/flows", JsonSerializer.Serialize(new
        {
            name = "Call",
            flow = new
            {
                steps = new[]
            { new { id = "call", type = "http.request", config = new
            { method = "GET", url = "https://{{ input.host }}/", headers = new { Authorization = value } } } }
            },
        }));

        Assert.Equal(
            value, made.GetProperty("flow").GetProperty("steps")[0].GetProperty("config").GetProperty("headers").GetProperty("Authorization").GetString());
    }

    [Fact]
    public async Task C15_CredentialsInQueryAndAddress_AreSentAndNeverShown()
    {
        var flow = await _runs.CreateFlowAsync(
            $$$"""{"id":"call","type":"http.request","config":{"method":"GET","url":"{{{place.Site}}}?api_key={{{Canary}}}&page=2","query":{"token":["{{{Canary}}}-2","x{{ input.n }}"],"q":"plain"} } }""",
            "start->call");
        await _runs.PostAsync($"/flows/{flow}/publish");

        var run = await _runs.RunAsync(flow, """{"input":{"n":7}}""");

        Assert.Equal($"?api_key={Canary}&page=2&token={Canary}-2&token=x7&q=plain", Assert.Single(place.Addresses));
        var shown = await ShownAsync(flow, run);
        Assert.All(shown, text => Assert.DoesNotContain(Canary, text, StringComparison.Ordinal));
        Assert.All(shown, text => Assert.Contains("page=2", text, StringComparison.Ordinal));
        Assert.DoesNotContain("sealed:", shown[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task C15_CredentialInTheAddress_IsNotSentToAnotherHost()
    {
        await using var thief = await WebHostOf.StartAsync(app => app.MapGet("/", () => "caught"));
        var flow = await _runs.CreateFlowAsync(
            $$$"""{"id":"call","type":"http.request","config":{"method":"GET","url":"{{{place.Site}}}?api_key={{{Canary}}}"} }""", "start->call");
        var document = (await _runs.GetAsync($"/flows/{flow}")).GetProperty("flow").GetRawText();
        await _runs.SendAsync(
            HttpMethod.Patch, $"/flows/{flow}", $$"""{"flow":{{document.Replace(place.Site.Authority, thief.Url.Authority, StringComparison.Ordinal)}} }""");

        var run = await _runs.RunAsync(flow);

        Assert.Equal("http.secret_unreadable", RunClient.StepOf(run, "call").GetProperty("error").GetProperty("code").GetString());
    }

    [Theory]
    [InlineData("https://ana:canary-7f3a91c2d4@api.good.example/", "{}", "http.url_credentials")]
    [InlineData("https://canary-7f3a91c2d4@api.good.example/", "{}", "http.url_credentials")]
    [InlineData("https://{{ input.user }}:canary-7f3a91c2d4@api.good.example/", "{}", "http.url_credentials")]
    [InlineData("api.good.example/x", """{"Authorization":"Bearer canary-7f3a91c2d4"}""", "http.host_missing")]
    [InlineData("/x", """{"Authorization":"Bearer canary-7f3a91c2d4"}""", "http.host_missing")]
    [InlineData("https:///x", """{"Authorization":"Bearer canary-7f3a91c2d4{{ input.x }}"}""", "http.host_missing")]
    [InlineData("https://{{ input.host }}/", """{"Authorization":"Bearer canary-7f3a91c2d4{{ input.x }}"}""", "http.host_template")]
    [InlineData("https://{{ input.host }}/?api_key=canary-7f3a91c2d4", "{}", "http.host_template")]
    [InlineData("https://api.good.example/", """{"Authorization":"Bearer {{ 'canary-7f3a91c2d4' }}"}""", "http.secret_in_template")]
    public async Task C15_SecretThatCannotBeSealed_IsNotSaved(string url, string headers, string code)
    {
        var (status, answer) = await _runs.SendAsync(
            HttpMethod.Post, "/flows",
            $$$"""{"name":"Call","flow":{"steps":[{"id":"call","type":"http.request","config":{"method":"GET","url":"{{{url}}}","headers":{{{headers}}} } }]} }""");

        Assert.Equal((400, code), (status, answer.GetProperty("code").GetString()));
        Assert.DoesNotContain(Canary, answer.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task C15_HeaderTypedBeforeTheStepHasAUrl_IsAskedForAnewAndReachesNobody()
    {
        var flow = Guid.Parse(await _runs.CreateFlowAsync("""{"id":"set","type":"data.set","config":{"value":1}}""", "start->set"));
        var workspace = Guid.Parse(_runs.Root.Split('/')[^1]);
        var me = await _runs.Http.GetStringAsync("/api/v1/me", Cancellation);
        var actor = Actor.User(JsonElement.Parse(me).GetProperty("id").GetGuid());
        await using var editor = (await place.Server.Services.GetRequiredService<FlowSessions>().OpenAsync(actor, workspace, flow, Cancellation)).Value;
        using var coEditor = place.Server.Services.GetRequiredService<ILiveFeed>().Subscribe(Topic.Flow(flow));
        var headers = JsonElement.Parse($$"""{"Authorization":"Bearer {{Canary}}"}""");
        var config = JsonElement.Parse("""{"method":"GET","url":""}""");
        await editor.ApplyAsync("a1", [new AddStep(new FlowStep { Id = "call", Type = "http.request", Config = config })], Cancellation);

        var early = await editor.ApplyAsync("a2", [new ConfigureStep("call", "headers", headers)], Cancellation);
        await editor.ApplyAsync("a3", [new ConfigureStep("call", "url", JsonSerializer.SerializeToElement(place.Site.ToString()))], Cancellation);
        var then = await editor.ApplyAsync("a4", [new ConfigureStep("call", "headers", headers)], Cancellation);
        var heard = new List<string>();
        while (coEditor.Events.TryRead(out var happened))
        {
            heard.Add(JsonSerializer.Serialize<object>(happened, OtherThing.Core.Results.Json.Options));
        }

        Assert.Equal("http.host_missing", early.Error?.Code);
        Assert.Null(then.Error);
        Assert.All(heard, text => Assert.DoesNotContain(Canary, text, StringComparison.Ordinal));
        Assert.Single(heard, text => text.Contains("sealed:", StringComparison.Ordinal));
    }

    [Fact]
    public async Task C15_SecretsTypedTogether_AreSealedBeforeCoEditorsHearOfThem()
    {
        var flow = Guid.Parse(await CreateAsync(place.Site.ToString()));
        var workspace = Guid.Parse(_runs.Root.Split('/')[^1]);
        var me = await _runs.Http.GetStringAsync("/api/v1/me", Cancellation);
        var actor = Actor.User(JsonElement.Parse(me).GetProperty("id").GetGuid());
        var editing = place.Server.Services.GetRequiredService<FlowSessions>();
        await using var editor = (await editing.OpenAsync(actor, workspace, flow, Cancellation)).Value;
        using var coEditor = place.Server.Services.GetRequiredService<ILiveFeed>().Subscribe(Topic.Flow(flow));
        var headers = JsonElement.Parse($$"""{"Authorization":"Bearer {{Canary}}","X-Plain":"plain"}""");
        var hook = JsonElement.Parse($$"""{"secret":"{{Canary}}-hook"}""");

        var configured = await editor.ApplyAsync("a1", [new ConfigureStep("call", "headers", headers)], Cancellation);
        var added = await editor.ApplyAsync(
            "a2", [new AddStep(new FlowStep { Id = "hook", Type = "trigger.webhook", Config = hook })], Cancellation);
        var heard = new List<string>();
        while (coEditor.Events.TryRead(out var happened))
        {
            heard.Add(JsonSerializer.Serialize<object>(happened, OtherThing.Core.Results.Json.Options));
        }

        Assert.Null(configured.Error);
        Assert.Null(added.Error);
        Assert.Contains(heard, text => text.Contains("sealed:", StringComparison.Ordinal) && text.Contains("plain", StringComparison.Ordinal));
        Assert.All(heard, text => Assert.DoesNotContain(Canary, text, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Authorization")]
    [InlineData("Cookie")]
    [InlineData("X-Gitlab-Token")]
    [InlineData("X-Auth-Token")]
    [InlineData("X-Amz-Security-Token")]
    [InlineData("x-api-key")]
    [InlineData("X-Hub-Signature")]
    [InlineData("X-Hub-Signature-256")]
    [InlineData("Stripe-Signature")]
    [InlineData("webhook-signature")]
    [InlineData("X-Of-Our-Own-Secret")]
    public async Task C15_HeaderOfADelivery_StaysOutsideOfTheRun(string header)
    {
        var made = await _runs.PostAsync("/flows", """
            {"name":"Hook","description":"","flow":{"steps":[{"id":"hook","type":"trigger.webhook","config":{"respond":"output"}},
                {"id":"out","type":"output","config":{"value":"{{ input.headers }}"}}],"connections":[{"from":"hook","to":"out"}]}}
            """);
        var published = await _runs.PostAsync($"/flows/{made.GetProperty("id").GetString()}/publish");
        var url = published.GetProperty("triggers")[0].GetProperty("url").GetString();
        using var sender = place.Server.NewClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new StringContent("1", System.Text.Encoding.UTF8, "application/json") };
        Assert.True(request.Headers.TryAddWithoutValidation(header, Canary));
        request.Headers.Add("X-Event", "push");

        using var answer = await sender.SendAsync(request, Cancellation);
        var output = await answer.Content.ReadAsStringAsync(Cancellation);
        var runs = await _runs.GetAsync("/runs");

        Assert.Contains("push", output, StringComparison.Ordinal);
        Assert.DoesNotContain(Canary, output, StringComparison.Ordinal);
        Assert.DoesNotContain(
            Canary, (await _runs.GetRunAsync(runs.GetProperty("items")[0].GetProperty("id").GetString()!)).GetRawText(), StringComparison.Ordinal);
    }

    /// <summary>What people get to see: the draft, the file, the run, the version and its comparison.</summary>
    private async Task<string[]> ShownAsync(string flow, JsonElement run) =>
    [
        (await _runs.GetAsync($"/flows/{flow}")).GetRawText(),
        await _runs.Http.GetStringAsync($"{_runs.Root}/flows/{flow}/export", Cancellation),
        run.GetRawText(),
    ];

    private Task<string> CreateAsync(string url) => _runs.CreateFlowAsync(
        $$$"""{"id":"call","type":"http.request","config":{"method":"GET","url":"{{{url}}}","headers":{"Authorization":"Bearer {{{Canary}}}","X-Gitlab-Token":"{{{Canary}}}","X-Plain":"plain"} } }""",
        "start->call");
}
