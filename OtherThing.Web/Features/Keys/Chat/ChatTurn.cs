using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using OtherThing.Core.Keys;
using OtherThing.Core.Results;
using OtherThing.Core.Steps;
using OtherThing.Core.Steps.Configs;
using OtherThing.Core.Usage;
using OtherThing.Core.Usage.Prices;

namespace OtherThing.Web.Features.Keys.Chat;

/// <summary>What is known of one call while it runs and after it, and how that becomes the step's outcome.</summary>
internal sealed class ChatTurn(
    StepCall call, AiChatConfig config, ProviderInfo provider, ApiKey key, Uri baseUrl, ProviderTap tap, SecretRedactor redactor, DateTime startedAt)
{
    private const int MaxRawUsage = 8_000;

    // When the provider names no time: the engine's own back-off grows from here.
    private static readonly TimeSpan s_shortWait = TimeSpan.FromSeconds(1);
    private readonly StringBuilder _text = new();

    // The tap cannot see a key that comes a few characters an event: each event has the rest of the wire format between them.
    private readonly StreamingTextRedactor _words = redactor.NewText();

    public string? FinishReason { get; set; }

    public string Text => _text.ToString();

    public string Model => tap.Usage.Model ?? config.Model;

    /// <summary>A part of the answer arrived.</summary>
    public void Add(string part) => Keep(_words.Push(part));

    /// <summary>No more of the answer will arrive; call it before what the answer becomes.</summary>
    public void End() => Keep(_words.Complete());

    private void Keep(string part)
    {
        if (part.Length > 0)
        {
            _text.Append(part);
            call.Report("text", part);
        }
    }

    /// <exception cref="OperationCanceledException">The step was stopped while the answer was checked.</exception>
    public async Task<StepOutcome> FinishAsync(CostEngine costs, ChatResponseSchema? schema, CancellationToken cancellationToken)
    {
        var usage = Charge(costs, interrupted: false);
        if (schema is null)
        {
            return StepOutcome.Succeeded(Output(usage, null)) with { Usage = [usage] };
        }

        var (json, problem) = await schema.CheckAsync(Text, cancellationToken);
        return problem is null
            ? StepOutcome.Succeeded(Output(usage, json)) with { Usage = [usage] }
            : StepOutcome.Failed("ai.output_invalid", $"The answer does not fit responseSchema: {problem}.") with
            {
                Output = Output(usage, null),
                Usage = [usage],
            };
    }

    /// <summary>The provider refused or failed: its own words, without the key.</summary>
    public StepOutcome Refused()
    {
        var status = (int)tap.Status!.Value;
        var words = ProviderError.Words(tap.ErrorBody, status, redactor);
        return status switch
        {
            429 or 503 or 529 => StepOutcome.Failed("ai.not_now", $"{provider.Title} says not now ({status}): {words}", noEffect: true) with
            {
                RetryAfter = tap.RetryAfter ?? s_shortWait,
            },
            401 or 403 => StepOutcome.Failed("ai.key_rejected", $"{provider.Title} does not take the key '{key.Name}': {words}"),
            >= 500 => StepOutcome.Failed("ai.provider_failed", $"{provider.Title} failed ({status}): {words}"),
            >= 300 and < 400 => StepOutcome.Failed("ai.redirected", $"{provider.Title} answered with a redirect ({status}), which a key never follows."),
            _ => StepOutcome.Failed("ai.refused", $"{provider.Title} refused the request ({status}): {words}"),
        };
    }

    public StepOutcome Unreachable() =>
        StepOutcome.Failed("ai.unreachable", tap.Unreachable ?? $"{provider.Title} cannot be reached.", noEffect: true);

    /// <summary>The request went out and the answer is not whole: what came is kept and charged by estimate.</summary>
    public StepOutcome Broken(CostEngine costs, string code, string why)
    {
        var usage = Charge(costs, interrupted: true);
        return StepOutcome.Unknown(code, $"{why} {provider.Title} may have done and charged the work.") with
        {
            Output = _text.Length > 0 ? Output(usage, null) : Json.Null,
            Usage = [usage],
        };
    }

    private UsageDraft Charge(CostEngine costs, bool interrupted)
    {
        var priced = new PricedCall
        {
            Provider = provider.Name,
            BaseUrl = baseUrl,
            Flavour = provider.Provider == ApiProvider.Anthropic ? "messages" : "chat",
            Model = Model,
            Answer = tap.Usage.Answer,
            At = startedAt,
        };

        // A broken stream may have told its input and the first of its output: counting what arrived is nearer the truth.
        var cost = interrupted
            ? costs.Estimate(priced, Tokens((config.System?.Length ?? 0) + config.Prompt.Length), Tokens(_text.Length))
            : costs.Cost(priced);
        var raw = tap.Usage.HasUsage ? tap.Usage.Answer.GetRawText() : null;
        return new UsageDraft
        {
            Type = UsageType.ApiCall,
            CallId = $"chat:{call.AttemptId:N}",
            Provider = provider.Name,
            Model = Model,
            KeyId = key.Id,
            InputTokens = cost.InputTokens,
            OutputTokens = cost.OutputTokens,
            CostUnits = cost.Cost?.Units,
            CostStatus = cost.Status,
            RawUsage = raw is { Length: <= MaxRawUsage } ? raw : null,
            PriceRow = cost.PriceRow,
        };
    }

    // About four characters of text are a token.
    private static long Tokens(int characters) => (characters + 3) / 4;

    private JsonElement Output(UsageDraft usage, JsonElement? json)
    {
        var output = new JsonObject
        {
            ["text"] = Text,
            ["model"] = Model,
            ["usage"] = new JsonObject { ["inputTokens"] = usage.InputTokens, ["outputTokens"] = usage.OutputTokens },
            ["finishReason"] = FinishReason,
        };
        if (json is { } value)
        {
            output["json"] = JsonNode.Parse(value.GetRawText());
        }

        return Json.ToElement(output);
    }
}
