using System.Net;

namespace OtherThing.Agent.Models;

/// <summary>Where a server of models is: on this machine's own loopback and nowhere else.</summary>
internal static class EndpointAddress
{
    /// <summary>Named endpoints and found ones together.</summary>
    internal const int Most = 16;

    /// <summary>Where Ollama, llama.cpp's server, vLLM and LM Studio listen when nobody told them otherwise.</summary>
    internal static readonly string[] Usual = ["http://127.0.0.1:11434", "http://127.0.0.1:8080", "http://127.0.0.1:8000", "http://127.0.0.1:1234"];

    /// <summary>Why this is no address that can be served; null when it is one.</summary>
    internal static string? Problem(string text) =>
        !Uri.TryCreate(text, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https")
            ? $"'{text}' is not an http or https address."
        : address.UserInfo.Length > 0 || address.Query.Length > 0 || address.Fragment.Length > 0
            ? $"'{text}' must be an address alone, such as {Usual[0]}."
        : LoopbackOf(address.Host).Length == 0
            ? $"'{text}' is not on this machine. Only models on its own loopback are lent: give an address such as {Usual[0]}."
        : null;

    /// <summary>The one way to write it: no slash at the end, and without the <c>/v1</c> that every path begins with.</summary>
    internal static string Plain(string text)
    {
        var plain = new Uri(text).GetLeftPart(UriPartial.Path).TrimEnd('/');
        return plain.EndsWith("/v1", StringComparison.OrdinalIgnoreCase) ? plain[..^3].TrimEnd('/') : plain;
    }

    /// <summary>The addresses a host stands for; none when it is not this machine. No name is looked up: a hosts file changes nothing.</summary>
    internal static IPAddress[] LoopbackOf(string host) =>
        IPAddress.TryParse(host.Trim('[', ']'), out var literal) ? IPAddress.IsLoopback(literal) ? [literal] : []
        : host.Equals("localhost", StringComparison.OrdinalIgnoreCase) ? [IPAddress.Loopback, IPAddress.IPv6Loopback]
        : [];
}
