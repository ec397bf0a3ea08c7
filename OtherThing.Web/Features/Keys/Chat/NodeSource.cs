using System.Text.Json.Nodes;
using OtherThing.Core.Nodes.Models;
using OtherThing.Core.Steps;
using OtherThing.Core.Usage;
using OtherThing.Web.Features.Keys.Chat.Wire;

namespace OtherThing.Web.Features.Keys.Chat;

/// <summary>A model on a machine of the workspace: it costs nothing, its time is metered here, and what it counts is believed only within reason.</summary>
internal sealed class NodeSource(ModelLease lease, TimeProvider clock) : ChatSource
{
    // A character is four tokens at most, and a model's own template wraps what is asked.
    private const int TokensOfACharacter = 4;
    private const int CharactersOfAToken = 4;
    private const int TokensOfATemplate = 4_096;
    private readonly long _startedAt = clock.GetTimestamp();

    public override string Title => $"{lease.Model} on {lease.NodeName}";

    public override StepOutcome Broken(string code, string why) => StepOutcome.Failed(code, $"{why} What had come by then is kept; run the step again.");

    public override StepOutcome KeyRejected(string words) => StepOutcome.Failed(
        "ai.refused", $"{Title} asks for a key, and none is sent to a machine's own server of models: {words}");

    public override UsageDraft Charge(ChatCall call)
    {
        var (usage, isEstimated) = call.Answer.Usage.Counted(call.Codec, call.Asked, call.Made, call.IsInterrupted);
        var (input, output) = (Believed(usage?[call.Codec.InputCount], call.Asked), Believed(usage?[call.Codec.OutputCount], call.Made));
        return new UsageDraft
        {
            Type = UsageType.Compute,
            CallId = call.CallId,
            Provider = NodeChat.Provider,
            Model = call.Model,
            NodeId = lease.Key.NodeId,
            InputTokens = input ?? call.Asked,
            OutputTokens = output ?? call.Made,
            ComputeSeconds = clock.GetElapsedTime(_startedAt).TotalSeconds,
            CostUnits = 0,
            CostStatus = CostStatus.Free,
            RawUsage = call.RawUsage,
            PriceRow = isEstimated || input is null || output is null ? "a machine of the workspace; tokens estimated" : "a machine of the workspace",
        };
    }

    private static long? Believed(JsonNode? count, long estimate) =>
        ReportedUsage.CountOf(count) is { } told && told <= TokensOfATemplate + (estimate * CharactersOfAToken * TokensOfACharacter) ? (long)told : null;
}
