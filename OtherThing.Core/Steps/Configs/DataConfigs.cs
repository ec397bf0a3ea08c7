using System.ComponentModel;
using System.Text.Json;

namespace OtherThing.Core.Steps.Configs;

/// <summary>Config of <c>data.set</c>.</summary>
public sealed record DataSetConfig
{
    /// <summary>Any JSON with templates.</summary>
    [Description("Any JSON; strings in it are templates."), Field("json")]
    public required JsonElement Value { get; init; }
}

/// <summary>Config of <c>output</c>.</summary>
public sealed record OutputConfig
{
    /// <summary>Any JSON with templates; becomes the run's output.</summary>
    [Description("Any JSON; strings in it are templates. Becomes the run's output."), Field("json")]
    public required JsonElement Value { get; init; }
}

/// <summary>Config of <c>http.request</c>.</summary>
public sealed record HttpRequestConfig
{
    /// <summary>The HTTP method.</summary>
    [Description("The HTTP method.")]
    public HttpVerb Method { get; init; } = HttpVerb.GET;

    /// <summary>Absolute http or https address.</summary>
    [Description("Absolute http or https address."), Field("template")]
    public required string Url { get; init; }

    /// <summary>Request headers.</summary>
    [Description("Request headers.")]
    public IReadOnlyDictionary<string, JsonElement>? Headers { get; init; }

    /// <summary>Added to the address, escaped.</summary>
    [Description("Added to the address, escaped; a list repeats the name.")]
    public IReadOnlyDictionary<string, JsonElement>? Query { get; init; }

    /// <summary>A string is sent as text, anything else as JSON.</summary>
    [Description("A string is sent as text, anything else as JSON."), Field("json")]
    public JsonElement? Body { get; init; }

    /// <summary>What the step makes of the answer's body.</summary>
    [Description("auto returns JSON as a value and anything else as text; base64 returns the bytes, for pictures, archives and other files.")]
    public HttpResponseBody ResponseBody { get; init; } = HttpResponseBody.Auto;
}

/// <summary>What <c>http.request</c> makes of an answer's body.</summary>
public enum HttpResponseBody
{
    /// <summary>JSON as a value, text as text; what is neither fails the step.</summary>
    Auto,

    /// <summary>The bytes, unpacked, as base64.</summary>
    Base64,
}

/// <summary>The HTTP methods a step may use; written in capitals as everywhere else.</summary>
[System.Text.Json.Serialization.JsonConverter(typeof(HttpVerbConverter))]
public enum HttpVerb
{
    /// <summary>GET.</summary>
    GET,

    /// <summary>POST.</summary>
    POST,

    /// <summary>PUT.</summary>
    PUT,

    /// <summary>PATCH.</summary>
    PATCH,

    /// <summary>DELETE.</summary>
    DELETE,

    /// <summary>HEAD.</summary>
    HEAD,

    /// <summary>OPTIONS.</summary>
    OPTIONS,
}

/// <summary>Keeps the capitals.</summary>
public sealed class HttpVerbConverter() : System.Text.Json.Serialization.JsonStringEnumConverter<HttpVerb>(namingPolicy: null, allowIntegerValues: false);

/// <summary>Config of <c>ai.chat</c>.</summary>
public sealed record AiChatConfig
{
    /// <summary>Whose model: a provider of the workspace's keys, or <c>nodes</c>.</summary>
    [Description("openai, anthropic, google, groq or custom; or the machines of the workspace, which serve models of their own."), Field("provider")]
    public required string Provider { get; init; }

    /// <summary>Which key pays; null takes the workspace's key of that provider.</summary>
    [Description("Which key pays; empty takes the workspace's key of that provider."), Field("key")]
    public Guid? KeyId { get; init; }

    /// <summary>The model's name at the provider.</summary>
    [Description("The model's name at the provider or on the machines."), Field("model")]
    public required string Model { get; init; }

    /// <summary>What the model should be.</summary>
    [Description("What the model should be."), Field("multiline")]
    public string? System { get; init; }

    /// <summary>What it is asked.</summary>
    [Description("What it is asked."), Field("multiline")]
    public required string Prompt { get; init; }

    /// <summary>0 to 2; null takes the provider's default.</summary>
    [Description("0 to 2; empty takes the provider's default."), System.ComponentModel.DataAnnotations.Range(0.0, 2.0)]
    public double? Temperature { get; init; }

    /// <summary>The most tokens it may answer with.</summary>
    [Description("The most tokens it may answer with."), System.ComponentModel.DataAnnotations.Range(1, 1_000_000)]
    public int? MaxTokens { get; init; }

    /// <summary>JSON Schema the answer must fit; puts the parsed answer into <c>json</c>.</summary>
    [Description(
        "JSON Schema (draft 2020-12) the answer must fit; the parsed answer is then in json. It refers to nothing outside itself, and its patterns do "
            + "without look-around and back references."),
        Field("json")]
    public JsonElement? ResponseSchema { get; init; }
}
