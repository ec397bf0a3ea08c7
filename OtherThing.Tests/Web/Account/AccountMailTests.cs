using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Web.Account;

public sealed class AccountMailTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("forgotPassword")]
    [InlineData("resendConfirmationEmail")]
    public async Task C07_Mail_ServerThatNeverAnswers_HoldsNoRequestUp(string path)
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        await using var server = new TestServer(
            ("Mail:Host", "127.0.0.1"), ("Mail:Port", $"{((IPEndPoint)silent.LocalEndpoint).Port}"), ("Mail:UseTls", "false"),
            ("Mail:LinkBase", "https://flows.example.org"));
        var email = $"user-{Guid.NewGuid():N}@example.org";
        using var person = await server.RegisterAsync(email);
        using var client = server.NewClient();

        using var unknown = await client.PostAsJsonAsync($"/api/v1/auth/{path}", new { email = "nobody@example.org" }, Cancellation);
        using var known = await client.PostAsJsonAsync($"/api/v1/auth/{path}", new { email }, Cancellation);
        using var asked = await silent.AcceptTcpClientAsync(Cancellation);

        // The mail server was asked and has said nothing; both answers are there.
        Assert.True(asked.Connected);
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (known.StatusCode, unknown.StatusCode));
        Assert.Equal(await known.Content.ReadAsStringAsync(Cancellation), await unknown.Content.ReadAsStringAsync(Cancellation));
    }
}
