using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using OtherThing.Core.Access;
using OtherThing.Core.Audit;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Web.Audit;

/// <summary>An export that is longer than what lies between server and reader.</summary>
public sealed class AuditExportTests(SharedServer server)
{
    private const int Entries = 4_096;
    private const int Batch = 256;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task B03_Export_ReaderRemovedHalfWay_GetsNoMore()
    {
        using var owner = await server.RegisterAsync();
        var workspace = await TestServer.CreateWorkspaceAsync(owner);
        var id = workspace.GetProperty("id").GetGuid();
        using var admin = await server.RegisterAsync();
        using var joined =
            await admin.PostAsJsonAsync("/api/v1/workspaces/join", new { inviteCode = workspace.GetProperty("inviteCode").GetString() }, Cancellation);
        var reader = (await admin.GetFromJsonAsync<JsonElement>("/api/v1/me", Cancellation)).GetProperty("id").GetGuid();
        using var raised = await owner.PatchAsJsonAsync($"/api/v1/workspaces/{id}/members/{reader}", new { role = "admin" }, Cancellation);
        Assert.Equal(HttpStatusCode.OK, raised.StatusCode);
        var written = await FillAsync(id);
        using var narrow =
            new HttpClient(new SocketsHttpHandler { ConnectCallback = ConnectAsync }) { BaseAddress = server.BaseAddress, Timeout = Patience.OfAnAnswer };
        narrow.DefaultRequestHeaders.Authorization = admin.DefaultRequestHeaders.Authorization;

        using var answer = await narrow.GetAsync($"/api/v1/workspaces/{id}/audit/export?format=jsonl", HttpCompletionOption.ResponseHeadersRead, Cancellation);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        await using var stream = await answer.Content.ReadAsStreamAsync(Cancellation);
        await stream.ReadExactlyAsync(new byte[1_000], Cancellation);
        using var removed = await owner.DeleteAsync($"/api/v1/workspaces/{id}/members/{reader}", Cancellation);
        Assert.Equal(HttpStatusCode.NoContent, removed.StatusCode);
        var read = 1_000L;
        var buffer = new byte[65_536];
        var cut = await Assert.ThrowsAnyAsync<IOException>(async () =>
        {
            for (int count; (count = await stream.ReadAsync(buffer, Cancellation)) > 0; read += count)
            {
            }
        });

        Assert.True(read < written, $"{read} of {written} bytes came before: {cut.Message}");
    }

    /// <summary>Entries as long as they may be.</summary>
    /// <returns>Fewer bytes than an export of them has.</returns>
    private async Task<long> FillAsync(Guid workspaceId)
    {
        var store = server.Services.GetRequiredService<IAuditStore>();
        // Each of these letters is three bytes.
        var detail = new string('\u20ac', AuditLog.MaxDetail);
        for (var done = 0; done < Entries; done += Batch)
        {
            await store.AddAsync(
                [.. Enumerable.Range(0, Batch).Select(_ => new AuditNote
                {
                    Id = Guid.CreateVersion7(),
                    At = DateTime.UtcNow,
                    WorkspaceId = workspaceId,
                    Actor = Actor.Anonymous,
                    Action = "task.edit",
                    Target = "task:1",
                    Outcome = AuditOutcome.Done,
                    Detail = detail,
                    Address = null,
                })],
                Cancellation);
        }

        return Entries * AuditLog.MaxDetail * 3L;
    }

    /// <summary>What is not read stays with the server, but for what a socket of the least size takes.</summary>
    private static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 4_096, NoDelay = true };
        await socket.ConnectAsync(context.DnsEndPoint, cancellationToken);
        return new NetworkStream(socket, ownsSocket: true);
    }
}
