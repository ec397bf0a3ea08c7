using System.Net;
using System.Text.RegularExpressions;

namespace OtherThing.Tests.Support;

/// <summary>A browser without scripts: cookies, forms with their antiforgery token, redirects shown and not followed.</summary>
public sealed partial class PageVisitor : IDisposable
{
    private readonly HttpClientHandler _handler;

    public PageVisitor(Uri server)
    {
        _handler = new HttpClientHandler { AllowAutoRedirect = false, CookieContainer = Cookies };
        Client = new HttpClient(_handler) { BaseAddress = server, Timeout = Patience.OfAnAnswer };
    }

    public CookieContainer Cookies { get; } = new();

    public HttpClient Client { get; }

    /// <summary>Fills in and sends the form with this handler name on a page.</summary>
    public async Task<HttpResponseMessage> SubmitAsync(string page, string handler, params (string Name, string Value)[] fields)
    {
        var html = await Client.GetStringAsync(page, TestContext.Current.CancellationToken);
        return await PostFormAsync(html, page, handler, fields);
    }

    /// <summary>The same on a page that was the answer to a form.</summary>
    public async Task<HttpResponseMessage> PostFormAsync(string html, string page, string handler, params (string Name, string Value)[] fields)
    {
        var form = Forms().Matches(html).Select(match => match.Value).First(text => text.Contains($"value=\"{handler}\"", StringComparison.Ordinal));
        using var content = new FormUrlEncodedContent(
        [
            new("_handler", handler),
            new("__RequestVerificationToken", WebUtility.HtmlDecode(Token().Match(form).Groups[1].Value)),
            .. fields.Select(field => new KeyValuePair<string, string>(field.Name, field.Value)),
        ]);
        return await Client.PostAsync(page, content, TestContext.Current.CancellationToken);
    }

    /// <summary>A new account, signed in by the form.</summary>
    public async Task<string> RegisterAsync()
    {
        var email = $"user-{Guid.NewGuid():N}@example.org";
        using var registered = await SubmitAsync(
            "/account/register", "register", ("Input.Email", email), ("Input.Password", TestServer.Password));
        Assert.Equal(HttpStatusCode.Found, registered.StatusCode);
        return email;
    }

    public void Dispose()
    {
        Client.Dispose();
        _handler.Dispose();
    }

    [GeneratedRegex("<form.*?</form>", RegexOptions.Singleline)]
    private static partial Regex Forms();

    [GeneratedRegex("name=\"__RequestVerificationToken\" value=\"([^\"]+)\"")]
    private static partial Regex Token();
}
