using OtherThing.Web.Hosting.Start;

namespace OtherThing.Web.Hosting.Requests;

/// <summary>
/// How our cookies are kept. On a team's server they carry <c>__Host-</c>: a browser then takes them only over HTTPS, for this very host, and
/// no sister host or plain page can set or replace them.
/// </summary>
internal static class BrowserCookies
{
    private const string Name = "otherthing";

    /// <param name="cookie">The cookie.</param>
    /// <param name="purpose">What it is for beside being signed in; null for the sign-in itself.</param>
    /// <param name="mode">Plain HTTP, or HTTPS only.</param>
    public static void Secure(CookieBuilder cookie, string? purpose, ServerMode mode)
    {
        var name = purpose is null ? Name : $"{Name}-{purpose}";
        cookie.Name = mode == ServerMode.Team ? "__Host-" + name : name;
        cookie.SecurePolicy = mode == ServerMode.Team ? CookieSecurePolicy.Always : CookieSecurePolicy.SameAsRequest;
        cookie.HttpOnly = true;
        cookie.Path = "/";
    }
}
