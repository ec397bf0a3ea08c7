using System.IO.Compression;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Web.Keys;

/// <summary>A server behind a custom key, or a proxy before a provider, that sends back what it was sent.</summary>
public sealed class EchoedKeyTests(ProviderServer providers) : IClassFixture<ProviderServer>
{
    private const string Key = "sk-proj-canary-Zq7+x/9Kd_w3LmTb5hYv0RfJ8nUc2GsE";

    // What each answer does with the key; the engine's own record, stream and usage of it must not have it.
    private static readonly IReadOnlyList<(string Name, Func<HttpContext, Task> Answer)> s_ways =
    [
        .. KeyEncodings.Of(Key).Select(encoding => Way($"text: {encoding.Name}", ["Your key is ", encoding.Text, ", thank you"])),
        Way("one character an event", [.. Key.Select(character => character.ToString())]),
        Way("hex, three characters an event", [.. Convert.ToHexStringLower(Encoding.UTF8.GetBytes(Key)).Chunk(3).Select(part => new string(part))]),
        Way("base64, cut in the middle", Convert.ToBase64String(Encoding.UTF8.GetBytes(Key)) is var text ? [text[..20], text[20..]] : []),
        ("refusal, three characters an event", RefuseInPiecesAsync),
        Way("cut off before its end", ["It is ", Key[..^2]]),
        ("model name", context => StreamAsync(context, ["Hello"], chunk => chunk["model"] = Key)),
        ("model name in base64", context => StreamAsync(context, ["Hello"], chunk => chunk["model"] = Convert.ToBase64String(Encoding.UTF8.GetBytes(Key)))),
        ("finish reason", context => StreamAsync(context, ["Hello"], finish: Key)),
        ("usage",
            context => StreamAsync(context, ["Hello"], usage: new JsonObject { ["prompt_tokens"] = 1, ["completion_tokens"] = 1, ["note"] = Key, [Key] = 1 })),
        ("id, role and tier", context => StreamAsync(context, ["Hello"], chunk => (chunk["id"], chunk["service_tier"]) = (Key, Key))),
        ("headers", context =>
        {
            context.Response.Headers["x-request-id"] = Key;
            context.Response.Headers[Key[..20].Replace('+', '-')] = Key;
            return StreamAsync(context, ["Hello"]);
        }),
        ("reason phrase", context =>
        {
            context.Features.Get<IHttpResponseFeature>()!.ReasonPhrase = Key;
            return StreamAsync(context, ["Hello"]);
        }),
        ("comment and name of an event", async context =>
        {
            await context.Response.WriteAsync($": {Key}\nevent: {Key}\n");
            await StreamAsync(context, ["Hello"]);
        }),
        ("error in a good stream", context => context.Response.WriteAsync($"data: {{\"error\":{{\"message\":\"No {Key}\"}}}}\n\n")),
        ("body that is no answer", context => context.Response.WriteAsync(Key)),
        ("refusal, key cut by the length of the message", context => RefuseAsync(context, 400, new string('.', 480) + Key)),
        ("failure, key in escapes of escapes", context => RefuseAsync(context, 500, string.Concat(Key.Select(character => $"\\u{(int)character:x4}")))),
        ("redirect", context =>
        {
            context.Response.StatusCode = 307;
            context.Response.Headers.Location = "/" + Uri.EscapeDataString(Key);
            return Task.CompletedTask;
        }),
        ("compressed", async context =>
        {
            context.Response.Headers.ContentEncoding = "gzip";
            await using var zip = new GZipStream(context.Response.Body, CompressionLevel.Fastest);
            await zip.WriteAsync(Encoding.UTF8.GetBytes(Chunk(new JsonObject { ["content"] = Key }, null).ToJsonString()));
        }),
    ];

    public static TheoryData<string> Ways => [.. s_ways.Select(way => way.Name)];

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task S02_Ask_AnswerHoldsTheKey_NothingKeepsOrShowsIt(string name)
    {
        var cancellation = TestContext.Current.CancellationToken;
        var place = await providers.OpenAsync(key: Key);
        providers.Fake.Script = (context, _) =>
        {
            context.Response.ContentType = "text/event-stream";
            return s_ways.Single(way => way.Name == name).Answer(context);
        };
        try
        {
            var workspace = $"/api/v1/workspaces/{place.WorkspaceId}";
            var flow =
                new
                {
                    schema = 1,
                    steps = new[]
                { new { id = "ask", type = "ai.chat", config = new { provider = "openai", model = "gpt-5-mini", prompt = "Hi" } } },
                    connections = Array.Empty<object>()
                };
            var made = await ReadAsync(await place.Client.PostAsJsonAsync($"{workspace}/flows", new { name = "Ask", flow }, cancellation));
            var run = await ReadAsync(
                await place.Client.PostAsJsonAsync($"{workspace}/flows/{made.GetProperty("id")}/runs?wait=300", new { input = new { } }, cancellation));
            var runPath = $"{workspace}/runs/{run.GetProperty("id")}";

            string[] shown =
            [
                await place.Client.GetStringAsync(runPath, cancellation),
                await place.Client.GetStringAsync($"{runPath}/events", cancellation),
                await place.Client.GetStringAsync($"{workspace}/usage", cancellation),
                await place.Client.GetStringAsync($"{workspace}/usage/summary?groupBy=model", cancellation),
                await place.Client.GetStringAsync($"{workspace}/api-keys", cancellation),
            ];

            Assert.True(run.GetProperty("status").GetString() is "succeeded" or "failed", run.ToString());
            Assert.All(shown, text => AssertFree(Encoding.UTF8.GetBytes(text)));
            foreach (var file in Directory.EnumerateFiles(providers.Server.DataDirectory, "*", SearchOption.AllDirectories))
            {
                await using var open = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
                using var copy = new MemoryStream();
                await open.CopyToAsync(copy, cancellation);
                AssertFree(copy.ToArray());
            }
        }
        finally
        {
            providers.Fake.Script = null;
        }
    }

    // Half of the key already tells it: each encoding is looked for by its middle.
    private static void AssertFree(byte[] bytes)
    {
        foreach (var (encoding, text) in KeyEncodings.Of(Key))
        {
            var middle = Encoding.UTF8.GetBytes(text)[(text.Length / 4)..(text.Length * 3 / 4)];
            Assert.True(bytes.AsSpan().IndexOf(middle) < 0, $"Holds the key ({encoding}).");
        }
    }

    private static async Task<JsonElement> ReadAsync(HttpResponseMessage answer)
    {
        using (answer)
        {
            var body = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
            Assert.True(answer.IsSuccessStatusCode, body);
            return JsonSerializer.Deserialize<JsonElement>(body);
        }
    }

    private static (string Name, Func<HttpContext, Task> Answer) Way(string name, IReadOnlyList<string> parts) =>
        (name, context => StreamAsync(context, parts));

    private static async Task StreamAsync(
        HttpContext context, IReadOnlyList<string> parts, Action<JsonObject>? change = null, JsonObject? usage = null, string finish = "stop")
    {
        foreach (var chunk in parts.Select(part => Chunk(new JsonObject { ["content"] = part }, null))
            .Append(Chunk([], finish)).Append(UsageChunk(usage ?? new JsonObject { ["prompt_tokens"] = 1, ["completion_tokens"] = 1, ["total_tokens"] = 2 })))
        {
            change?.Invoke(chunk);
            await context.Response.WriteAsync($"data: {chunk.ToJsonString()}\n\n");
            await context.Response.Body.FlushAsync();
        }

        await context.Response.WriteAsync("data: [DONE]\n\n");
    }

    private static async Task RefuseInPiecesAsync(HttpContext context)
    {
        foreach (var piece in Key.Chunk(3))
        {
            await context.Response.WriteAsync($"data: {Chunk(new JsonObject { ["refusal"] = new string(piece) }, null).ToJsonString()}\n\n");
        }

        await context.Response.WriteAsync("data: [DONE]\n\n");
    }

    private static JsonObject UsageChunk(JsonObject usage)
    {
        var chunk = Chunk([], null);
        (chunk["choices"], chunk["usage"]) = (new JsonArray(), usage);
        return chunk;
    }

    private static JsonObject Chunk(JsonObject delta, string? finish) => new()
    {
        ["id"] = "chatcmpl-fake",
        ["object"] = "chat.completion.chunk",
        ["created"] = 1_700_000_000,
        ["model"] = "gpt-5-mini",
        ["choices"] = new JsonArray(new JsonObject { ["index"] = 0, ["delta"] = delta, ["finish_reason"] = finish }),
    };

    private static Task RefuseAsync(HttpContext context, int status, string message)
    {
        context.Response.StatusCode = status;
        return context.Response.WriteAsJsonAsync(new { error = new { message } });
    }
}
