using System.Net;
using System.Text;
using System.Text.Json;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Web.Hosting;

/// <summary>Whatever a caller sends, every endpoint answers 4xx problem details with a code, never 500; new endpoints are found by themselves.</summary>
public sealed class BadInputTests(SharedServer server)
{
    private static readonly (string Name, string MediaType, string Body)[] s_bodies =
    [
        ("nothing", "application/json", ""),
        ("null", "application/json", "null"),
        ("a number", "application/json", "42"),
        ("a string", "application/json", "\"text\""),
        ("an array", "application/json", "[1,2,3]"),
        ("not JSON", "application/json", "{\"name\": "),
        ("another media type", "text/plain", "name=x"),
        ("wrong types", "application/json", WrongTypes("[[]]")),
        ("numbers for all", "application/json", WrongTypes("1e999")),
        ("objects for all", "application/json", WrongTypes("{\"a\":{\"b\":[null]}}")),
        ("nulls for all", "application/json", WrongTypes("null")),
        ("long texts for all", "application/json", WrongTypes("\"" + new string('x', 100_000) + "\"")),
        ("zero bytes for all", "application/json", WrongTypes("\"a\\u0000b\"")),
        ("negative for all", "application/json", WrongTypes("-1")),
        ("huge for all", "application/json", WrongTypes("99999999999999999999")),
        ("very deep", "application/json", string.Concat(Enumerable.Repeat("{\"a\":", 2_000)) + "1" + new string('}', 2_000)),
        ("a name twice", "application/json", "{\"name\":\"a\",\"name\":\"b\"}"),
        ("code points that are no characters", "application/json", WrongTypes("\"a\uFFFE@b.c\"")),
        ("half a surrogate pair", "application/json", WrongTypes("\"\\ud800@b.c\"")),
    ];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task EveryEndpointWithABody_AnswersBadBodiesWithAProblem()
    {
        using var client = await server.RegisterAsync();
        var workspaceId = (await TestServer.CreateWorkspaceAsync(client)).GetProperty("id").GetGuid();
        List<string> wrong = [];
        foreach (var endpoint in ApiEndpoint.AllOf(server).Where(endpoint => endpoint.TakesBody))
        {
            foreach (var (name, mediaType, body) in s_bodies)
            {
                using var request = new HttpRequestMessage(new HttpMethod(endpoint.Method), endpoint.AddressFor(workspaceId))
                {
                    Content = new StringContent(body, Encoding.UTF8, mediaType),
                };
                await CheckAsync(client, request, $"{endpoint} with {name}", wrong);
            }
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    [Fact]
    public async Task EveryEndpoint_AnswersBadQueriesWithAProblem()
    {
        using var client = await server.RegisterAsync();
        var workspaceId = (await TestServer.CreateWorkspaceAsync(client)).GetProperty("id").GetGuid();
        string[] queries =
        [
            "limit=0", "limit=201", "limit=x", "limit=99999999999", "cursor=%00", "cursor=AAAA", "cursor=" + new string('A', 5_000),
            "status=nope", "flowId=nope", "from=yesterday", "to=-1", "groupBy=nope", "wait=-1", "wait=x", "wait=1e9", "public=maybe",
        ];
        List<string> wrong = [];
        foreach (var endpoint in ApiEndpoint.AllOf(server).Where(endpoint => !endpoint.Pattern.EndsWith("/events", StringComparison.Ordinal)))
        {
            foreach (var query in queries)
            {
                using var request = endpoint.RequestFor(workspaceId);
                request.RequestUri = new Uri($"{request.RequestUri}?{query}", UriKind.Relative);
                await CheckAsync(client, request, $"{endpoint}?{query[..Math.Min(40, query.Length)]}", wrong);
            }
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    [Fact]
    public async Task ABodyBeyondTheLimit_Is413()
    {
        using var client = await server.RegisterAsync();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/workspaces")
        {
            Content = new StringContent("{\"name\":\"" + new string('x', 11 * 1024 * 1024) + "\"}", Encoding.UTF8, "application/json"),
        };
        // The server answers before it reads; a client that does not wait for that meets a closed connection.
        request.Headers.ExpectContinue = true;

        using var refused = await client.SendAsync(request, Cancellation);
        var problem = JsonDocument.Parse(await refused.Content.ReadAsStringAsync(Cancellation)).RootElement;

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, refused.StatusCode);
        Assert.Equal("request.too_large", problem.GetProperty("code").GetString());
    }

    [Theory]
    [InlineData("""{"title":"a","status":"doing"}""", "status", "status must be one of todo, in_progress, done.")]
    [InlineData("""{"title":"a","labels":"x"}""", "labels", "labels must be a list.")]
    [InlineData("""{"title":"a","labels":[1]}""", "labels[0]", "labels[0] must be a text.")]
    [InlineData("""{"title":"a","assigneeId":"me"}""", "assigneeId", "assigneeId must be a UUID.")]
    [InlineData("[]", "", "The body must be an object.")]
    public async Task AValueOfTheWrongType_IsNamedWithWhatItMustBe(string body, string path, string message)
    {
        using var client = await server.RegisterAsync();
        var workspaceId = (await TestServer.CreateWorkspaceAsync(client)).GetProperty("id").GetGuid();
        using var content = new StringContent(body, Encoding.UTF8, "application/json");

        using var refused = await client.PostAsync($"/api/v1/workspaces/{workspaceId}/tasks", content, Cancellation);
        var problem = JsonDocument.Parse(await refused.Content.ReadAsStringAsync(Cancellation)).RootElement;

        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.Equal(message, problem.GetProperty("detail").GetString());
        var error = Assert.Single(problem.GetProperty("errors").EnumerateArray());
        Assert.Equal((path, message), (error.GetProperty("path").GetString(), error.GetProperty("message").GetString()));
    }

    [Theory]
    [InlineData("runs?limit=many", "limit", "limit must be a whole number.")]
    [InlineData("runs?flowId=mine", "flowId", "flowId must be a UUID.")]
    [InlineData("usage?userId=me", "userId", "userId must be a UUID.")]
    [InlineData("tasks?limit=99999999999", "limit", "limit must be a whole number.")]
    public async Task AQueryThatCannotBeRead_IsNamedWithWhatItMustBe(string address, string path, string message)
    {
        using var client = await server.RegisterAsync();
        var workspaceId = (await TestServer.CreateWorkspaceAsync(client)).GetProperty("id").GetGuid();

        using var refused = await client.GetAsync($"/api/v1/workspaces/{workspaceId}/{address}", Cancellation);
        var problem = JsonDocument.Parse(await refused.Content.ReadAsStringAsync(Cancellation)).RootElement;

        Assert.Equal((HttpStatusCode.BadRequest, "request.malformed"), (refused.StatusCode, problem.GetProperty("code").GetString()));
        var error = Assert.Single(problem.GetProperty("errors").EnumerateArray());
        Assert.Equal((path, message), (error.GetProperty("path").GetString(), error.GetProperty("message").GetString()));
    }

    [Theory]
    [InlineData("GET", "/api/v1/nothing-here", HttpStatusCode.NotFound, "request.not_found")]
    [InlineData("PUT", "/api/v1/workspaces", HttpStatusCode.MethodNotAllowed, "request.method_not_allowed")]
    [InlineData("GET", "/api/v1/workspaces/not-an-id", HttpStatusCode.NotFound, "request.not_found")]
    public async Task AnAddressThatIsNone_IsAProblemToo(string method, string address, HttpStatusCode status, string code)
    {
        using var client = await server.RegisterAsync();
        using var request = new HttpRequestMessage(new HttpMethod(method), address);

        using var refused = await client.SendAsync(request, Cancellation);
        var problem = JsonDocument.Parse(await refused.Content.ReadAsStringAsync(Cancellation)).RootElement;

        Assert.Equal(status, refused.StatusCode);
        Assert.Equal(code, problem.GetProperty("code").GetString());
        Assert.NotEqual("", problem.GetProperty("traceId").GetString());
    }

    private static async Task CheckAsync(HttpClient client, HttpRequestMessage request, string what, List<string> wrong)
    {
        using var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancellation);
        if ((int)answer.StatusCode < 400)
        {
            return; // nothing was wrong with it for this endpoint
        }

        var body = await answer.Content.ReadAsStringAsync(Cancellation);
        var mediaType = answer.Content.Headers.ContentType?.MediaType;
        if ((int)answer.StatusCode >= 500
            || mediaType != "application/problem+json"
            || !HasCode(body)
            || body.Contains("OtherThing.", StringComparison.Ordinal))
        {
            wrong.Add($"{what}: {(int)answer.StatusCode} {mediaType} {body[..Math.Min(body.Length, 200)]}");
        }
    }

    private static bool HasCode(string body) =>
        JsonDocument.Parse(body).RootElement.TryGetProperty("code", out var code) && code.GetString()!.Contains('.', StringComparison.Ordinal);

    /// <summary>Every field name the contract knows, each with one value.</summary>
    private static string WrongTypes(string value)
    {
        string[] names =
        [
            "email", "password", "inviteCode", "refreshToken", "twoFactorCode", "displayName", "name", "description", "isPrivate", "role",
            "expiresInDays", "maxUses", "scopes", "flow", "version", "input", "fromStep", "title", "status", "assigneeId", "priority",
            "labels", "dueDate", "flowId", "beforeId", "afterId", "provider", "key", "baseUrl", "line", "kind", "command", "stdin", "env",
            "requirements", "effects", "timeoutSeconds", "jobs", "type", "tokensUsed", "computeSeconds", "costCents", "workspaceIds",
            "cpuCores", "memoryMb", "gpuCount", "storageMb", "claimCode", "decision", "note", "newPassword", "oldPassword", "resetCode",
            "enable", "resetSharedKey", "userId",
        ];
        return "{" + string.Join(',', names.Select(name => $"\"{name}\":{value}")) + "}";
    }
}
