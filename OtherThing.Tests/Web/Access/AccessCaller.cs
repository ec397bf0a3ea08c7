using System.Text;
using System.Text.Json;

namespace OtherThing.Tests.Web.Access;

/// <summary>One credential's requests below a workspace.</summary>
internal sealed class AccessCaller(HttpClient http, string root)
{
    public Task<AccessAnswer> PostAsync(string path, string body) => SendAsync(HttpMethod.Post, path, body);

    public async Task<AccessAnswer> SendAsync(HttpMethod method, string path, string? body = null)
    {
        using var request = new HttpRequestMessage(method, root + path);
        request.Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = await http.SendAsync(request, TestContext.Current.CancellationToken);
        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return new AccessAnswer((int)answer.StatusCode, text.Length == 0 ? default : JsonElement.Parse(text));
    }

    public Task<Stream> GetStreamAsync(string run) => http.GetStreamAsync($"{root}/runs/{run}/events", TestContext.Current.CancellationToken);
}

/// <summary>What it was answered.</summary>
internal sealed record AccessAnswer(int Status, JsonElement Body)
{
    public string? Code => Body.ValueKind == JsonValueKind.Object && Body.TryGetProperty("code", out var code) ? code.GetString() : null;
}
