using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using OtherThing.Core.Flows;
using OtherThing.Core.Flows.Secrets;
using OtherThing.Core.Keys;
using OtherThing.Core.Results;
using OtherThing.Core.Steps;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Core.Steps;

public sealed class HttpRequestExecutorTests : IDisposable
{
    private readonly EgressParts _egress = new("127.0.0.1");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _egress.Dispose();

    [Fact]
    public async Task Execute_Json_ParsesTheBodyAndSendsWhatTheConfigSays()
    {
        await using var web = await WebHostOf.StartAsync(app => app.MapPut("/things", async (HttpRequest request) => Results.Json(new
        {
            query = request.QueryString.Value,
            header = request.Headers["X-Kind"].ToString(),
            type = request.ContentType,
            body = await request.ReadFromJsonAsync<JsonElement>(Cancellation),
        })));

        var outcome = await ExecuteAsync(web, $$"""
            {"method":"PUT","url":"{{web.Url}}things?a=1","query":{"b":"x&y","list":[1,2],"none":null},"headers":{"X-Kind":"test"},"body":{"n":1} }
            """);

        Assert.Equal(StepOutcomeKind.Succeeded, outcome.Kind);
        Assert.Equal(200, outcome.Output.GetProperty("status").GetInt32());
        Assert.StartsWith("application/json", outcome.Output.GetProperty("headers").GetProperty("content-type").GetString(), StringComparison.Ordinal);
        var body = outcome.Output.GetProperty("body");
        Assert.Equal("?a=1&b=x%26y&list=1&list=2", body.GetProperty("query").GetString());
        Assert.Equal("test", body.GetProperty("header").GetString());
        Assert.Equal("application/json", body.GetProperty("type").GetString());
        Assert.Equal(1, body.GetProperty("body").GetProperty("n").GetInt32());
    }

    [Theory]
    [InlineData(404)]
    [InlineData(500)]
    [InlineData(503)]
    public async Task Execute_AnyStatusWithoutRetries_SucceedsWithIt(int status)
    {
        await using var web = await WebHostOf.StartAsync(app => app.MapGet("/", () => Results.Text("no", statusCode: status)));

        var outcome = await ExecuteAsync(web, $$"""{"method":"GET","url":"{{web.Url}}"}""");

        Assert.Equal((StepOutcomeKind.Succeeded, status), (outcome.Kind, outcome.Output.GetProperty("status").GetInt32()));
        Assert.Equal("no", outcome.Output.GetProperty("body").GetString());
    }

    [Theory]
    [InlineData(429)]
    [InlineData(503)]
    public async Task Execute_NotNowWithRetriesLeft_FailsWithoutEffectAndSaysHowLong(int status)
    {
        await using var web = await WebHostOf.StartAsync(app => app.MapGet("/", context =>
        {
            context.Response.StatusCode = status;
            context.Response.Headers.RetryAfter = "7";
            return Task.CompletedTask;
        }));

        var outcome = await ExecuteAsync(web, $$"""{"method":"GET","url":"{{web.Url}}"}""", retry: new RetryPolicy(2));

        Assert.Equal((StepOutcomeKind.Failed, true), (outcome.Kind, outcome.NoEffect));
        Assert.Equal(TimeSpan.FromSeconds(7), outcome.RetryAfter);
    }

    [Theory]
    [InlineData("GET", StepOutcomeKind.Failed)]
    [InlineData("POST", StepOutcomeKind.Unknown)]
    public async Task Execute_ConnectionThatBreaksAfterTheRequest_IsUnknownUnlessRepeatable(string method, StepOutcomeKind kind)
    {
        await using var web = await WebHostOf.StartAsync(app => app.Run(context =>
        {
            context.Abort();
            return Task.CompletedTask;
        }));

        var outcome = await ExecuteAsync(web, $$"""{"method":"{{method}}","url":"{{web.Url}}","body":"x"}""");

        Assert.Equal((kind, "http.interrupted"), (outcome.Kind, outcome.ErrorCode));
    }

    [Theory]
    [InlineData("GET", null, false)]
    [InlineData("POST", null, true)]
    [InlineData("POST", StepEffects.Keyed, false)]
    [InlineData("GET", StepEffects.Once, true)]
    public async Task Execute_ResumedAfterACrash_RepeatsOnlyWhatMayBeRepeated(string method, StepEffects? effects, bool isUnknown)
    {
        await using var web = await WebHostOf.StartAsync(app => app.Run(_ => Task.CompletedTask));

        var outcome = await ExecuteAsync(web, $$"""{"method":"{{method}}","url":"{{web.Url}}"}""", effects: effects, resumed: true);

        Assert.Equal(isUnknown ? StepOutcomeKind.Unknown : StepOutcomeKind.Succeeded, outcome.Kind);
    }

    [Fact]
    public async Task Execute_Keyed_SendsTheSameIdempotencyKeyOnEveryAttempt()
    {
        var keys = new List<string>();
        await using var web = await WebHostOf.StartAsync(app => app.Run(context =>
        {
            keys.Add(context.Request.Headers["Idempotency-Key"].ToString());
            return Task.CompletedTask;
        }));
        var runId = Guid.CreateVersion7();

        await ExecuteAsync(web, $$"""{"method":"POST","url":"{{web.Url}}"}""", effects: StepEffects.Keyed, runId: runId);
        await ExecuteAsync(web, $$"""{"method":"POST","url":"{{web.Url}}"}""", effects: StepEffects.Keyed, runId: runId, resumed: true);

        Assert.Equal($"{runId:N}-call", Assert.Single(keys.Distinct()));
    }

    [Theory]
    [InlineData("""{"method":"BREW","url":"http://example.com"}""")]
    [InlineData("""{"method":"GET","url":"not a url"}""")]
    [InlineData("""{"method":"GET"}""")]
    [InlineData("""{"method":"GET","url":7}""")]
    public async Task Execute_WrongConfig_FailsWithoutEffect(string config)
    {
        var outcome = await ExecuteAsync(null, config);

        Assert.Equal((StepOutcomeKind.Failed, "http.config_invalid", true), (outcome.Kind, outcome.ErrorCode, outcome.NoEffect));
    }

    [Fact]
    public async Task Execute_PrivateAddress_IsBlockedInWordsForPeople()
    {
        var outcome = await ExecuteAsync(null, """{"method":"POST","url":"http://192.168.0.1/"}""");

        Assert.Equal(("http.blocked", true), (outcome.ErrorCode, outcome.NoEffect));
        Assert.Contains("Egress:AllowPrivate", outcome.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://127.0.0.1{{ input.rest }}", "http://127.0.0.1{{ input.rest }}", ":PORT/", false)]
    [InlineData("http://{{ steps.cfg.output.host }}/x", "http://{{ steps.cfg.output.host }}", "", false)]
    [InlineData("http://127.0.0.1:PORT/{{ input.rest }}", "http://127.0.0.1:9", "x", false)]
    [InlineData("http://127.0.0.1:PORT/{{ input.rest }}", "http://127.0.0.1:PORT", "x", true)]
    public async Task C15_SealedHeader_IsSentOnlyToTheHostThatWasWrittenOut(string written, string boundTo, string rest, bool isSent)
    {
        var caught = new ConcurrentQueue<string>();
        await using var web = await WebHostOf.StartAsync(app => app.Run(context =>
        {
            caught.Enqueue(context.Request.Headers.Authorization.ToString());
            return Task.CompletedTask;
        }));
        var vault = new OpenVault();
        var workspace = Guid.CreateVersion7();
        using var secret = new SecretValue("canary");
        var bytes = await vault.SealAsync(
            new SecretBinding(workspace, workspace, "http.header.authorization", Filled(boundTo)), secret, Cancellation);
        var document = $$$"""{"method":"GET","url":"{{{Filled(written)}}}","headers":{"Authorization":"sealed:{{{Convert.ToBase64String(bytes)}}}"} }""";
        var rendered = document.Replace("{{ input.rest }}", Filled(rest), StringComparison.Ordinal)
            .Replace("{{ steps.cfg.output.host }}", web.Url.Authority, StringComparison.Ordinal);
        var plain = Call(rendered);
        var call = plain with { WorkspaceId = workspace, Step = plain.Step with { Config = JsonElement.Parse(document) } };

        var outcome = await new HttpRequestExecutor(_egress.Client, new HeaderSecrets(vault)).ExecuteAsync(call, Cancellation);

        Assert.Equal(isSent ? null : "http.secret_unreadable", outcome.ErrorCode);
        Assert.Equal(isSent ? ["canary"] : [], caught);

        string Filled(string text) => text.Replace("PORT", $"{web.Url.Port}", StringComparison.Ordinal);
    }

    [Fact]
    public async Task Execute_RunIsCancelled_StopsAtOnce()
    {
        await using var web = await WebHostOf.StartAsync(app => app.MapGet("/", (HttpContext context) => Task.Delay(Timeout.Infinite, context.RequestAborted)));
        using var cancelled = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));
        var executor = new HttpRequestExecutor(_egress.Client, new HeaderSecrets(new NoVault()));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => executor.ExecuteAsync(Call($$"""{"method":"GET","url":"{{web.Url}}"}"""), cancelled.Token));
    }

    private Task<StepOutcome> ExecuteAsync(
        WebHostOf? web, string config, RetryPolicy? retry = null, StepEffects? effects = null, bool resumed = false, Guid? runId = null)
    {
        _ = web;
        return new HttpRequestExecutor(_egress.Client, new HeaderSecrets(new NoVault())).ExecuteAsync(
            Call(config, retry, effects, resumed, runId), Cancellation);
    }

    private static StepCall Call(
        string config, RetryPolicy? retry = null, StepEffects? effects = null, bool resumed = false, Guid? runId = null) => new()
        {
            WorkspaceId = Guid.CreateVersion7(),
            FlowId = Guid.CreateVersion7(),
            RunId = runId ?? Guid.CreateVersion7(),
            UserId = Guid.CreateVersion7(),
            Path = "call",
            Attempt = 1,
            AttemptId = Guid.CreateVersion7(),
            Resumed = resumed,
            Step = new FlowStep { Id = "call", Type = "http.request", Retry = retry, Effects = effects },
            Config = JsonDocument.Parse(config).RootElement,
            Timeout = Patience.Limit,
        };

    /// <summary>Opens a value under the binding it was sealed with and no other.</summary>
    private sealed class OpenVault : IVault
    {
        public Task<Error?> CheckAsync(Guid workspaceId, CancellationToken cancellationToken) => Task.FromResult<Error?>(null);

        public Task<byte[]> SealAsync(SecretBinding binding, SecretValue value, CancellationToken cancellationToken) =>
            Task.FromResult(Encoding.UTF8.GetBytes($"{binding}\n{value.Expose()}"));

        public Task<SecretValue?> OpenAsync(SecretBinding binding, byte[] sealedValue, CancellationToken cancellationToken) =>
            Task.FromResult(Encoding.UTF8.GetString(sealedValue).Split('\n') is [var bound, var text] && bound == $"{binding}" ? new SecretValue(text) : null);

        public Task<byte[]> FingerprintAsync(Guid workspaceId, string purpose, SecretValue value, CancellationToken cancellationToken) =>
            throw new NotSupportedException();
    }
}
