using System.Text.Json;

namespace OtherThing.Core.Steps;

/// <summary>The config of <c>http.request</c>.</summary>
public sealed record HttpRequestConfig
{
    /// <summary>GET, POST, PUT, PATCH, DELETE, HEAD or OPTIONS; GET when left out.</summary>
    public string? Method { get; init; }

    /// <summary>The whole URL, <c>http</c> or <c>https</c>.</summary>
    public string? Url { get; init; }

    /// <summary>Headers by name.</summary>
    public IReadOnlyDictionary<string, JsonElement>? Headers { get; init; }

    /// <summary>Query parameters by name, added to those of the URL; a list repeats the name.</summary>
    public IReadOnlyDictionary<string, JsonElement>? Query { get; init; }

    /// <summary>The body: text is sent as it is, anything else as JSON.</summary>
    public JsonElement? Body { get; init; }
}
