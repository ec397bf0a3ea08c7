using System.Text.Json;

namespace OtherThing.Core.Usage.Prices;

/// <summary>A call of a provider, as it ended.</summary>
public sealed record PricedCall
{
    /// <summary>The provider: <c>openai anthropic google groq custom</c>.</summary>
    public required string Provider { get; init; }

    /// <summary>Where a custom provider lives: its prices are known when the price table knows the place.</summary>
    public Uri? BaseUrl { get; init; }

    /// <summary>How the provider's answer is shaped: <c>chat</c> or <c>messages</c>.</summary>
    public required string Flavour { get; init; }

    /// <summary>The model that answered.</summary>
    public required string Model { get; init; }

    /// <summary>The answer, or as much of it as holds usage and tier: <c>{"usage":{...},"service_tier":...}</c>.</summary>
    public required JsonElement Answer { get; init; }

    /// <summary>When the request was made (UTC): the row then valid counts.</summary>
    public required DateTime At { get; init; }
}

/// <summary>What a call cost and how we know.</summary>
/// <param name="Cost">The cost; null when it has no price.</param>
/// <param name="Status">How it came about.</param>
/// <param name="PriceRow">The table, model and row used, or why there is none.</param>
/// <param name="InputTokens">All input tokens, cached ones included; null when not reported.</param>
/// <param name="OutputTokens">All output tokens, reasoning included; null when not reported.</param>
public sealed record CallCost(Money? Cost, CostStatus Status, string? PriceRow, long? InputTokens, long? OutputTokens);
