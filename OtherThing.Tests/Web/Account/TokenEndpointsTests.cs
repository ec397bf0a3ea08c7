using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Web.Account;

public sealed class TokenEndpointsTests(SharedServer server)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Create_ShowsTheValueOnceAndItWorksWithinItsScopes()
    {
        using var person = await server.RegisterAsync();
        var token = await CreateAsync(person, "read");
        using var program = ProgramWith(token);

        var list = await person.GetFromJsonAsync<JsonElement>("/api/v1/tokens", Cancellation);
        using var read = await program.GetAsync("/api/v1/workspaces", Cancellation);
        using var write = await program.PostAsJsonAsync("/api/v1/workspaces", new { name = "No" }, Cancellation);

        Assert.Matches("^ot_pat_[0-9A-Za-z]{49}$", token.GetProperty("value").GetString()!);
        Assert.Equal(JsonValueKind.Null, list.GetProperty("items")[0].GetProperty("value").ValueKind);
        Assert.Equal(HttpStatusCode.OK, read.StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, write.StatusCode);
        Assert.Equal("access.scope", (await write.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("code").GetString());
    }

    [Fact]
    public async Task Revoke_EndsItAtOnce()
    {
        using var person = await server.RegisterAsync();
        var token = await CreateAsync(person, "read");
        using var program = ProgramWith(token);

        using var revoked = await person.DeleteAsync($"/api/v1/tokens/{token.GetProperty("id")}", Cancellation);
        using var refused = await program.GetAsync("/api/v1/workspaces", Cancellation);

        Assert.Equal((HttpStatusCode.NoContent, HttpStatusCode.Unauthorized), (revoked.StatusCode, refused.StatusCode));
    }

    [Fact]
    public async Task Create_ByATokenItself_IsRefused()
    {
        using var person = await server.RegisterAsync();
        using var program = ProgramWith(await CreateAsync(person, "manage"));

        using var refused = await program.PostAsJsonAsync(
            "/api/v1/tokens", new { name = "Child", scopes = new[] { "manage" } }, Cancellation);
        using var password = await program.GetAsync("/api/v1/auth/manage/info", Cancellation);

        Assert.Equal("access.reauthenticate", (await refused.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("code").GetString());
        Assert.Equal(HttpStatusCode.Forbidden, password.StatusCode);
    }

    [Theory]
    [InlineData("x-api-key")]
    [InlineData("X-Authorization")]
    [InlineData("Proxy-Authorization")]
    [InlineData("Cookie")]
    public async Task C20_TokenInAnotherPlace_IsNothing(string header)
    {
        using var person = await server.RegisterAsync();
        var value = (await CreateAsync(person, "read")).GetProperty("value").GetString()!;
        using var client = server.NewClient();
        client.DefaultRequestHeaders.TryAddWithoutValidation(header, header == "Cookie" ? $"otherthing={value}; access_token={value}" : $"Bearer {value}");

        using var refused = await client.GetAsync($"/api/v1/workspaces?access_token={value}&token={value}", Cancellation);

        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
    }

    [Fact]
    public async Task C20_TokenWithAWrongChecksum_IsNothing()
    {
        using var person = await server.RegisterAsync();
        var value = (await CreateAsync(person, "read")).GetProperty("value").GetString()!;
        using var client = server.NewClient();
        client.DefaultRequestHeaders.Authorization =
            new AuthenticationHeaderValue("Bearer", value[..^1] + (value[^1] == 'a' ? 'b' : 'a'));

        using var refused = await client.GetAsync("/api/v1/workspaces", Cancellation);

        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
    }

    private static async Task<JsonElement> CreateAsync(HttpClient person, params string[] scopes)
    {
        using var made = await person.PostAsJsonAsync("/api/v1/tokens", new { name = "Program", scopes, expiresInDays = 30 }, Cancellation);
        Assert.Equal(HttpStatusCode.Created, made.StatusCode);
        return await made.Content.ReadFromJsonAsync<JsonElement>(Cancellation);
    }

    private HttpClient ProgramWith(JsonElement token)
    {
        var client = server.NewClient();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token.GetProperty("value").GetString());
        return client;
    }
}
