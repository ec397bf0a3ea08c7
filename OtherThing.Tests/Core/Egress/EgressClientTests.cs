using System.IO.Compression;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;
using OtherThing.Core.Egress;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Core.Egress;

public sealed class EgressClientTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<string> Corpus =>
    [
        // Loopback in every spelling
        "http://127.0.0.1:{0}/", "http://127.1:{0}/", "http://127.0.1:{0}/", "http://127.255.255.254:{0}/", "http://2130706433:{0}/",
        "http://0x7f000001:{0}/", "http://0x7f.1:{0}/", "http://0177.0.0.1:{0}/", "http://017700000001:{0}/", "http://0x7f.0x0.0x0.0x1:{0}/",
        "http://localhost:{0}/", "http://LOCALHOST:{0}/", "http://localhost.:{0}/", "http://a.localhost:{0}/", "http://[::1]:{0}/",
        "http://[0:0:0:0:0:0:0:1]:{0}/", "http://[::]:{0}/", "http://0.0.0.0:{0}/", "http://0:{0}/", "http://[::ffff:127.0.0.1]:{0}/",
        "http://[::ffff:7f00:1]:{0}/", "http://[::127.0.0.1]:{0}/", "http://[64:ff9b::7f00:1]:{0}/", "http://[64:ff9b:1::7f00:1]:{0}/",
        "http://[2002:7f00:1::]:{0}/", "http://[2001:0:7f00:1::]:{0}/", "http://[::ffff:0:127.0.0.1]:{0}/", "http://①②⑦.⓪.⓪.①:{0}/",
        "http://127。0。0。1:{0}/",
        // Metadata and link-local
        "http://169.254.169.254/latest/meta-data/", "http://[::ffff:169.254.169.254]/", "http://2852039166/", "http://0xA9FEA9FE/",
        "http://169.254.0.1/", "http://[fe80::1]/", "http://[fe80::1%25eth0]/", "http://[fd00:ec2::254]/", "http://metadata.test/",
        // Private, shared, reserved
        "http://10.0.0.1/", "http://172.16.0.1/", "http://172.31.255.255/", "http://192.168.1.1/", "http://100.64.0.1/", "http://192.0.0.1/",
        "http://198.18.0.1/", "http://224.0.0.1/", "http://240.0.0.1/", "http://255.255.255.255/", "http://[fc00::1]/", "http://[fec0::1]/",
        "http://[ff02::1]/", "http://[2001:db8::1]/",
        // Names that lead there
        "http://loop.test:{0}/", "http://mapped.test:{0}/", "http://lan.test/", "http://six.test:{0}/",
        // Not HTTP, or with more in it than an address
        "file:///etc/passwd", "ftp://example.com/", "gopher://127.0.0.1:{0}/_x", "http://user:pass@example.com/", "http://example.com@127.0.0.1:{0}/",
        "javascript:alert(1)", "//127.0.0.1:{0}/", "http://example.com:22/", "http://example.com:6379/", "unix:///var/run/docker.sock",
    ];

    [Theory]
    [MemberData(nameof(Corpus))]
    public async Task N11_Send_ToWhatIsNotPublic_NeverConnects(string pattern)
    {
        using var trap = new Trap();
        using var parts = new EgressParts();
        parts.Resolver.Add("loop.test", "127.0.0.1");
        parts.Resolver.Add("mapped.test", "::ffff:127.0.0.1");
        parts.Resolver.Add("six.test", "::1", "127.0.0.1");
        parts.Resolver.Add("lan.test", "192.168.0.10");
        parts.Resolver.Add("metadata.test", "169.254.169.254");
        var text = pattern.Replace("{0}", trap.Port.ToString(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal);

        var checkedUrl = parts.Policy.CheckUrl(text);
        var error = checkedUrl.Error;
        if (checkedUrl.IsSuccess)
        {
            error = (await parts.Client.SendAsync(Get(checkedUrl.Value), Cancellation)).Error;
        }

        Assert.Contains(error!.Code, (string[])["egress.blocked", "egress.url_invalid"]);
        Assert.Equal(0, trap.Visits);
    }

    [Fact]
    public void N11_Corpus_HasSixtyAddresses() => Assert.True(Corpus.Count >= 60, $"{Corpus.Count}");

    [Fact]
    public async Task N11_Send_NameThatTurnsPrivate_IsResolvedOnceAndNeverConnectsThere()
    {
        using var trap = new Trap();
        using var parts = new EgressParts(configure: options => options.ConnectTimeoutSeconds = 1);
        parts.Resolver.Add("rebind.test", "8.8.8.8");
        parts.Resolver.Add("rebind.test", "127.0.0.1");

        var result = await parts.Client.SendAsync(Get(new Uri($"http://rebind.test:{trap.Port}/")), Cancellation);

        Assert.NotNull(result.Error);
        Assert.Equal((1, 0), (parts.Resolver.Questions, trap.Visits));
    }

    [Fact]
    public async Task Send_AllowedPrivatePlace_IsReached()
    {
        await using var web = await WebHostOf.StartAsync(app => app.MapGet("/", () => Results.Json(new { ok = true })));
        using var parts = new EgressParts($"127.0.0.1:{web.Url.Port}");

        var result = await parts.Client.SendAsync(Get(web.Url), Cancellation);
        var other = await parts.Client.SendAsync(Get(new Uri($"http://127.0.0.1:{web.Url.Port + 1}/")), Cancellation);

        Assert.Equal((200, "application/json"), (result.Response!.Status, result.Response.Type.Name));
        Assert.Equal("egress.blocked", other.Error!.Code);
    }

    [Theory]
    [InlineData(301)]
    [InlineData(302)]
    [InlineData(303)]
    [InlineData(307)]
    [InlineData(308)]
    public async Task C15_Redirect_ToAnotherOrigin_CarriesNeitherCredentialNorBody(int status)
    {
        var seen = new List<(string Method, string Headers, string Body)>();
        await using var other = await WebHostOf.StartAsync(app => app.Run(async context =>
        {
            using var reader = new StreamReader(context.Request.Body);
            seen.Add((context.Request.Method, string.Join('\n', context.Request.Headers), await reader.ReadToEndAsync(Cancellation)));
        }));
        await using var first = await WebHostOf.StartAsync(app => app.Run(context =>
        {
            context.Response.StatusCode = status;
            context.Response.Headers.Location = other.Url.AbsoluteUri;
            return Task.CompletedTask;
        }));
        using var parts = new EgressParts($"127.0.0.1:{first.Url.Port},127.0.0.1:{other.Url.Port}");
        KeyValuePair<string, string>[] secret =
        [
            new("Authorization", "Bearer canary"), new("x-api-key", "canary"), new("api-key", "canary"), new("x-goog-api-key", "canary"),
            new("Cookie", "canary=1"), new("X-Custom-Token", "canary"), new("Accept", "text/plain"),
        ];

        await parts.Client.SendAsync(Get(first.Url) with { Headers = secret }, Cancellation);
        await parts.Client.SendAsync(
            Get(first.Url) with { Method = HttpMethod.Post, Headers = secret, Body = "canary"u8.ToArray(), ContentType = "text/plain" }, Cancellation);

        Assert.NotEmpty(seen);
        Assert.All(seen, visit => Assert.DoesNotContain("canary", visit.Headers + visit.Body, StringComparison.Ordinal));
    }

    [Fact]
    public async Task N11_Redirect_ToPrivate_IsBlocked()
    {
        using var trap = new Trap();
        await using var first = await WebHostOf.StartAsync(app => app.MapGet("/", () => Results.Redirect($"http://localhost:{trap.Port}/")));
        using var parts = new EgressParts($"127.0.0.1:{first.Url.Port}");

        var result = await parts.Client.SendAsync(Get(first.Url), Cancellation);

        Assert.Equal(("egress.blocked", false), (result.Error!.Code, result.NothingSent));
        Assert.Equal(0, trap.Visits);
    }

    [Theory]
    [InlineData(3, null)]
    [InlineData(4, "egress.too_many_redirects")]
    public async Task Redirect_Hops_AreCounted(int hops, string? code)
    {
        await using var web = await WebHostOf.StartAsync(app => app.MapGet(
            "/{left:int}", (int left) => left == 0 ? Results.Ok("done") : Results.Redirect($"/{left - 1}")));
        using var parts = new EgressParts($"127.0.0.1:{web.Url.Port}");

        var result = await parts.Client.SendAsync(Get(new Uri(web.Url, hops.ToString(System.Globalization.CultureInfo.InvariantCulture))), Cancellation);

        Assert.Equal(code, result.Error?.Code);
    }

    [Fact]
    public async Task Send_AnswerLargerThanTheLimit_IsRefusedAlsoWhenItIsSmallOnTheWire()
    {
        await using var web = await WebHostOf.StartAsync(app =>
        {
            app.MapGet("/plain", () => Results.Bytes(new byte[2_000]));
            app.MapGet("/bomb", async context =>
            {
                context.Response.Headers.ContentEncoding = "gzip";
                await using var gzip = new GZipStream(context.Response.Body, CompressionLevel.Optimal);
                await gzip.WriteAsync(new byte[5_000_000], Cancellation);
            });
        });
        using var parts = new EgressParts($"127.0.0.1:{web.Url.Port}", options => options.MaxResponseBytes = 1_000);

        var plain = await parts.Client.SendAsync(Get(new Uri(web.Url, "/plain")), Cancellation);
        var bomb = await parts.Client.SendAsync(Get(new Uri(web.Url, "/bomb")), Cancellation);

        Assert.Equal("egress.too_large", plain.Error!.Code);
        Assert.Equal("egress.too_large", bomb.Error!.Code);
    }

    [Fact]
    public async Task Send_NobodyListens_SaysThatNothingWasSent()
    {
        int port;
        using (var gone = new Trap())
        {
            port = gone.Port;
        }

        using var parts = new EgressParts("127.0.0.1");

        var result = await parts.Client.SendAsync(Get(new Uri($"http://127.0.0.1:{port}/")), Cancellation);

        Assert.Equal(("egress.unreachable", true), (result.Error!.Code, result.NothingSent));
    }

    [Fact]
    public async Task Send_SlowAnswer_TimesOutAsMaybeSent()
    {
        var arrived = new TaskCompletionSource();
        await using var web = await WebHostOf.StartAsync(app => app.MapGet("/", (HttpContext context) =>
        {
            arrived.TrySetResult();
            return Task.Delay(Timeout.Infinite, context.RequestAborted);
        }));
        var clock = new FakeTimeProvider();
        using var parts = new EgressParts("127.0.0.1", clock: clock);

        var sending = parts.Client.SendAsync(Get(web.Url) with { Timeout = TimeSpan.FromSeconds(30) }, Cancellation);
        await arrived.Task.WithPatience();
        clock.Advance(TimeSpan.FromSeconds(31));
        var result = await sending.WithPatience();

        Assert.Equal(("egress.timeout", false), (result.Error!.Code, result.NothingSent));
    }

    [Theory]
    [InlineData("X-Bad\r\nInjected", "1")]
    [InlineData("X-Bad", "1\r\nInjected: 2")]
    [InlineData("Host", "other")]
    [InlineData("Transfer-Encoding", "chunked")]
    [InlineData("", "1")]
    public async Task Send_HeaderThatBreaksTheRequest_IsRefused(string name, string value)
    {
        using var parts = new EgressParts("127.0.0.1");

        var result = await parts.Client.SendAsync(Get(new Uri("http://127.0.0.1:9999/")) with { Headers = [new(name, value)] }, Cancellation);

        Assert.Equal("egress.header_invalid", result.Error!.Code);
    }

    [Fact]
    public async Task Send_IdlyEncodedBody_IsReadWhole()
    {
        await using var web = await WebHostOf.StartAsync(app => app.MapPost("/", async (HttpRequest request) =>
        {
            using var reader = new StreamReader(request.Body);
            return Results.Text($"{request.ContentType}|{await reader.ReadToEndAsync(Cancellation)}");
        }));
        using var parts = new EgressParts("127.0.0.1");

        var result = await parts.Client.SendAsync(
            Get(web.Url) with { Method = HttpMethod.Post, Body = "héllo"u8.ToArray(), ContentType = "text/x-test" }, Cancellation);

        Assert.Equal("text/x-test|héllo", Encoding.UTF8.GetString(result.Response!.Body.Span));
    }

    private static EgressRequest Get(Uri url) => new(HttpMethod.Get, url) { Timeout = Patience.Limit };
}
