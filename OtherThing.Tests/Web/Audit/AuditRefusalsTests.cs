using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.DependencyInjection;
using OtherThing.Data.Access;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Web.Audit;

/// <summary>What counts as refused: that somebody may not, or did not show who they are. Who may and makes a mistake was refused nothing.</summary>
public sealed class AuditRefusalsTests(SharedServer server)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>A request by an Owner who may do what it asks for, and gives it wrongly.</summary>
    [Theory]
    [InlineData("PATCH", "", """{"name":""}""")]
    [InlineData("POST", "/flows", """{"name":"","description":"","flow":{"steps":[]}}""")]
    [InlineData("POST", "/flows", """{"name":"Flow","description":"","flow":{"steps":[{"id":"a","type":"data.set"},{"id":"a","type":"data.set"}]}}""")]
    [InlineData("POST", "/invites", """{"role":"owner"}""")]
    [InlineData("POST", "/invites", """{"role":"member","expiresInDays":400}""")]
    [InlineData("POST", "/tasks", """{"title":""}""")]
    [InlineData("POST", "/jobs", """{"kind":"command","command":[]}""")]
    [InlineData("POST", "/jobs?wait=soon", """{"kind":"noop"}""")]
    [InlineData("POST", "/api-keys", """{"provider":"nobody","name":"Ours","key":"x"}""")]
    [InlineData("POST", "/usage", """{"type":"api_call","costCents":-1}""")]
    [InlineData("POST", "/flows/import", "{}")]
    [InlineData("POST", "/flows", "not json")]
    [InlineData("GET", "/audit/export?format=xml", null)]
    public async Task C11_Mistake_IsNoRefusal(string method, string path, string? body)
    {
        var (client, workspace) = await OpenAsync();

        using var answer = await SendAsync(client, method, $"/api/v1/workspaces/{workspace}{path}", body);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Empty(await RefusedAsync(client, workspace));
        client.Dispose();
    }

    [Fact]
    public async Task C11_NewPasswordThatIsTooWeak_IsNoRefusalAndAWrongOldOneIs()
    {
        var (client, workspace) = await OpenAsync();

        using var weak =
            await client.PostAsJsonAsync("/api/v1/auth/manage/info", new { oldPassword = TestServer.Password, newPassword = "short" }, Cancellation);
        var mistakes = await RefusedAsync(client, workspace);
        using var wrong =
            await client.PostAsJsonAsync("/api/v1/auth/manage/info", new { oldPassword = "not-it-at-all", newPassword = "An0ther-passw0rd!" }, Cancellation);

        Assert.Equal((HttpStatusCode.BadRequest, HttpStatusCode.BadRequest), (weak.StatusCode, wrong.StatusCode));
        Assert.Empty(mistakes);
        Assert.Equal(["account.password"], await RefusedAsync(client, workspace));
        client.Dispose();
    }

    [Fact]
    public async Task C11_ResetToAPasswordThatIsTooWeak_IsNoRefusalAndAWrongCodeIs()
    {
        var email = $"audit-{Guid.NewGuid():N}@example.org";
        var (client, workspace) = await OpenAsync(email);
        await using var scope = server.Services.CreateAsyncScope();
        var users = scope.ServiceProvider.GetRequiredService<UserManager<AppUser>>();
        var code = WebEncoders.Base64UrlEncode(Encoding.UTF8.GetBytes(await users.GeneratePasswordResetTokenAsync((await users.FindByEmailAsync(email))!)));

        using var weak = await client.PostAsJsonAsync("/api/v1/auth/resetPassword", new { email, resetCode = code, newPassword = "short" }, Cancellation);
        var mistakes = await RefusedAsync(client, workspace);
        using var wrong =
            await client.PostAsJsonAsync("/api/v1/auth/resetPassword", new { email, resetCode = "AAAA", newPassword = "An0ther-passw0rd!" }, Cancellation);

        Assert.Equal((HttpStatusCode.BadRequest, HttpStatusCode.BadRequest), (weak.StatusCode, wrong.StatusCode));
        Assert.Empty(mistakes);
        Assert.Equal(["account.password"], await RefusedAsync(client, workspace));
        client.Dispose();
    }

    [Fact]
    public async Task C11_SecondFactorWithoutACode_IsNoRefusalAndAWrongOneIs()
    {
        var (client, workspace) = await OpenAsync();

        using var missing = await client.PostAsJsonAsync("/api/v1/auth/manage/2fa", new { enable = true }, Cancellation);
        var mistakes = await RefusedAsync(client, workspace);
        using var wrong = await client.PostAsJsonAsync("/api/v1/auth/manage/2fa", new { enable = true, twoFactorCode = "123456" }, Cancellation);

        Assert.Equal((HttpStatusCode.BadRequest, HttpStatusCode.BadRequest), (missing.StatusCode, wrong.StatusCode));
        Assert.Empty(mistakes);
        Assert.Equal(["account.second_factor"], await RefusedAsync(client, workspace));
        client.Dispose();
    }

    [Fact]
    public async Task C11_SignInThatIsStaleOrUnderScoped_IsARefusal()
    {
        var (client, workspace) = await OpenAsync();
        using var stale = await TokenClientAsync(client, "read", "write", "run", "manage");
        using var narrow = await TokenClientAsync(client, "read");

        using var deleted = await SendAsync(stale, "DELETE", $"/api/v1/workspaces/{workspace}", "{}");
        using var made = await SendAsync(narrow, "POST", $"/api/v1/workspaces/{workspace}/tasks", """{"title":"Paint"}""");

        Assert.Equal((HttpStatusCode.Forbidden, "access.reauthenticate"), (deleted.StatusCode, await CodeAsync(deleted)));
        Assert.Equal((HttpStatusCode.Forbidden, "access.scope"), (made.StatusCode, await CodeAsync(made)));
        Assert.Equal(["task.create", "workspace.delete"], await RefusedAsync(client, workspace));
        client.Dispose();
    }

    [Fact]
    public async Task C11_WorkspaceHiddenFromAStranger_IsARefusal()
    {
        var (client, workspace) = await OpenAsync();
        using var stranger = await server.RegisterAsync();

        using var answer = await SendAsync(stranger, "POST", $"/api/v1/workspaces/{workspace}/tasks", """{"title":"Paint"}""");

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Equal(["task.create"], await RefusedAsync(client, workspace));
        client.Dispose();
    }

    private async Task<(HttpClient Client, string Workspace)> OpenAsync(string? email = null)
    {
        var client = await server.RegisterAsync(email);
        return (client, (await TestServer.CreateWorkspaceAsync(client)).GetProperty("id").GetString()!);
    }

    private async Task<HttpClient> TokenClientAsync(HttpClient owner, params string[] scopes)
    {
        using var made = await owner.PostAsJsonAsync("/api/v1/tokens", new { name = string.Join(' ', scopes), scopes }, Cancellation);
        var answer = await made.Content.ReadFromJsonAsync<JsonElement>(Cancellation);
        Assert.True(made.IsSuccessStatusCode, answer.ToString());
        var client = server.NewClient();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", answer.GetProperty("value").GetString());
        return client;
    }

    private static Task<HttpResponseMessage> SendAsync(HttpClient client, string method, string path, string? body) => client.SendAsync(
        new HttpRequestMessage(new HttpMethod(method), path) { Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json") },
        Cancellation);

    private static async Task<string?> CodeAsync(HttpResponseMessage answer) =>
        (await answer.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("code").GetString();

    /// <summary>What was refused in a workspace, by name.</summary>
    private static async Task<IReadOnlyList<string>> RefusedAsync(HttpClient owner, string workspace)
    {
        var page = await owner.GetFromJsonAsync<JsonElement>($"/api/v1/workspaces/{workspace}/audit?outcome=refused", Cancellation);
        return [.. page.GetProperty("items").EnumerateArray().Select(row => row.GetProperty("action").GetString()!).Order(StringComparer.Ordinal)];
    }
}
