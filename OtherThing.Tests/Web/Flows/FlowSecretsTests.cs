using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using OtherThing.Core.Access;
using OtherThing.Core.Flows;
using OtherThing.Core.Live;
using OtherThing.Tests.Support;
using OtherThing.Tests.Web.Runs;

namespace OtherThing.Tests.Web.Flows;

/// <summary>A server that may call a site which notes the headers it is sent.</summary>
public sealed class HeadersServer : IAsyncLifetime
{
    public ConcurrentQueue<string> Sent { get; } = new();

    public Uri Site => _site.Url;

    public TestServer Server { get; private set; } = null!;

    private WebHostOf _site = null!;

    public async ValueTask InitializeAsync()
    {
        _site = await WebHostOf.StartAsync(app => app.MapGet("/{**rest}", (HttpRequest request) =>
        {
            Sent.Enqueue($"{request.Headers.Authorization}|{request.Headers["X-Gitlab-Token"]}|{request.Headers["X-Plain"]}");
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
        Assert.Equal(("***", "***", "plain"), (headers.GetProperty("Authorization").GetString(), headers.GetProperty("X-Gitlab-Token").GetString(), headers.GetProperty("X-Plain").GetString()));
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
        var nothingTyped = await _runs.SendAsync(HttpMethod.Post, "/flows", Draft(url).Replace($"\"Authorization\":\"Bearer {Canary}\"", "\"X-Plain\":\"plain\"", StringComparison.Ordinal));

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
    public async Task C15_SecretsTypedTogether_AreSealedBeforeCoEditorsHearOfThem()
    {
        var flow = Guid.Parse(await CreateAsync(place.Site.ToString()));
        var workspace = Guid.Parse(_runs.Root.Split('/')[^1]);
        var me = await _runs.Http.GetStringAsync("/api/v1/me", Cancellation);
        var actor = Actor.User(JsonElement.Parse(me).GetProperty("id").GetGuid());
        var editing = place.Server.Services.GetRequiredService<FlowEditing>();
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
            heard.Add(JsonSerializer.Serialize(happened.Payload, OtherThing.Core.Results.Json.Options));
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
        Assert.DoesNotContain(Canary, (await _runs.GetRunAsync(runs.GetProperty("items")[0].GetProperty("id").GetString()!)).GetRawText(), StringComparison.Ordinal);
    }

    private Task<string> CreateAsync(string url) => _runs.CreateFlowAsync(
        $$$"""{"id":"call","type":"http.request","config":{"method":"GET","url":"{{{url}}}","headers":{"Authorization":"Bearer {{{Canary}}}","X-Gitlab-Token":"{{{Canary}}}","X-Plain":"plain"} } }""",
        "start->call");
}
