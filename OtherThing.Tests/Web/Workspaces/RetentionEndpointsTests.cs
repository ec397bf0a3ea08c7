using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Web.Workspaces;

public sealed class RetentionEndpointsTests(SharedServer server)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Patch_OneOfTwo_LeavesTheOther()
    {
        var (client, workspace) = await NewAsync();

        var (status, changed) = await PatchAsync(client, workspace, new { retention = new { days = 90 } });

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal("""{"days":90,"runs":10000}""", changed.GetProperty("retention").GetRawText());
    }

    [Theory]
    [InlineData(0, 5, "retention.days")]
    [InlineData(3_651, 5, "retention.days")]
    [InlineData(5, 0, "retention.runs")]
    [InlineData(5, 1_000_001, "retention.runs")]
    public async Task Patch_OutOfRange_IsRefusedNamingTheField(int days, int runs, string field)
    {
        var (client, workspace) = await NewAsync();

        var (status, problem) = await PatchAsync(client, workspace, new { retention = new { days, runs } });

        Assert.Equal((HttpStatusCode.BadRequest, field), (status, problem.GetProperty("errors")[0].GetProperty("path").GetString()));
    }

    [Fact]
    public async Task Patch_KeepingLess_TakesAFreshSignIn()
    {
        var (client, workspace) = await NewAsync();
        using var made =
            await client.PostAsJsonAsync("/api/v1/tokens", new { name = "Script", scopes = new[] { "read", "manage" }, expiresInDays = 1 }, Cancel);
        using var script = server.NewClient();
        script.DefaultRequestHeaders.Authorization =
            new AuthenticationHeaderValue("Bearer", (await made.Content.ReadFromJsonAsync<JsonElement>(Cancel)).GetProperty("value").GetString());

        var (refused, problem) = await PatchAsync(script, workspace, new { retention = new { days = 1 } });
        var (more, _) = await PatchAsync(script, workspace, new { retention = new { days = 31 } });
        var (fresh, _) = await PatchAsync(client, workspace, new { retention = new { days = 1 } });

        Assert.Equal((HttpStatusCode.Forbidden, "access.reauthenticate"), (refused, problem.GetProperty("code").GetString()));
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (more, fresh));
    }

    private static async Task<(HttpStatusCode Status, JsonElement Body)> PatchAsync(HttpClient client, string workspace, object body)
    {
        using var answer = await client.PatchAsJsonAsync(workspace, body, Cancel);
        return (answer.StatusCode, await answer.Content.ReadFromJsonAsync<JsonElement>(Cancel));
    }

    private async Task<(HttpClient Client, string Workspace)> NewAsync()
    {
        var client = await server.RegisterAsync();
        return (client, $"/api/v1/workspaces/{(await TestServer.CreateWorkspaceAsync(client)).GetProperty("id").GetString()}");
    }
}
