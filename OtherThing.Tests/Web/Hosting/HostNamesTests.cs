using System.Net;
using System.Net.Sockets;
using System.Text;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Web.Hosting;

public sealed class HostNamesTests(SharedServer server)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("localhost", HttpStatusCode.OK)]
    [InlineData("127.0.0.1:5080", HttpStatusCode.OK)]
    [InlineData("[::1]", HttpStatusCode.OK)]
    [InlineData("shop.localhost", HttpStatusCode.OK)]
    [InlineData("rebound.example", HttpStatusCode.BadRequest)]
    [InlineData("localhost.rebound.example", HttpStatusCode.BadRequest)]
    [InlineData("192.0.2.1", HttpStatusCode.BadRequest)]
    public async Task C23_Development_AnswersToLoopbackNamesOnly(string host, HttpStatusCode expected)
    {
        foreach (var address in new[] { "/account/login", "/health/live", "/.well-known/otherthing" })
        {
            using var client = server.NewClient();
            client.DefaultRequestHeaders.Host = host;

            using var answer = await client.GetAsync(address, Cancellation);

            Assert.Equal(expected, answer.StatusCode);
        }
    }

    [Fact]
    public async Task C23_RequestWithoutAHost_Is400()
    {
        using var client = new TcpClient();
        await client.ConnectAsync(server.BaseAddress.Host, server.BaseAddress.Port, Cancellation);
        var stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes("GET /health/live HTTP/1.0\r\n\r\n"), Cancellation);
        using var reader = new StreamReader(stream);

        Assert.Contains(" 400 ", await reader.ReadLineAsync(Cancellation), StringComparison.Ordinal);
    }
}
