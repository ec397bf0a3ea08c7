using System.Text.Json;
using System.Text.Json.Nodes;
using OtherThing.Core.Keys;
using OtherThing.Core.Results;
using OtherThing.Core.Steps;
using OtherThing.Core.Usage;
using OtherThing.Core.Usage.Prices;
using OtherThing.Web.Features.Keys.Chat.Wire;

namespace OtherThing.Web.Features.Keys.Chat;

/// <summary>A call as it ended, for whoever answered it to say what it used.</summary>
/// <param name="CallId">Unique among the workspace's calls.</param>
/// <param name="Model">The model that answered.</param>
/// <param name="Answer">What came.</param>
/// <param name="Codec">How it was written.</param>
/// <param name="Asked">The tokens of the question, by estimate.</param>
/// <param name="Made">The tokens of what came, by estimate.</param>
/// <param name="IsInterrupted">It is not whole.</param>
internal sealed record ChatCall(string CallId, string Model, ChatAnswer Answer, IChatCodec Codec, long Asked, long Made, bool IsInterrupted)
{
    private const int MaxRawUsage = 8_000;

    /// <summary>The usage as it was sent; null when none was, or a novel.</summary>
    public string? RawUsage =>
        Answer.Usage.AsSent is { } sent && Reported((JsonObject)sent.DeepClone()).GetRawText() is { Length: <= MaxRawUsage } raw ? raw : null;

    /// <summary>The answer, or as much of it as holds usage and tier.</summary>
    public JsonElement Reported(JsonObject? usage)
    {
        var answer = new JsonObject();
        if (Answer.Model is { } model)
        {
            answer["model"] = model;
        }

        if (Answer.ServiceTier is { } tier)
        {
            answer["service_tier"] = tier;
        }

        if (usage is not null)
        {
            answer["usage"] = usage;
        }

        return Json.ToElement(answer);
    }
}

/// <summary>Who answers a call: a provider, by one of the workspace's keys, or a machine of the workspace.</summary>
internal abstract class ChatSource
{
    /// <summary>What people call it.</summary>
    public abstract string Title { get; }

    /// <summary>What a call becomes whose answer is not whole.</summary>
    public abstract StepOutcome Broken(string code, string why);

    /// <summary>What a call becomes that was refused for want of a key.</summary>
    public abstract StepOutcome KeyRejected(string words);

    /// <summary>What a call used.</summary>
    public abstract UsageDraft Charge(ChatCall call);
}

/// <summary>A provider, by one of the workspace's keys.</summary>
internal sealed class ProviderSource(ProviderInfo provider, ApiKey key, Uri baseUrl, CostEngine costs, DateTime startedAt) : ChatSource
{
    public override string Title => provider.Title;

    public override StepOutcome Broken(string code, string why) => StepOutcome.Unknown(code, $"{why} {Title} may have done and charged the work.");

    public override StepOutcome KeyRejected(string words) => StepOutcome.Failed("ai.key_rejected", $"{Title} rejected the key '{key.Name}': {words}");

    public override UsageDraft Charge(ChatCall call)
    {
        var (usage, isEstimated) = call.Answer.Usage.Counted(call.Codec, call.Asked, call.Made, call.IsInterrupted);
        var priced = new PricedCall
        {
            Provider = provider.Name,
            BaseUrl = baseUrl,
            Flavour = call.Codec.Flavour,
            Model = call.Model,
            Answer = call.Reported(usage),
            At = startedAt,
        };
        var cost = call.IsInterrupted && usage is null ? costs.Estimate(priced, call.Asked, call.Made) : costs.Cost(priced);
        return new UsageDraft
        {
            Type = UsageType.ApiCall,
            CallId = call.CallId,
            Provider = provider.Name,
            Model = call.Model,
            KeyId = key.Id,
            InputTokens = cost.InputTokens,
            OutputTokens = cost.OutputTokens,
            CostUnits = cost.Cost?.Units,
            CostStatus = isEstimated && cost.Status == CostStatus.Computed ? CostStatus.Estimated : cost.Status,
            RawUsage = call.RawUsage,
            PriceRow = cost.PriceRow,
        };
    }
}
