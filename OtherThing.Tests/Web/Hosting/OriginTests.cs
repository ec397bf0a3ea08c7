using System.Net;
using System.Net.WebSockets;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Web.Hosting;

public sealed class OriginTests(SharedServer server)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("/api/v1/me")]
    [InlineData("/_blazor/negotiate?negotiateVersion=1")]
    [InlineData("/account/login")]
    public async Task C03_ForeignOrigin_IsNeverAllowed(string address)
    {
        using var client = server.NewClient();
        using var preflight = new HttpRequestMessage(HttpMethod.Options, address);
        preflight.Headers.Add("Origin", "https://evil.example");
        preflight.Headers.Add("Access-Control-Request-Method", "POST");
        using var post = new HttpRequestMessage(HttpMethod.Post, address);
        post.Headers.Add("Origin", "https://evil.example");

        using var first = await client.SendAsync(preflight, Cancellation);
        using var second = await client.SendAsync(post, Cancellation);

        Assert.False(first.Headers.Contains("Access-Control-Allow-Origin"));
        Assert.False(second.Headers.Contains("Access-Control-Allow-Origin"));
        Assert.False(second.IsSuccessStatusCode);
    }

    [Fact]
    public async Task B10_WebSocketOfAForeignOrigin_Is403()
    {
        using var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("Origin", "https://evil.example");
        socket.Options.CollectHttpResponseDetails = true;
        var address = new UriBuilder(server.BaseAddress) { Scheme = "ws", Path = "/_blazor" }.Uri;

        await Assert.ThrowsAsync<WebSocketException>(() => socket.ConnectAsync(address, Cancellation));

        Assert.Equal(HttpStatusCode.Forbidden, socket.HttpStatusCode);
    }

    [Fact]
    public async Task B10_OwnOrigin_MayConnect()
    {
        using var client = server.NewClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/_blazor/negotiate?negotiateVersion=1");
        request.Headers.Add("Origin", server.BaseAddress.GetLeftPart(UriPartial.Authority));

        using var answer = await client.SendAsync(request, Cancellation);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Fact]
    public async Task C09_SpoofedHeaders_ChangeNoDecision()
    {
        using var owner = await server.RegisterAsync();
        var workspace = await TestServer.CreateWorkspaceAsync(owner);
        var ownerId = workspace.GetProperty("ownerId").GetString()!;
        using var stranger = await server.RegisterAsync();
        using var anonymous = server.NewClient();
        (string Name, string Value)[] headers =
        [
            ("X-Forwarded-For", "127.0.0.1"), ("X-Forwarded-Host", "localhost"), ("X-Forwarded-Proto", "https"), ("Forwarded", "for=127.0.0.1"),
            ("X-Real-IP", "127.0.0.1"), ("X-Client-IP", "127.0.0.1"), ("X-Originating-IP", "127.0.0.1"), ("X-Remote-IP", "127.0.0.1"),
            ("X-Remote-Addr", "127.0.0.1"), ("True-Client-IP", "127.0.0.1"), ("CF-Connecting-IP", "127.0.0.1"), ("Via", "1.1 internal"),
            ("X-HTTP-Method-Override", "GET"), ("X-HTTP-Method", "GET"), ("X-Method-Override", "GET"), ("X-Original-URL", "/health/live"),
            ("X-Rewrite-URL", "/health/live"), ("X-Original-Method", "GET"), ("X-Request-From", "internal"), ("X-Internal", "true"),
            ("X-User-Id", ownerId), ("X-User", ownerId), ("X-Remote-User", ownerId), ("Remote-User", ownerId), ("X-Auth-Request-User", ownerId),
            ("X-Forwarded-User", ownerId), ("X-MS-CLIENT-PRINCIPAL-ID", ownerId), ("X-Workspace-Role", "owner"), ("X-Tenant", "*"),
            ("X-Api-Key", "internal"),
        ];
        foreach (var (name, value) in headers)
        {
            foreach (var (client, expected) in new[] { (stranger, HttpStatusCode.NotFound), (anonymous, HttpStatusCode.Unauthorized) })
            {
                using var request = new HttpRequestMessage(HttpMethod.Delete, $"/api/v1/workspaces/{workspace.GetProperty("id")}");
                request.Headers.TryAddWithoutValidation(name, value);

                using var refused = await client.SendAsync(request, Cancellation);

                Assert.True(expected == refused.StatusCode, $"{name}: {(int)refused.StatusCode}");
            }
        }

        using var there = await owner.GetAsync($"/api/v1/workspaces/{workspace.GetProperty("id")}", Cancellation);
        Assert.Equal(HttpStatusCode.OK, there.StatusCode);
    }
}
