using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using OtherThing.Lab.Processes;
using OtherThing.Tests.Support;
using OtherThing.Tests.Web.Runs;

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
    public async Task CallerHangsUpWhileItWaits_RunAndJobAreOnceAndTheRepeatHearsOfThem()
    {
        var client = await RunClient.NewAsync(server);
        var flow = await client.CreateFlowAsync("""{"id":"wait","type":"logic.wait","config":{"seconds":600}}""", "start->wait");
        (string Address, string Body, string List)[] starts =
        [
            ($"{client.Root}/flows/{flow}/runs?wait=300", "{}", $"{client.Root}/runs"),
            ($"{client.Root}/jobs?wait=300", """{"kind":"command","command":["/bin/true"]}""", $"{client.Root}/jobs"),
        ];
        foreach (var (address, body, list) in starts)
        {
            using var hangUp = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
            var waiting = SendAsync(client.Http, address, body, hangUp.Token);
            await Until.HoldsAsync(async () => (await ListAsync(client.Http, list)).GetArrayLength() == 1, "it has begun", Cancellation);
            await hangUp.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);

            // The first is being answered, to nobody; then its answer is there.
            HttpResponseMessage? again = null;
            await Until.HoldsAsync(
                async () =>
                {
                    again?.Dispose();
                    again = await SendAsync(client.Http, address, body, Cancellation);
                    return again.StatusCode != HttpStatusCode.Conflict;
                },
                "the repeat is answered",
                Cancellation);
            var told = await again!.Content.ReadFromJsonAsync<JsonElement>(Cancellation);
            again.Dispose();

            var there = await ListAsync(client.Http, list);
            Assert.Equal(1, there.GetArrayLength());
            Assert.Equal(there[0].GetProperty("id").GetString(), told.GetProperty("id").GetString());
        }
    }

    private static async Task<JsonElement> ListAsync(HttpClient client, string list) =>
        (await client.GetFromJsonAsync<JsonElement>(list, Cancellation)).GetProperty("items");

    private static async Task<HttpResponseMessage> SendAsync(HttpClient client, string address, string body, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.Add("Idempotency-Key", $"hang-up-{address.Length}");
        return await client.SendAsync(request, cancellationToken);
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
