using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Web.Hosting;

/// <summary>The description that programs are generated from agrees with what is served, and holds every row of the contract.</summary>
public sealed partial class OpenApiTests(SharedServer server)
{
    private const string Workspace = "/workspaces/{}";

    /// <summary>The rows of the contract, without the prefix and without the parameters' names.</summary>
    private static readonly string[] s_contract =
    [
        "POST /auth/register", "POST /auth/login", "POST /auth/refresh", "GET /me", "PATCH /me", "GET /tokens", "POST /tokens", "DELETE /tokens/{}",
        "GET /workspaces", "POST /workspaces", $"GET {Workspace}", $"PATCH {Workspace}", $"DELETE {Workspace}", "POST /workspaces/join",
        $"GET {Workspace}/members", $"PATCH {Workspace}/members/{{}}", $"DELETE {Workspace}/members/{{}}",
        $"GET {Workspace}/invites", $"POST {Workspace}/invites", $"DELETE {Workspace}/invites/{{}}",
        $"GET {Workspace}/api-keys", $"POST {Workspace}/api-keys", $"DELETE {Workspace}/api-keys/{{}}", $"POST {Workspace}/api-keys/{{}}/test",
        $"GET {Workspace}/flows", $"POST {Workspace}/flows", $"GET {Workspace}/flows/{{}}", $"PATCH {Workspace}/flows/{{}}", $"DELETE {Workspace}/flows/{{}}",
        $"GET {Workspace}/flows/{{}}/versions", $"POST {Workspace}/flows/{{}}/publish", $"POST {Workspace}/flows/{{}}/runs",
        $"GET {Workspace}/runs", $"GET {Workspace}/runs/{{}}", $"GET {Workspace}/runs/{{}}/events", $"POST {Workspace}/runs/{{}}/cancel",
        $"POST {Workspace}/runs/{{}}/rerun",
        $"POST {Workspace}/approvals/{{}}", $"GET {Workspace}/usage", $"POST {Workspace}/usage", $"GET {Workspace}/usage/summary",
        $"GET {Workspace}/tasks", $"POST {Workspace}/tasks", $"GET {Workspace}/tasks/{{}}", $"PATCH {Workspace}/tasks/{{}}", $"DELETE {Workspace}/tasks/{{}}",
        $"POST {Workspace}/console", $"GET {Workspace}/nodes", $"POST {Workspace}/jobs", $"GET {Workspace}/jobs", $"GET {Workspace}/jobs/{{}}",
        $"GET {Workspace}/jobs/{{}}/logs", $"POST {Workspace}/jobs/{{}}/cancel", $"GET {Workspace}/jobs/{{}}/explain",
        $"POST {Workspace}/jobs/batches", $"GET {Workspace}/jobs/batches/{{}}", "GET /my-nodes", "POST /nodes/join-tokens", "POST /nodes/{}/claim",
        "POST /nodes/claim",
        "POST /nodes/{}/workspaces", "POST /nodes/{}/limits", "GET /nodes/{}", "DELETE /nodes/{}", "POST /nodes/{}/drain", "POST /nodes/{}/resume",
    ];

    [Fact]
    public async Task Document_HasEveryEndpointAndEveryRowOfTheContract()
    {
        var described = (await ReadAsync()).Select(operation => operation.Name).ToHashSet();

        var served = ApiEndpoint.AllOf(server).Select(endpoint => Plain($"{endpoint.Method} {endpoint.Pattern}"));
        Assert.Empty(served.Except(described));
        Assert.Empty(s_contract.Concat(["POST /hooks/{}", "GET /.well-known/otherthing"]).Except(described));
    }

    [Fact]
    public async Task Document_NamesEachOperationOnceAndSaysWhatNeedsSignIn()
    {
        var operations = (await ReadAsync()).ToList();
        var open = operations.Where(operation => !operation.Value.TryGetProperty("security", out _)).Select(operation => operation.Name);

        // Identity's own endpoints have no names.
        var names = operations.Where(operation => !operation.Name.Contains(" /auth/", StringComparison.Ordinal))
            .Select(operation => operation.Value.GetProperty("operationId").GetString());
        Assert.Equal(names.Count(), names.Distinct().Count());
        Assert.All(open, name => Assert.Matches("^POST /(auth|hooks)/|^GET /(auth/confirmEmail|schemas/|\\.well-known/)", name));
    }

    [Fact]
    public async Task FieldThatMayBeLeftOut_IsDescribedAsWhatItHolds()
    {
        using var client = server.NewClient();
        var document = await client.GetFromJsonAsync<JsonElement>("/openapi/v1.json", TestContext.Current.CancellationToken);

        var due = document.GetProperty("components").GetProperty("schemas").GetProperty("UpdateTaskRequest").GetProperty("properties").GetProperty("dueDate");

        Assert.Equal("date", due.GetProperty("format").GetString());
        Assert.Contains("null", due.GetProperty("type").EnumerateArray().Select(type => type.GetString()));
    }

    private async Task<IEnumerable<(string Name, JsonElement Value)>> ReadAsync()
    {
        using var client = server.NewClient();
        var document = await client.GetFromJsonAsync<JsonElement>("/openapi/v1.json", TestContext.Current.CancellationToken);
        return from path in document.GetProperty("paths").EnumerateObject()
               from operation in path.Value.EnumerateObject()
               select (Plain($"{operation.Name.ToUpperInvariant()} {path.Name}"), operation.Value);
    }

    private static string Plain(string operation) => Parameter().Replace(operation, "{}").Replace(" /api/v1", " ", StringComparison.Ordinal).TrimEnd('/');

    [GeneratedRegex(@"\{[^}]*\}")]
    private static partial Regex Parameter();
}
