using System.Text.Json;

namespace OtherThing.Core.Usage.Prices;

/// <summary>Says what a call cost: the provider's own word first, else the price table; never zero for what it cannot price.</summary>
public sealed class CostEngine(PriceTable table)
{
    private const decimal UsGeography = 1.1m;
    private const decimal HalfPrice = 0.5m;

    /// <summary>The cost of a call whose usage was reported.</summary>
    public CallCost Cost(PricedCall call)
    {
        var provider = Provider(call);
        var counts = Read(provider, call, out var isShort);
        var (input, output) = (Tokens(counts, "input_tokens"), Tokens(counts, "output_tokens"));
        if (ReportedCost(call.Answer) is { } reported)
        {
            return new CallCost(reported, CostStatus.ProviderReported, "reported by the provider", input, output);
        }

        if (counts is null)
        {
            return new CallCost(null, CostStatus.Unmeasured, "the provider reported no usage", null, null);
        }

        var cost = Price(provider, call, counts);
        return cost with
        {
            InputTokens = input,
            OutputTokens = output,
            Status = cost.Cost is not null && isShort ? CostStatus.Estimated : cost.Status,
        };
    }

    /// <summary>The cost of a call that broke off before usage was reported, from counted tokens.</summary>
    public CallCost Estimate(PricedCall call, long inputTokens, long outputTokens)
    {
        var counts = new Dictionary<string, decimal> { ["input_tokens"] = inputTokens, ["output_tokens"] = outputTokens };
        var cost = Price(Provider(call), call, counts);
        return cost with
        {
            InputTokens = inputTokens,
            OutputTokens = outputTokens,
            Status = cost.Cost is null ? cost.Status : CostStatus.Estimated,
        };
    }

    private PricedProvider? Provider(PricedCall call) =>
        call.Provider == "custom" ? call.BaseUrl is { } url ? table.FindProvider(url) : null : table.FindProvider(call.Provider);

    private CallCost Price(PricedProvider? provider, PricedCall call, Dictionary<string, decimal> counts)
    {
        if (provider is null || table.FindModel(provider, call.Model) is not { } model)
        {
            return Unpriced($"{table.Version} has no price for {call.Provider}/{call.Model}");
        }

        if (TokenFactor(provider.Id, call.Answer, out var tier) is not { } factor)
        {
            return Unpriced($"{table.Version} has no price for {provider.Id}/{model.Id} at the tier '{tier}'");
        }

        var row = model.RowAt(call.At);
        if (PriceCalculator.Price(row, counts) is not { } price)
        {
            return Unpriced("the reported counts contradict each other");
        }

        // A tier changes what tokens cost, not what a search costs.
        var dollars = ((price.Input + price.Output) * factor) + price.Other;
        var name = $"{table.Version}: {provider.Id}/{model.Id} {row.Id}{(tier is null ? "" : $", {tier} x{factor:0.##}")}";
        return new CallCost(Money.FromDollars(dollars), CostStatus.Computed, name, null, null);
    }

    private Dictionary<string, decimal>? Read(PricedProvider? provider, PricedCall call, out bool isShort)
    {
        isShort = false;
        var reader = provider?.FindReader(call.Flavour)
            ?? provider?.FindReader("default")
            ?? table.FindProvider(call.Flavour == "chat" ? "openai" : "anthropic")?.FindReader(call.Flavour == "chat" ? "chat" : "default");
        if (reader?.Read(call.Answer) is not { } counts)
        {
            return null;
        }

        var all = new Dictionary<string, decimal>(counts);
        if (call.Provider is "google" or "custom" && call.Flavour == "chat" && MissingTokens(call.Answer) is > 0 and var missing)
        {
            // OpenAI-shaped Gemini leaves thinking out of completion_tokens and into total_tokens; it is billed as output.
            all["output_tokens"] = all.GetValueOrDefault("output_tokens") + missing;
            isShort = true;
        }

        return all;
    }

    private static decimal MissingTokens(JsonElement answer)
    {
        var usage = answer.GetProperty("usage");
        return Number(usage, "total_tokens") is { } total
            && Number(usage, "prompt_tokens") is { } prompt
            && Number(usage, "completion_tokens") is { } completion
            ? total - prompt - completion
            : 0;
    }

    private static Money? ReportedCost(JsonElement answer) =>
        answer.ValueKind == JsonValueKind.Object
        && answer.TryGetProperty("usage", out var usage)
        && Number(usage, "cost") is >= 0 and <= 10_000_000 and { } dollars
            ? Money.FromDollars(dollars)
            : null;

    // The tier that was served decides, not the one that was asked for; null is a tier the table has no price for.
    private static decimal? TokenFactor(string provider, JsonElement answer, out string? tier)
    {
        var usage = answer.TryGetProperty("usage", out var reported) ? reported : default;
        switch (provider)
        {
            case "openai":
                tier = Text(answer, "service_tier");
                switch (tier)
                {
                    case null or "default" or "auto" or "standard":
                        tier = null;
                        return 1;
                    case "flex" or "batch":
                        return HalfPrice;
                    default:
                        return null;
                }

            case "anthropic":
                if (Text(usage, "speed") is { } speed and not "standard")
                {
                    tier = speed;
                    return null;
                }

                var isBatch = Text(usage, "service_tier") == "batch";
                var isUs = Text(usage, "inference_geo") == "us";
                tier = (isBatch, isUs) switch { (true, true) => "batch, us", (true, _) => "batch", (_, true) => "us", _ => null };
                return (isBatch ? HalfPrice : 1) * (isUs ? UsGeography : 1);

            default:
                tier = null;
                return 1;
        }
    }

    private static CallCost Unpriced(string why) => new(null, CostStatus.Unpriced, why, null, null);

    private static long? Tokens(Dictionary<string, decimal>? counts, string unit) =>
        counts is not null && counts.TryGetValue(unit, out var count) ? (long)count : null;

    private static decimal? Number(JsonElement owner, string name) =>
        owner.ValueKind == JsonValueKind.Object
        && owner.TryGetProperty(name, out var value)
        && value.ValueKind == JsonValueKind.Number
        && value.TryGetDecimal(out var number)
            ? number
            : null;

    private static string? Text(JsonElement owner, string name) =>
        owner.ValueKind == JsonValueKind.Object && owner.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;
}
