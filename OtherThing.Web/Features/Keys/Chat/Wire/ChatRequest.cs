using System.Text.Json;
using OtherThing.Core.Keys;

namespace OtherThing.Web.Features.Keys.Chat.Wire;

/// <summary>What a model is asked, before a wire format gives it a shape.</summary>
internal sealed record ChatRequest
{
    public required ApiProvider Provider { get; init; }

    /// <summary>Where the provider's API lives, without a slash at the end.</summary>
    public required Uri BaseUrl { get; init; }

    /// <summary>Null for a server that takes none.</summary>
    public required SecretValue? Key { get; init; }

    public required string Model { get; init; }

    /// <summary>What the model should be; null for nothing.</summary>
    public string? System { get; init; }

    public required string Prompt { get; init; }

    public double? Temperature { get; init; }

    /// <summary>The most tokens of the answer; null leaves it to the provider.</summary>
    public int? MaxTokens { get; init; }

    /// <summary>The JSON Schema the answer should fit; null for text.</summary>
    public JsonElement? Schema { get; init; }
}
