using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Web.Hosting;

public sealed class IdempotencyTests(SharedServer server)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task SameKeySameBody_DoesTheWorkOnceAndAnswersTheSame()
    {
        using var client = await server.RegisterAsync();

        using var first = await PostAsync(client, "key-1", "Once");
        using var second = await PostAsync(client, "key-1", "Once");

        Assert.Equal((HttpStatusCode.Created, HttpStatusCode.Created), (first.StatusCode, second.StatusCode));
        Assert.Equal(first.Headers.Location, second.Headers.Location);
        Assert.Equal(await first.Content.ReadAsStringAsync(Cancellation), await second.Content.ReadAsStringAsync(Cancellation));
        Assert.Equal(1, await CountAsync(client));
    }

    [Fact]
    public async Task SameKeyAtOnce_DoesTheWorkOnce()
    {
        using var client = await server.RegisterAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => PostAsync(client, "key-2", "Race")));

        Assert.All(answers, answer => Assert.True(answer.StatusCode is HttpStatusCode.Created or HttpStatusCode.Conflict));
        Assert.Equal(1, await CountAsync(client));
    }

    [Fact]
    public async Task SameKeyOtherBody_IsRefused()
    {
        using var client = await server.RegisterAsync();
        using var first = await PostAsync(client, "key-3", "One");

        using var refused = await PostAsync(client, "key-3", "Another");

        Assert.Equal(HttpStatusCode.Conflict, refused.StatusCode);
        Assert.Equal("idempotency.key_reused", await CodeAsync(refused));
    }

    [Fact]
    public async Task SameKeyOfAnotherPerson_IsAnotherKey()
    {
        using var ana = await server.RegisterAsync();
        using var ben = await server.RegisterAsync();

        using var first = await PostAsync(ana, "key-4", "Ana's");
        using var second = await PostAsync(ben, "key-4", "Ben's");

        Assert.Equal((HttpStatusCode.Created, HttpStatusCode.Created), (first.StatusCode, second.StatusCode));
    }

    [Fact]
    public async Task RefusedRequest_CanBeMendedAndSentAgain()
    {
        using var client = await server.RegisterAsync();

        using var refused = await PostAsync(client, "key-5", "");
        using var mended = await PostAsync(client, "key-5", "Mended");

        Assert.Equal((HttpStatusCode.BadRequest, HttpStatusCode.Created), (refused.StatusCode, mended.StatusCode));
    }

    [Fact]
    public async Task KeyTooLong_IsRefused()
    {
        using var client = await server.RegisterAsync();

        using var refused = await PostAsync(client, new string('k', 201), "No");

        Assert.Equal("idempotency.key_invalid", await CodeAsync(refused));
    }

    private static Task<HttpResponseMessage> PostAsync(HttpClient client, string key, string name)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/workspaces") { Content = JsonContent.Create(new { name }) };
        request.Headers.Add("Idempotency-Key", key);
        return client.SendAsync(request, Cancellation);
    }

    private static async Task<int> CountAsync(HttpClient client) =>
        (await client.GetFromJsonAsync<JsonElement>("/api/v1/workspaces", Cancellation)).GetProperty("items").GetArrayLength();

    private static async Task<string?> CodeAsync(HttpResponseMessage answer) =>
        (await answer.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("code").GetString();
}
