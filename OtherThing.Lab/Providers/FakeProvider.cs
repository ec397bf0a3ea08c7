using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace OtherThing.Lab.Providers;

/// <summary>One call as it arrived.</summary>
/// <param name="Path">Where it went.</param>
/// <param name="Key">The key it came with.</param>
/// <param name="Model">The model it asked for.</param>
/// <param name="Body">Its whole body.</param>
public sealed record FakeCall(string Path, string? Key, string? Model, JsonElement Body);

/// <summary>
/// A provider on loopback that speaks OpenAI chat completions and Anthropic messages, streaming included, and counts calls. It answers
/// <c>Echo: {prompt}</c>, or what follows <c>say: </c>; keys that hold <c>bad</c> are refused.
/// </summary>
public sealed class FakeProvider : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<FakeCall> _calls = new();

    private FakeProvider(WebApplication app)
    {
        _app = app;
        app.MapGet("/v1/models", (HttpRequest request) => Local?.List() ?? ListModels(request));
        app.MapGet("/{**path}", (string path) => Local?.Answer(path) ?? Results.NotFound());
        app.MapPost("/v1/chat/completions", context => TakeAsync(context, OpenAiWire.Instance));
        app.MapPost("/v1/messages", context => TakeAsync(context, AnthropicWire.Instance));
        app.MapGet("/calls", () => Results.Json(new { count = Calls }));
    }

    /// <summary>The base URL for OpenAI-compatible clients.</summary>
    public Uri OpenAiUrl => new(AnthropicUrl, "v1");

    /// <summary>The base URL for Anthropic clients.</summary>
    public Uri AnthropicUrl => new(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());

    /// <summary>How it behaves from now on.</summary>
    public FakeMode Mode { get; set; }

    /// <summary>The wait between words in <see cref="FakeMode.Slow"/>.</summary>
    public TimeSpan Pace { get; set; } = TimeSpan.FromMilliseconds(200);

    /// <summary>Where <see cref="FakeMode.Redirect"/> points to.</summary>
    public Uri RedirectTo { get; set; } = new("http://redirected.invalid/");

    /// <summary>The usage it reports in place of counted words; null counts.</summary>
    public JsonObject? Usage { get; set; }

    /// <summary>What it replies to a prompt; null, or null for a prompt, echoes.</summary>
    public Func<string, string?>? Reply { get; set; }

    /// <summary>Answers a chat call in place of everything above; null answers as <see cref="Mode"/> says.</summary>
    public Func<HttpContext, FakeCall, Task>? Script { get; set; }

    /// <summary>What it serves as a server of models on somebody's own machine, without a key; null for a provider.</summary>
    public FakeLocal? Local { get; set; }

    /// <summary>How many chat calls arrived.</summary>
    public int Calls => _calls.Count;

    /// <summary>The chat calls, in the order they arrived.</summary>
    public IReadOnlyCollection<FakeCall> Log => _calls;

    /// <summary>Starts one.</summary>
    /// <param name="port">The port on loopback; 0 takes a free one.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<FakeProvider> StartAsync(int port = 0, CancellationToken cancellationToken = default)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port));
        var provider = new FakeProvider(builder.Build());
        await provider._app.StartAsync(cancellationToken);
        return provider;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource(TimeSpan.Zero);
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
    }

    private static string? KeyOf(HttpRequest request) =>
        request.Headers["x-api-key"].FirstOrDefault() ?? request.Headers.Authorization.FirstOrDefault()?.Split(' ', 2).Last();

    private static bool IsRefused(string? key) => string.IsNullOrEmpty(key) || key.Contains("bad", StringComparison.Ordinal);

    private static IResult ListModels(HttpRequest request) => IsRefused(KeyOf(request))
        ? Results.Json(new { error = new { message = $"Incorrect API key provided: {KeyOf(request)}.", type = "invalid_request_error" } }, statusCode: 401)
        : Results.Json(new { @object = "list", data = new[] { new { id = "gpt-5-mini" }, new { id = "fake-answer" } } });

    private async Task TakeAsync(HttpContext context, IFakeWire wire)
    {
        var cancellationToken = context.RequestAborted;
        using var body = await JsonDocument.ParseAsync(context.Request.Body, cancellationToken: cancellationToken);
        var request = body.RootElement.Clone();
        var key = KeyOf(context.Request);
        var model = request.GetProperty("model").GetString()!;
        var call = new FakeCall(context.Request.Path, key, model, request);
        _calls.Enqueue(call);
        if (Script is { } script)
        {
            await script(context, call);
            return;
        }

        var mode = ModeOf(model);
        if (Local is null && IsRefused(key))
        {
            await RefuseAsync(context, 401, $"Incorrect API key provided: {key}.");
            return;
        }

        switch (mode)
        {
            case FakeMode.TooMany:
                context.Response.Headers.RetryAfter = "2";
                await RefuseAsync(context, 429, "Rate limit reached for requests.");
                return;
            case FakeMode.Unavailable:
                await RefuseAsync(context, 503, "The engine is currently overloaded.");
                return;
            case FakeMode.Fail:
                await RefuseAsync(context, 500, $"Something broke while serving {key}.");
                return;
            case FakeMode.NoAnswer:
                context.Abort();
                return;
            case FakeMode.WrongJson:
                context.Response.ContentType = "text/event-stream";
                await context.Response.WriteAsync("data: {\"choices\": 7}\n\ndata: nonsense\n\n", cancellationToken);
                return;
            case FakeMode.Redirect:
                context.Response.StatusCode = 307;
                context.Response.Headers.Location = RedirectTo.AbsoluteUri;
                return;
            default:
                await AnswerAsync(context, wire, request, model, mode);
                return;
        }
    }

    private async Task AnswerAsync(HttpContext context, IFakeWire wire, JsonElement request, string model, FakeMode mode)
    {
        var cancellationToken = context.RequestAborted;
        var prompt = wire.PromptOf(request);
        var reply = Reply?.Invoke(prompt) is { } scripted
            ? scripted
            : prompt.StartsWith("say: ", StringComparison.Ordinal) ? prompt["say: ".Length..] : $"Echo: {prompt}";
        var parts = reply.Split(' ').Select((word, index) => index == 0 ? word : " " + word).ToArray();
        var usage = mode == FakeMode.NoUsage ? null : Usage ?? wire.Usage(prompt.Split(' ').Length, parts.Length);
        if (!(request.TryGetProperty("stream", out var stream) && stream.GetBoolean()))
        {
            await context.Response.WriteAsJsonAsync(wire.Whole(model, reply, usage), cancellationToken);
            return;
        }

        context.Response.ContentType = "text/event-stream";
        await WriteAsync(context, wire.Begin(model, usage));
        for (var index = 0; index < parts.Length; index++)
        {
            if (mode is FakeMode.CutHalfWay or FakeMode.EndHalfWay && index >= (parts.Length + 1) / 2)
            {
                if (mode == FakeMode.CutHalfWay)
                {
                    // A reset throws away what the other side has not read yet; it should have read the first half.
                    await Task.Delay(Pace, cancellationToken);
                    context.Abort();
                }

                return;
            }

            if (mode == FakeMode.Slow)
            {
                await Task.Delay(Pace, cancellationToken);
            }

            await WriteAsync(context, wire.Part(model, parts[index]));
        }

        await WriteAsync(context, wire.End(model, usage, request));
    }

    private FakeMode ModeOf(string model) =>
        model.StartsWith("fake-", StringComparison.Ordinal)
        && Enum.TryParse<FakeMode>(model["fake-".Length..].Replace("_", ""), ignoreCase: true, out var chosen)
            ? chosen
            : Mode;

    private static async Task WriteAsync(HttpContext context, string events)
    {
        await context.Response.WriteAsync(events, context.RequestAborted);
        await context.Response.Body.FlushAsync(context.RequestAborted);
    }

    private static Task RefuseAsync(HttpContext context, int status, string message)
    {
        context.Response.StatusCode = status;
        return context.Response.WriteAsJsonAsync(
            new { type = "error", error = new { message, type = "fake_error" } }, context.RequestAborted);
    }
}
