using System.IO.Compression;
using System.Text;
using System.Text.Json;
using OtherThing.Tests.Support;
using OtherThing.Tests.Web.Runs;

namespace OtherThing.Tests.Web.Triggers;

/// <summary>Deliveries as real senders make them, over the wire to a published webhook.</summary>
public sealed class WebhookCaseTests(SharedServer server) : IAsyncLifetime
{
    private const string Echo = """
        {"steps":[{"id":"hook","type":"trigger.webhook","config":{"respond":"output"}},{"id":"out","type":"output","config":{"value":"{{ input }}"}}],
         "connections":[{"from":"hook","to":"out"}]}
        """;

    // Bytes above 127 in a header go out as one byte each, as the cases have them.
    private readonly HttpClient _sender = new(new SocketsHttpHandler { RequestHeaderEncodingSelector = (_, _) => Encoding.Latin1 })
    {
        BaseAddress = server.BaseAddress,
        Timeout = Patience.OfAnAnswer,
    };

    private string _url = "";

    public static TheoryData<string> Cases => CaseFile.Ids("webhooks");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var client = await RunClient.NewAsync(server);
        var flow = (await client.PostAsync("/flows", $$"""{"name":"Hook","flow":{{Echo}} }""")).GetProperty("id").GetString();
        _url = (await client.PostAsync($"/flows/{flow}/publish")).GetProperty("triggers")[0].GetProperty("url").GetString()!;
    }

    public ValueTask DisposeAsync()
    {
        _sender.Dispose();
        return ValueTask.CompletedTask;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Deliver_DeliveryOfACase_IsTakenRight(string id)
    {
        var found = CaseFile.Find("webhooks", id);
        var body = found.TryGetProperty("base64", out var bytes) ? bytes.GetBytesFromBase64() : Encoding.UTF8.GetBytes(found.GetProperty("text").GetString()!);

        var (status, answer) = await DeliverAsync(
            found.GetProperty("query").GetString()!, found.GetProperty("contentType").GetString()!, body,
            [.. found.GetProperty("headers").EnumerateObject().Select(header => (header.Name, header.Value.GetString()!))]);

        var right = found.GetProperty("right");
        var rights = right.TryGetProperty("either", out var either) ? [.. either.EnumerateArray()] : new[] { right };
        Assert.True(rights.Any(one => IsMet(one, status, answer)), $"{status} {answer}");
    }

    [Theory]
    [InlineData("application/x-www-form-urlencoded", "", "a=1&A=2&a=%e2%82%ac&b&%C3%A9=x%3D", """{"a":["1","€"],"A":"2","b":"","é":"x="}""")]
    [InlineData("application/x-www-form-urlencoded; charset=shift_jis", "", "n=%93%fa%96%7b", """{"n":"日本"}""")]
    [InlineData(
        "multipart/form-data; boundary=\"a b\"", "",
        "preamble\r\n--a b\r\nContent-Disposition: form-data; name=x\r\n\r\n1\r\n--a b\r\ncontent-disposition: form-data; name=\"x\"\r\nContent-Type: "
            + "text/plain\r\n\r\n--a bc\r\n\r\n--a b--\r\nafter",
        """{"x":["1","--a bc\r\n"]}""")]
    [InlineData("multipart/form-data; boundary=b", "", "--b\nContent-Disposition: form-data; name=\"x\"\n\n1\n--b--", """{"x":"1"}""")]
    [InlineData(
        "multipart/form-data; boundary=b", "",
        "--b\r\nContent-Disposition: form-data; name=\"f\"; filename*=UTF-8''%C3%A9.txt\r\nContent-Type: text/plain\r\n\r\nhi\r\n--b--",
        """{"f":{"name":"é.txt","mime":"text/plain","bytes":2,"base64":"aGk="}}""")]
    [InlineData("application/json", "identity, gzip", """{"a":[1,{"b":1,"b":2}]}""", """{"a":[1,{"b":2}]}""")]
    [InlineData("text/plain; charset=utf-8;;", "br", "é", "\"é\"")]
    public async Task Deliver_BodyOfTheSameKinds_IsRead(string type, string packed, string body, string expected)
    {
        var bytes = Encoding.UTF8.GetBytes(body);
        bytes = packed.Length == 0 ? bytes : Pack(packed, bytes);

        var (status, answer) = await DeliverAsync("", type, bytes, packed.Length == 0 ? [] : [("Content-Encoding", packed)]);

        Assert.Equal((200, expected), (status, status == 200 ? answer.GetProperty("body").GetRawText() : answer.ToString()));
    }

    [Theory]
    [InlineData("application/json", "zstd", "00", 415, "webhook.body_unsupported")]
    [InlineData("application/json", "gzip", "7b7d", 400, "webhook.body_invalid")]
    [InlineData("application/json", "br", "ffffff", 400, "webhook.body_invalid")]
    [InlineData("text/plain", "", "e9", 400, "webhook.body_invalid")]
    [InlineData("application/json", "", "7b22e9223a317d", 400, "webhook.body_invalid")]
    [InlineData("application/x-www-form-urlencoded", "", "6e3d254539", 400, "webhook.body_invalid")]
    [InlineData("multipart/form-data", "", "2d2d", 400, "webhook.body_invalid")]
    [InlineData("multipart/form-data; boundary=b", "", "2d2d620d0a0d0a68692e", 400, "webhook.body_invalid")]
    [InlineData("image/png", "", "89504e47", 400, "webhook.body_invalid")]
    public async Task Deliver_BodyThatIsNotAsItSays_IsRefusedByName(string type, string packed, string hex, int status, string code)
    {
        var (found, answer) = await DeliverAsync("", type, Convert.FromHexString(hex), packed.Length == 0 ? [] : [("Content-Encoding", packed)]);

        Assert.Equal((status, code), (found, answer.GetProperty("code").GetString()));
        Assert.NotEmpty(answer.GetProperty("detail").GetString()!);
    }

    private static bool IsMet(JsonElement right, int status, JsonElement answer) => right.EnumerateObject().All(part => part.Name switch
    {
        "status" => status == part.Value.GetInt32(),
        "statusBelow" => status < part.Value.GetInt32(),
        "body" or "query" => status == 200 && JsonElement.DeepEquals(answer.GetProperty(part.Name), part.Value),
        "holds" =>
            status == 200 && part.Value.EnumerateObject().All(field => JsonElement.DeepEquals(answer.GetProperty("body").GetProperty(field.Name), field.Value)),
        _ => false,
    });

    private static byte[] Pack(string encoding, byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (Stream stream = encoding.Contains("br", StringComparison.Ordinal)
            ? new BrotliStream(packed, CompressionLevel.Optimal)
            : new GZipStream(packed, CompressionLevel.Optimal))
        {
            stream.Write(bytes);
        }

        return packed.ToArray();
    }

    private async Task<(int Status, JsonElement Answer)> DeliverAsync(string query, string type, byte[] body, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, _url + query) { Content = new ByteArrayContent(body) };
        request.Content.Headers.TryAddWithoutValidation("Content-Type", type);
        foreach (var (name, value) in headers)
        {
            Assert.True(request.Headers.TryAddWithoutValidation(name, value) || request.Content.Headers.TryAddWithoutValidation(name, value));
        }

        using var answer = await _sender.SendAsync(request, Cancel);
        return ((int)answer.StatusCode, JsonElement.Parse(await answer.Content.ReadAsByteArrayAsync(Cancel)));
    }
}
