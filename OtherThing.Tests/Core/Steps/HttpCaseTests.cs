using System.IO.Compression;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using OtherThing.Core.Flows;
using OtherThing.Core.Flows.Secrets;
using OtherThing.Core.Results;
using OtherThing.Core.Steps;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Core.Steps;

/// <summary>Answers as real servers give them and requests as people write them, byte for byte over a socket.</summary>
public sealed class HttpCaseTests : IDisposable
{
    private readonly EgressParts _egress = new("127.0.0.1");

    public static TheoryData<string> Answers => CaseFile.Ids("http-answers");

    public static TheoryData<string> Requests => CaseFile.Ids("http-requests");

    public void Dispose() => _egress.Dispose();

    [Theory]
    [MemberData(nameof(Answers))]
    public async Task Execute_AnswerOfACase_IsPutOutRight(string id)
    {
        var found = CaseFile.Find("http-answers", id);
        using var server = new RawServer(RawServer.Answer(found.GetProperty("answer")));

        var outcome = await ExecuteAsync(new JsonObject { ["url"] = server.Url.AbsoluteUri });

        var right = found.GetProperty("right");
        var rights = right.TryGetProperty("either", out var either) ? [.. either.EnumerateArray()] : new[] { right };
        var faults = rights.Select(one => FaultOf(outcome, one)).ToList();
        Assert.True(faults.Contains(null), string.Join(" | ", faults) + $" | {outcome.Kind} {outcome.ErrorCode} {outcome.Error} {outcome.Output}");
        Assert.NotEqual("step.fault", outcome.ErrorCode);
        if (right.TryGetProperty("bytesKept", out _))
        {
            var bytes = await ExecuteAsync(new JsonObject { ["url"] = server.Url.AbsoluteUri, ["responseBody"] = "base64" });
            Assert.Equal(found.GetProperty("answer").GetProperty("base64").GetString(), bytes.Output.GetProperty("body").GetString());
        }
    }

    [Theory]
    [MemberData(nameof(Requests))]
    public async Task Execute_RequestOfACase_IsSentRight(string id)
    {
        var found = CaseFile.Find("http-requests", id);
        using var server = new RawServer("HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"u8.ToArray());
        var config = JsonNode.Parse(found.GetProperty("config").GetRawText())!.AsObject();
        config["url"] = server.Url.AbsoluteUri;

        var outcome = await ExecuteAsync(config);

        var asked = Encoding.UTF8.GetString(server.Asked);
        var right = found.GetProperty("right");
        if (right.TryGetProperty("target", out var target))
        {
            Assert.EndsWith(target.GetString()!, asked.Split(' ')[1], StringComparison.Ordinal);
            return;
        }

        var sent = right.TryGetProperty("either", out var either) ? either[0] : right;
        Assert.Equal((StepOutcomeKind.Succeeded, null), (outcome.Kind, outcome.Error));
        Assert.Contains("\r\n" + sent.GetProperty("sent").GetString() + "\r\n", asked, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("text/plain; charset=\"KOI8-U\"", "f0d2c9d7c5d4", "\"Привет\"")]
    [InlineData("text/plain;charset=utf8", "c3a9", "\"é\"")]
    [InlineData("text/plain; charset=cp1252", "80", "\"€\"")]
    [InlineData("text/plain; charset=us-ascii", "c3a9", "\"é\"")]
    [InlineData("text/plain; charset=x-made-up", "c3a9", "\"é\"")]
    [InlineData("text/plain; charset=utf-16", "00470072", "\"Gr\"")]
    [InlineData("text/plain; charset=utf-32le", "47000000", "\"G\"")]
    [InlineData("text/plain; charset=euc-kr", "c7d1b1db", "\"한글\"")]
    [InlineData("text/csv; charset=windows-1252", "efbbbf612cc3a9", "\"a,é\"")]
    [InlineData("text/html, text/html", "61", "\"a\"")]
    [InlineData("APPLICATION/VND.API+JSON ; x", "7b2261223a317d", "{\"a\":1}")]
    [InlineData("application/json", "5b312c5d", "\"[1,]\"")]
    [InlineData("application/json", "7b2261223a7b2262223a312c2262223a327d2c2263223a22785c7564383364227d", "{\"a\":{\"b\":2},\"c\":\"x\ufffd\"}")]
    [InlineData("application/json", "7b2261223a225c5c7564383364227d", "{\"a\":\"\\\\ud83d\"}")]
    public async Task Execute_DeclaredBytes_AreReadAsTheyAreDeclared(string type, string hex, string expected)
    {
        using var server = new RawServer(
            [.. Encoding.Latin1.GetBytes($"HTTP/1.1 200 OK\r\nContent-Type: {type}\r\nConnection: close\r\n\r\n"), .. Convert.FromHexString(hex)]);

        var outcome = await ExecuteAsync(new JsonObject { ["url"] = server.Url.AbsoluteUri });

        Assert.Equal((StepOutcomeKind.Succeeded, null), (outcome.Kind, outcome.Error));
        Assert.Equal(expected, outcome.Output.GetProperty("body").GetRawText());
    }

    [Theory]
    [InlineData("text/plain", "e9", "http.body_not_text")]
    [InlineData("text/plain; charset=utf-8", "c3", "http.body_not_text")]
    [InlineData("text/plain; charset=shift_jis", "93fa96", "http.body_not_text")]
    [InlineData("text/plain; charset=utf-7", "e9", "http.body_not_text")]
    [InlineData("application/json", "7b2261223a22e9227d", "http.body_not_text")]
    [InlineData("audio/mpeg", "fffe00010203", "http.body_not_text")]
    [InlineData("text/plain\r\nContent-Encoding: zstd", "28b52ffd", "http.body_undecodable")]
    [InlineData("text/plain\r\nContent-Encoding: br", "ff", "http.body_undecodable")]
    [InlineData("text/plain\r\nContent-Encoding: deflate", "ffffff", "http.body_undecodable")]
    public async Task Execute_BytesThatAreNoText_FailByNameAndKeepStatusAndHeaders(string type, string hex, string code)
    {
        using var server = new RawServer(
            [.. Encoding.Latin1.GetBytes($"HTTP/1.1 200 OK\r\nContent-Type: {type}\r\nConnection: close\r\n\r\n"), .. Convert.FromHexString(hex)]);

        var outcome = await ExecuteAsync(new JsonObject { ["url"] = server.Url.AbsoluteUri });

        Assert.Equal((StepOutcomeKind.Failed, code), (outcome.Kind, outcome.ErrorCode));
        Assert.DoesNotContain('\ufffd', outcome.Output.GetRawText());
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("br")]
    [InlineData("deflate")]
    public async Task Execute_PackedBody_IsUnpackedAndAnErrorWhenItsEndIsMissing(string encoding)
    {
        var packed = Pack(encoding, Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 3_000).Select(i => $"{i * 7919:x} "))));

        var whole = await AnswerAsync(packed);
        var cuts = new List<string?>();
        foreach (var missing in new[] { 1, 9, packed.Length / 2 })
        {
            cuts.Add((await AnswerAsync(packed[..^missing])).ErrorCode);
        }

        Assert.StartsWith("0 1eef ", whole.Output.GetProperty("body").GetString(), StringComparison.Ordinal);
        Assert.All(cuts, code => Assert.Equal("http.body_undecodable", code));

        async Task<StepOutcome> AnswerAsync(byte[] body)
        {
            using var server =
                new RawServer([
                    .. Encoding.Latin1.GetBytes($"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Encoding: {encoding}\r\nConnection: close\r\n\r\n"),
                    .. body]);
            return await ExecuteAsync(new JsonObject { ["url"] = server.Url.AbsoluteUri });
        }
    }

    [Fact]
    public async Task Execute_OneCookie_IsAListAllTheSame()
    {
        using var server = new RawServer("HTTP/1.1 200 OK\r\nset-cookie: a=1, b\r\nX-Name: Jos\u00e9\r\nConnection: close\r\n\r\n"u8.ToArray());

        var headers = (await ExecuteAsync(new JsonObject { ["url"] = server.Url.AbsoluteUri })).Output.GetProperty("headers");

        Assert.Equal("""["a=1, b"]""", headers.GetProperty("set-cookie").GetRawText());
        Assert.Equal("José", headers.GetProperty("x-name").GetString());
    }

    [Theory]
    [InlineData(40, JsonValueKind.Array)]
    [InlineData(56, JsonValueKind.Array)]
    [InlineData(57, JsonValueKind.String)]
    [InlineData(100_000, JsonValueKind.String)]
    public async Task Execute_DeepJson_IsAValueAsDeepAsRunsTake_AndTextBeyond(int levels, JsonValueKind kind)
    {
        var body = new string('[', levels) + new string(']', levels);
        using var server = new RawServer(Encoding.Latin1.GetBytes($"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n{body}"));

        var outcome = await ExecuteAsync(new JsonObject { ["url"] = server.Url.AbsoluteUri });

        var found = outcome.Output.GetProperty("body");
        Assert.Equal(kind, found.ValueKind);
        Assert.Equal(body, kind == JsonValueKind.String ? found.GetString() : found.GetRawText());
    }

    private static byte[] Pack(string encoding, byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (Stream stream = encoding switch
        {
            "gzip" => new GZipStream(packed, CompressionLevel.Optimal),
            "br" => new BrotliStream(packed, CompressionLevel.Optimal),
            _ => new ZLibStream(packed, CompressionLevel.Optimal),
        })
        {
            stream.Write(bytes);
        }

        return packed.ToArray();
    }

    /// <summary>Why an outcome is not what is right; null when it is.</summary>
    private static string? FaultOf(StepOutcome outcome, JsonElement right)
    {
        foreach (var part in right.EnumerateObject())
        {
            var met = part.Name switch
            {
                "error" => outcome.Kind == StepOutcomeKind.Failed && outcome.ErrorCode!.StartsWith(part.Value.GetString()!, StringComparison.Ordinal),
                "status" => outcome.Kind == StepOutcomeKind.Succeeded && outcome.Output.GetProperty("status").GetInt32() == part.Value.GetInt32(),
                "body" => outcome.Kind == StepOutcomeKind.Succeeded && JsonElement.DeepEquals(outcome.Output.GetProperty("body"), part.Value),
                "raw" => outcome.Output.GetProperty("body").GetRawText() == part.Value.GetString(),
                "cookies" => JsonElement.DeepEquals(outcome.Output.GetProperty("headers").GetProperty("set-cookie"), part.Value),
                "bytesKept" => outcome.Kind == StepOutcomeKind.Failed
                    && outcome.ErrorCode == "http.body_not_text"
                    && !outcome.Output.GetRawText().Contains('\ufffd', StringComparison.Ordinal),
                _ => false,
            };
            if (!met)
            {
                return part.ToString();
            }
        }

        return null;
    }

    private async Task<StepOutcome> ExecuteAsync(JsonObject config)
    {
        var executor = new HttpRequestExecutor(_egress.Client, new HeaderSecrets(new NoVault()));
        return await executor.ExecuteAsync(
            new StepCall
            {
                WorkspaceId = Guid.CreateVersion7(),
                FlowId = Guid.CreateVersion7(),
                RunId = Guid.CreateVersion7(),
                UserId = Guid.CreateVersion7(),
                Path = "call",
                Attempt = 1,
                AttemptId = Guid.CreateVersion7(),
                Step = new FlowStep { Id = "call", Type = "http.request" },
                Config = Json.ToElement(config),
                Timeout = Patience.Limit,
            },
            TestContext.Current.CancellationToken);
    }
}
