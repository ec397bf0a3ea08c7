using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using OtherThing.Core.Access;
using OtherThing.Core.Keys;
using OtherThing.Core.Workspaces;
using OtherThing.Data;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Web.Keys;

public sealed class KeyEndpointsTests(ProviderServer providers) : IClassFixture<ProviderServer>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Add_WorkingKey_AnswersTheMaskedShapeWithLocation()
    {
        using var place = await providers.OpenAsync();

        using var added = await place.AddKeyAsync(new { provider = "anthropic", name = "Ana's", key = "sk-ant-canary-0123456789wxyz" });
        var key = await added.Content.ReadFromJsonAsync<JsonElement>(Cancellation);

        Assert.Equal(HttpStatusCode.Created, added.StatusCode);
        Assert.Equal($"{place.KeysPath}/{key.GetProperty("id").GetGuid()}", added.Headers.Location!.ToString());
        Assert.Equal("anthropic", key.GetProperty("provider").GetString());
        Assert.Equal("sk-…wxyz", key.GetProperty("mask").GetString());
        Assert.Equal("ok", key.GetProperty("status").GetString());
        Assert.Equal(place.OwnerId, key.GetProperty("addedBy").GetGuid());
        Assert.Equal(JsonValueKind.Null, key.GetProperty("lastUsedAt").ValueKind);
        var location = await place.Client.GetAsync(added.Headers.Location, Cancellation);
        Assert.Equal(HttpStatusCode.OK, location.StatusCode);
    }

    [Fact]
    public async Task S03_NoAnswer_HoldsTheValueOrAPlaceForIt()
    {
        using var place = await providers.OpenAsync();
        var id = (await place.FirstKeyAsync()).GetProperty("id").GetGuid();

        foreach (var answer in new[]
        {
            await place.Client.GetAsync(place.KeysPath, Cancellation),
            await place.Client.GetAsync($"{place.KeysPath}/{id}", Cancellation),
            await place.Client.PostAsync($"{place.KeysPath}/{id}/test", null, Cancellation),
            await place.AddKeyAsync(new { provider = "openai", name = "again", key = ProviderServer.Key }),
        })
        {
            Assert.DoesNotContain("canary", await answer.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
        }

        Assert.DoesNotContain(typeof(ApiKeyView).GetProperties(), property => property.Name is "Key" or "Value" or "Sealed" or "Fingerprint");
    }

    [Fact]
    public async Task S05_AnotherRing_WhatWouldSealIsRefusedWithTheReason()
    {
        using var place = await providers.OpenAsync();
        await using (var db = await providers.Server.Services.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContextAsync(Cancellation))
        {
            // To this server the data key looks as one that another ring wrapped.
            await db.Database.ExecuteSqlAsync($"UPDATE WorkspaceDataKeys SET Wrapped = zeroblob(100) WHERE WorkspaceId = {place.WorkspaceId}", Cancellation);
        }

        var workspace = $"/api/v1/workspaces/{place.WorkspaceId}";
        object Hook(string? secret) =>
            new
            {
                schema = 1,
                steps = new[]
            { new { id = "hook", type = "trigger.webhook", config = new { respond = "accepted", secret } } },
                connections = Array.Empty<object>()
            };
        using var made = await place.Client.PostAsJsonAsync($"{workspace}/flows", new { name = "Open", flow = Hook(null) }, Cancellation);
        var flow = (await made.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("id").GetGuid();

        foreach (var answer in new[]
        {
            await place.AddKeyAsync(new { provider = "openai", name = "Other", key = "sk-canary-another-0123456789" }),
            await place.Client.PostAsJsonAsync($"{workspace}/flows", new { name = "Signed", flow = Hook("whsec_0123456789abcdef") }, Cancellation),
            await place.Client.PostAsync($"{workspace}/flows/{flow}/publish", null, Cancellation),
        })
        {
            var problem = await answer.Content.ReadFromJsonAsync<JsonElement>(Cancellation);
            Assert.Equal((HttpStatusCode.Conflict, "vault.cannot_open"), (answer.StatusCode, problem.GetProperty("code").GetString()));
            Assert.Contains("keys/vault", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task S01_Database_HoldsTheValueInNoShape()
    {
        const string canary = "sk-dbcanary-5f3b8a1c9d7e2046";
        using var place = await providers.OpenAsync("openai", canary);

        var bytes = Encoding.UTF8.GetBytes(canary);
        string[] shapes =
        [
            canary, Convert.ToBase64String(bytes), Convert.ToHexString(bytes), Convert.ToHexStringLower(bytes), Encoding.Unicode.GetString(bytes),
            "5f3b8a1c9d7e2046",
        ];
        foreach (var file in Directory.EnumerateFiles(providers.Server.DataDirectory, "*", SearchOption.AllDirectories))
        {
            await using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var reader = new StreamReader(stream, Encoding.Latin1);
            var content = await reader.ReadToEndAsync(Cancellation);
            Assert.All(shapes, shape => Assert.DoesNotContain(shape, content, StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task Add_RefusedByTheProvider_SaysItsWordsWithoutTheKeyAndKeepsNothing()
    {
        using var place = await providers.OpenAsync();

        using var refused = await place.AddKeyAsync(new { provider = "openai", name = "x", key = "sk-bad-canary-0123456789" });
        var text = await refused.Content.ReadAsStringAsync(Cancellation);

        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.Contains("key.rejected", text, StringComparison.Ordinal);
        Assert.Contains("Incorrect API key provided: ***", text, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", text, StringComparison.Ordinal);
        Assert.Single((await place.Client.GetFromJsonAsync<JsonElement>(place.KeysPath, Cancellation)).GetProperty("items").EnumerateArray());
    }

    [Fact]
    public async Task Add_SameKeyTwice_IsAConflict()
    {
        using var place = await providers.OpenAsync();

        using var again = await place.AddKeyAsync(new { provider = "openai", name = "again", key = ProviderServer.Key });

        Assert.Equal(HttpStatusCode.Conflict, again.StatusCode);
    }

    [Theory]
    [InlineData("""{"provider":"nope","key":"k"}""", "provider")]
    [InlineData("""{"key":"k"}""", "provider")]
    [InlineData("""{"provider":"openai"}""", "key")]
    [InlineData("""{"provider":"openai","key":"has space"}""", "key")]
    [InlineData("""{"provider":"openai","key":"line\nbreak"}""", "key")]
    [InlineData("""{"provider":"openai","key":"k","baseUrl":"https://evil.example"}""", "baseUrl")]
    [InlineData("""{"provider":"custom","key":"k"}""", "baseUrl")]
    [InlineData("""{"provider":"custom","key":"k","baseUrl":"http://169.254.169.254/v1"}""", "baseUrl")]
    [InlineData("""{"provider":"custom","key":"k","baseUrl":"http://127.0.0.1:6379/v1"}""", "baseUrl")]
    [InlineData("""{"provider":"custom","key":"k","baseUrl":"http://u:p@example.com/v1"}""", "baseUrl")]
    [InlineData("""{"provider":"custom","key":"k","baseUrl":"ftp://example.com"}""", "baseUrl")]
    public async Task C15_Add_WrongInput_NamesTheFieldAndCallsNobody(string body, string field)
    {
        using var place = await providers.OpenAsync();

        using var refused = await place.Client.PostAsync(place.KeysPath, new StringContent(body, Encoding.UTF8, "application/json"), Cancellation);
        var problem = await refused.Content.ReadFromJsonAsync<JsonElement>(Cancellation);

        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.Equal("key.invalid", problem.GetProperty("code").GetString());
        Assert.Equal(field, problem.GetProperty("errors")[0].GetProperty("path").GetString());
    }

    [Fact]
    public async Task Add_CustomOnAnAllowedPrivatePlace_Works()
    {
        using var place = await providers.OpenAsync();
        var baseUrl = $"http://localhost:{providers.Fake.AnthropicUrl.Port}/v1/";

        using var added = await place.AddKeyAsync(new { provider = "custom", name = "Local", key = "whatever-0123456789", baseUrl });
        var key = await added.Content.ReadFromJsonAsync<JsonElement>(Cancellation);

        Assert.Equal(HttpStatusCode.Created, added.StatusCode);
        Assert.Equal(baseUrl.TrimEnd('/'), key.GetProperty("baseUrl").GetString());
    }

    [Fact]
    public async Task Test_Key_ListsItsModels()
    {
        using var place = await providers.OpenAsync();
        var id = (await place.FirstKeyAsync()).GetProperty("id").GetGuid();

        using var tested = await place.Client.PostAsync($"{place.KeysPath}/{id}/test", null, Cancellation);
        var test = await tested.Content.ReadFromJsonAsync<JsonElement>(Cancellation);

        Assert.Equal("ok", test.GetProperty("status").GetString());
        Assert.Contains("gpt-5-mini", test.GetProperty("models").EnumerateArray().Select(model => model.GetString()));
    }

    [Fact]
    public async Task S04_Test_RowMovedToAnotherHost_CannotBeOpenedAndSaysSo()
    {
        using var place = await providers.OpenAsync();
        var id = (await place.FirstKeyAsync()).GetProperty("id").GetGuid();
        await using (var db = await providers.Server.Services.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContextAsync(Cancellation))
        {
            await db.Set<ApiKey>().Where(key => key.Id == id).ExecuteUpdateAsync(
                set => set.SetProperty(key => key.Provider, ApiProvider.Custom)
                    .SetProperty(key => key.BaseUrl, $"http://localhost:{providers.Fake.AnthropicUrl.Port}/v1"),
                Cancellation);
        }

        using var tested = await place.Client.PostAsync($"{place.KeysPath}/{id}/test", null, Cancellation);

        Assert.Equal(HttpStatusCode.Conflict, tested.StatusCode);
        Assert.Equal("cannot_decrypt", (await place.FirstKeyAsync()).GetProperty("status").GetString());
    }

    [Fact]
    public async Task Remove_Key_IsGoneForGood()
    {
        using var place = await providers.OpenAsync();
        var id = (await place.FirstKeyAsync()).GetProperty("id").GetGuid();

        using var removed = await place.Client.DeleteAsync($"{place.KeysPath}/{id}", Cancellation);
        using var again = await place.Client.DeleteAsync($"{place.KeysPath}/{id}", Cancellation);

        Assert.Equal((HttpStatusCode.NoContent, HttpStatusCode.NotFound), (removed.StatusCode, again.StatusCode));
    }

    [Fact]
    public async Task C05_Keys_OfAnotherWorkspace_AreNotFound()
    {
        using var place = await providers.OpenAsync();
        using var other = await providers.OpenAsync();
        var id = (await place.FirstKeyAsync()).GetProperty("id").GetGuid();

        using var listed = await other.Client.GetAsync(place.KeysPath, Cancellation);
        using var read = await other.Client.GetAsync($"{other.KeysPath}/{id}", Cancellation);
        using var tested = await other.Client.PostAsync($"{other.KeysPath}/{id}/test", null, Cancellation);
        using var removed = await other.Client.DeleteAsync($"{other.KeysPath}/{id}", Cancellation);
        using var anonymous = await providers.Server.NewClient().GetAsync(place.KeysPath, Cancellation);

        Assert.All([listed, read, tested, removed], answer => Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode));
        Assert.Equal(HttpStatusCode.Unauthorized, anonymous.StatusCode);
    }

    [Fact]
    public async Task A65_Member_RemovesOwnKeysOnlyAndViewersSeeNone()
    {
        using var place = await providers.OpenAsync();
        var (member, viewer) = (await JoinAsync(place, Role.Member), await JoinAsync(place, Role.Viewer));
        var ownersKey = (await place.FirstKeyAsync()).GetProperty("id").GetGuid();
        var services = providers.Server.Services.GetRequiredService<KeyService>();
        var adding = providers.Server.Services.GetRequiredService<KeyAddService>();
        var mine = await adding.AddAsync(member, place.WorkspaceId, new KeyDraft("groq", null, "gsk_members-0123456789", null), Cancellation);

        Assert.Equal("access.forbidden", (await services.RemoveAsync(member, place.WorkspaceId, ownersKey, Cancellation)).Error!.Code);
        Assert.True((await services.RemoveAsync(member, place.WorkspaceId, mine.Value.Id, Cancellation)).IsSuccess);
        Assert.Equal("access.forbidden", (await services.ListAsync(viewer, place.WorkspaceId, new(), Cancellation)).Error!.Code);
        Assert.Equal(
            "access.forbidden",
            (await adding.AddAsync(viewer, place.WorkspaceId, new KeyDraft("groq", null, "gsk_x", null), Cancellation)).Error!.Code);
    }

    [Fact]
    public async Task Contributor_WhoLeft_PausesTheirKey()
    {
        using var place = await providers.OpenAsync();
        var member = await JoinAsync(place, Role.Member);
        var services = providers.Server.Services.GetRequiredService<KeyAddService>();
        var key = await services.AddAsync(member, place.WorkspaceId, new KeyDraft("groq", null, "gsk_leaver-0123456789", null), Cancellation);
        await using (var db = await providers.Server.Services.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContextAsync(Cancellation))
        {
            await db.Set<Membership>().Where(m => m.WorkspaceId == place.WorkspaceId && m.UserId == member.UserId).ExecuteDeleteAsync(Cancellation);
        }

        var outcome = await place.AskAsync(new { provider = "groq", keyId = key.Value.Id, model = "fake-answer", prompt = "Hi" });
        var choice = await place.AskAsync(new { provider = "groq", model = "fake-answer", prompt = "Hi" });

        Assert.Equal("paused", (await place.FirstKeyAsync()).GetProperty("status").GetString());
        Assert.Equal(("key.paused", "key.missing"), (outcome.ErrorCode, choice.ErrorCode));
    }

    private async Task<Actor> JoinAsync(Workplace place, Role role)
    {
        using var client = await providers.Server.RegisterAsync();
        var theirs = await TestServer.CreateWorkspaceAsync(client);
        var actor = providers.Server.ActorOf(theirs.GetProperty("ownerId").GetGuid());
        await using var db = await providers.Server.Services.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContextAsync(Cancellation);
        db.Add(new Membership(place.WorkspaceId, actor.UserId!.Value, role, DateTime.UtcNow));
        await db.SaveChangesAsync(Cancellation);
        return actor;
    }
}
