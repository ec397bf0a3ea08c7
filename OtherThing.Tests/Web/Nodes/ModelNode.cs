using System.Net.Http.Json;
using System.Text.Json;
using OtherThing.Protocol.V1;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Web.Nodes;

/// <summary>A machine, played by hand, that says it serves models.</summary>
internal static class ModelNode
{
    public static async Task<WireNode> ConnectAsync(TestServer server, HttpClient owner, Guid workspace, string name, params IEnumerable<LocalModel> models)
    {
        var endpoint = new ModelEndpoint { Endpoint = "http://127.0.0.1:11434", Server = "Ollama", Slots = 1, Models = { models } };
        var node = new WireNode(server.GrpcAddress)
        {
            Facts = new Facts { HostName = name, Os = "linux", Arch = "x64", CpuCores = 4, MemoryMb = 8192, DiskMb = 1_000, Endpoints = { endpoint } },
            Consent = new Consent { Kinds = { "model" } },
        };
        using var made = await owner.PostAsJsonAsync(
            "/api/v1/nodes/join-tokens", new { name, workspaceIds = new[] { workspace } }, TestContext.Current.CancellationToken);
        var token = await made.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);
        await node.RedeemAsync(token.GetProperty("token").GetString()!);
        Assert.NotNull((await node.ConnectAsync()).Welcome);
        return node;
    }
}
