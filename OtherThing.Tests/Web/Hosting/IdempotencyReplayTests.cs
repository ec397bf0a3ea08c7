using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using OtherThing.Data;
using OtherThing.Data.Access;
using OtherThing.Tests.Support;
using OtherThing.Web.Hosting.Rest;

namespace OtherThing.Tests.Web.Hosting;

/// <summary>A repeat has the caller's rights of its own moment, and no kept answer holds a secret.</summary>
public sealed class IdempotencyReplayTests(SharedServer server)
{
    private const string Flow = """
        {"schema":1,"steps":[{"id":"hook","type":"trigger.webhook","config":{"respond":"accepted"}},{"id":"out","type":"output","config":{"value":1}}],
         "connections":[{"from":"hook","to":"out"}]}
        """;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task S01_SecretShownOnce_IsNeitherKeptNorShownAgain()
    {
        using var person = await server.RegisterAsync();
        var workspace = await TestServer.CreateWorkspaceAsync(person);
        foreach (var (path, body, field) in new[]
        {
            ("/api/v1/tokens", """{"name":"Program","scopes":["read"]}""", "value"),
            ($"/api/v1/workspaces/{workspace.GetProperty("id")}/invites", """{"role":"viewer"}""", "code"),
            ("/api/v1/nodes/join-tokens", "{}", "token"),
        })
        {
            using var first = await PostAsync(person, path, body, "once");
            var secret = (await first.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty(field).GetString()!;
            using var second = await PostAsync(person, path, body, "once");
            var said = await second.Content.ReadAsStringAsync(Cancellation);

            Assert.Equal((HttpStatusCode.Created, HttpStatusCode.Conflict), (first.StatusCode, second.StatusCode));
            Assert.Contains("idempotency.shown_once", said, StringComparison.Ordinal);
            Assert.DoesNotContain(secret, said, StringComparison.Ordinal);
            Assert.Equal(first.Headers.Location, second.Headers.Location);
            Assert.DoesNotContain(secret, await KeptAsync(), StringComparison.Ordinal);
        }

        using var mine = await person.GetAsync("/api/v1/tokens", Cancellation);
        Assert.Equal(1, (await mine.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("items").GetArrayLength());
    }

    [Fact]
    public async Task S01_SecretThatIsReadAgain_IsNotKept()
    {
        using var person = await server.RegisterAsync();
        using var made = await PostAsync(person, "/api/v1/workspaces", """{"name":"Kept"}""", "ws");
        var workspace = await made.Content.ReadFromJsonAsync<JsonElement>(Cancellation);
        var at = $"/api/v1/workspaces/{workspace.GetProperty("id")}";
        using var flow = await PostAsync(person, at + "/flows", $$"""{"name":"Hooked","flow":{{Flow}}}""", "flow");
        var flowId = (await flow.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("id").GetString();
        using var published = await PostAsync(person, $"{at}/flows/{flowId}/publish", "{}", "publish");
        var first = await published.Content.ReadAsStringAsync(Cancellation);
        var token = JsonDocument.Parse(first).RootElement.GetProperty("triggers")[0].GetProperty("url").GetString()!.Split('/')[^1];

        using var again = await PostAsync(person, $"{at}/flows/{flowId}/publish", "{}", "publish");
        using var rotated = await PostAsync(person, $"{at}/flows/{flowId}/triggers/hook/rotate", "{}", "rotate");
        var address = (await rotated.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("url").GetString()!;
        using var rotatedAgain = await PostAsync(person, $"{at}/flows/{flowId}/triggers/hook/rotate", "{}", "rotate");

        Assert.Equal(first, await again.Content.ReadAsStringAsync(Cancellation));
        Assert.Equal(address, (await rotatedAgain.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("url").GetString());
        var kept = await KeptAsync();
        Assert.DoesNotContain(token, kept, StringComparison.Ordinal);
        Assert.DoesNotContain(address.Split('/')[^1], kept, StringComparison.Ordinal);
        Assert.DoesNotContain(workspace.GetProperty("inviteCode").GetString()!, kept, StringComparison.Ordinal);
    }

    [Fact]
    public async Task C05_Replay_AfterRemoval_IsRefusedLikeTheRequestItself()
    {
        using var owner = await server.RegisterAsync();
        using var member = await server.RegisterAsync();
        var (at, memberId) = await JoinAsync(owner, member);
        using var first = await PostAsync(member, at + "/tasks", """{"title":"Secret plan"}""", "task");
        using var before = await PostAsync(member, at + "/tasks", """{"title":"Secret plan"}""", "task");

        using var removed = await owner.DeleteAsync($"{at}/members/{memberId}", Cancellation);
        using var after = await PostAsync(member, at + "/tasks", """{"title":"Secret plan"}""", "task");

        Assert.Equal((HttpStatusCode.Created, HttpStatusCode.Created), (first.StatusCode, before.StatusCode));
        Assert.Equal(await first.Content.ReadAsStringAsync(Cancellation), await before.Content.ReadAsStringAsync(Cancellation));
        Assert.Equal(HttpStatusCode.NoContent, removed.StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, after.StatusCode);
        Assert.DoesNotContain("Secret plan", await after.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
    }

    [Fact]
    public async Task C16_Replay_WithALowerRole_IsRefused()
    {
        using var owner = await server.RegisterAsync();
        using var admin = await server.RegisterAsync();
        var (at, adminId) = await JoinAsync(owner, admin);
        await SetRoleAsync(owner, at, adminId, "admin");
        using var first = await PostAsync(admin, at + "/console", """{"line":"help"}""", "console");

        await SetRoleAsync(owner, at, adminId, "member");
        using var after = await PostAsync(admin, at + "/console", """{"line":"help"}""", "console");
        using var anew = await PostAsync(admin, at + "/console", """{"line":"help"}""", "another");
        await SetRoleAsync(owner, at, adminId, "viewer");
        using var viewer = await PostAsync(admin, at + "/console", """{"line":"help"}""", "console");

        Assert.Equal(HttpStatusCode.OK, first.StatusCode);
        Assert.Equal("idempotency.fewer_rights", await CodeAsync(after));
        Assert.Equal(HttpStatusCode.OK, anew.StatusCode);
        Assert.Equal("access.forbidden", await CodeAsync(viewer));
    }

    [Fact]
    public async Task C20_Replay_ByATokenWithFewerScopes_IsRefused()
    {
        using var person = await server.RegisterAsync();
        var workspace = await TestServer.CreateWorkspaceAsync(person);
        var path = $"/api/v1/workspaces/{workspace.GetProperty("id")}/tasks";
        using var made = await PostAsync(person, "/api/v1/tokens", """{"name":"Narrow","scopes":["write"]}""", "token");
        using var program = server.NewClient();
        program.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
            "Bearer", (await made.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("value").GetString());
        using var first = await PostAsync(person, path, """{"title":"Mine"}""", "task");

        using var narrow = await PostAsync(program, path, """{"title":"Mine"}""", "task");

        Assert.Equal(HttpStatusCode.Created, first.StatusCode);
        Assert.Equal("idempotency.fewer_rights", await CodeAsync(narrow));
    }

    [Fact]
    public async Task S01_SecondFactor_IsNeverKept()
    {
        using var person = await server.RegisterAsync();
        using var kept = await PostAsync(person, "/api/v1/workspaces", """{"name":"Kept"}""", "ws");

        using var first = await PostAsync(person, "/api/v1/auth/manage/2fa", "{}", "key");
        var key = (await first.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("sharedKey").GetString()!;

        Assert.DoesNotContain(key, await KeptAsync(), StringComparison.Ordinal);
    }

    /// <summary>Fields by which an answer shows a secret; the types beside them hold none under that name.</summary>
    private static readonly Dictionary<string, string[]> s_secretFields = new()
    {
        ["Token"] = [],
        ["InviteCode"] = [],
        ["SharedKey"] = [],
        ["RecoveryCodes"] = [],
        ["Secret"] = [],
        ["Url"] = [],
        ["Code"] = ["StepError", "JobErrorResponse"],
        ["Value"] = [],
    };

    /// <summary>What it makes is a draft, and a draft's webhooks have no address yet.</summary>
    private const string Inert = "ImportFlow";

    [Fact]
    public void S03_EveryPostWhoseAnswerMayHoldASecret_SaysHowItIsRepeated()
    {
        var kept = server.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(endpoint => endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods.Contains("POST") == true && IdempotencyReplay.TakesKey(endpoint)
                && endpoint.Metadata.GetMetadata<IEndpointNameMetadata>()?.EndpointName != Inert
                && endpoint.Metadata.GetMetadata<ShownOnceMetadata>() is null && endpoint.Metadata.GetMetadata<ReadAgainMetadata>() is null)
            .ToArray();

        var found = from endpoint in kept
                    from answer in endpoint.Metadata.OfType<IProducesResponseTypeMetadata>()
                    where answer.Type is not null
                    from field in SecretFieldsOf(answer.Type!, [])
                    select $"{endpoint.DisplayName}: {field}";

        Assert.True(kept.Length > 10);
        Assert.Equal("", string.Join('\n', found.Distinct()));
    }

    private static IEnumerable<string> SecretFieldsOf(Type type, HashSet<Type> seen)
    {
        if (type.IsGenericType || type.IsArray)
        {
            return (type.IsArray ? [type.GetElementType()!] : type.GetGenericArguments()).SelectMany(inner => SecretFieldsOf(inner, seen));
        }

        if (type.Namespace?.StartsWith("OtherThing", StringComparison.Ordinal) != true || type.IsEnum || !seen.Add(type))
        {
            return [];
        }

        return type.GetProperties().SelectMany(property =>
            property.PropertyType == typeof(string) && s_secretFields.TryGetValue(property.Name, out var harmless) && !harmless.Contains(type.Name)
                ? [$"{type.Name}.{property.Name}"]
                : SecretFieldsOf(property.PropertyType, seen));
    }

    /// <summary>Everything that is kept of all answers, opened.</summary>
    private async Task<string> KeptAsync()
    {
        var seal = server.Services.GetRequiredService<IDataProtectionProvider>().CreateProtector("OtherThing.Idempotency");
        await using var db = await server.Services.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContextAsync(Cancellation);
        var rows = await db.Set<IdempotencyRow>().AsNoTracking().ToListAsync(Cancellation);
        Assert.NotEmpty(rows);
        return string.Join('\n', rows.Select(row => row.Location + (row.Body is { Length: > 0 } body ? Encoding.UTF8.GetString(seal.Unprotect(body)) : "")));
    }

    private async Task<(string Address, string MemberId)> JoinAsync(HttpClient owner, HttpClient member)
    {
        var workspace = await TestServer.CreateWorkspaceAsync(owner);
        using var joined = await member.PostAsJsonAsync(
            "/api/v1/workspaces/join", new { inviteCode = workspace.GetProperty("inviteCode").GetString() }, Cancellation);
        Assert.Equal(HttpStatusCode.OK, joined.StatusCode);
        var me = await member.GetFromJsonAsync<JsonElement>("/api/v1/me", Cancellation);
        return ($"/api/v1/workspaces/{workspace.GetProperty("id")}", me.GetProperty("id").GetString()!);
    }

    private static async Task SetRoleAsync(HttpClient owner, string at, string memberId, string role)
    {
        using var set = await owner.PatchAsJsonAsync($"{at}/members/{memberId}", new { role }, Cancellation);
        Assert.True(set.IsSuccessStatusCode, await set.Content.ReadAsStringAsync(Cancellation));
    }

    private static async Task<HttpResponseMessage> PostAsync(HttpClient client, string path, string body, string key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.Add("Idempotency-Key", key);
        return await client.SendAsync(request, Cancellation);
    }

    private static async Task<string?> CodeAsync(HttpResponseMessage answer) =>
        (await answer.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("code").GetString();
}
