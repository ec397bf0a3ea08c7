using System.Text.Json;
using System.Text.Json.Nodes;
using OtherThing.Core.Egress;
using OtherThing.Core.Flows.Secrets;
using OtherThing.Core.Results;

namespace OtherThing.Core.Flows.Exchange;

/// <summary>A document without what ties it to one workspace.</summary>
/// <param name="Definition">The document.</param>
/// <param name="Fields">What was taken out, as <c>steps.ask.config.keyId</c>.</param>
public sealed record DetachedFlow(FlowDocument Definition, IReadOnlyList<string> Fields);

/// <summary>
/// Takes keys, nodes, members, other flows and secrets out of a document: a file must not carry them, and an import must not attach them.
/// </summary>
public static class FlowDetachment
{
    private static readonly string[] s_addresses = ["query", "url"];
    private static readonly string[] s_fields = ["keyId", "secret", "assigneeId", "flowId"];

    /// <summary>The document without them.</summary>
    public static DetachedFlow Of(FlowDocument definition)
    {
        var taken = new List<string>();
        var steps = definition.Steps.Select(step => step is null ? step! : Detach(step, taken)).ToList();
        return new DetachedFlow(taken.Count == 0 ? definition : definition with { Steps = steps }, taken);
    }

    private static FlowStep Detach(FlowStep step, List<string> taken)
    {
        // A placeholder's settings are what another product wrote: nothing here acts on them.
        if (step.Type == Steps.StepCatalog.Placeholder || step.Config.ValueKind != JsonValueKind.Object || !IsTied(step))
        {
            return step;
        }

        var config = (JsonObject)JsonNode.Parse(step.Config.GetRawText())!;
        foreach (var field in s_fields.Where(config.Remove))
        {
            taken.Add($"steps.{step.Id}.config.{field}");
        }

        if (step.Type == HeaderSecrets.StepType && config["headers"] is JsonObject headers)
        {
            foreach (var name in headers.Select(header => header.Key).Where(CredentialHeaders.Contains).ToArray())
            {
                headers.Remove(name);
                taken.Add($"steps.{step.Id}.config.headers.{name}");
            }
        }

        if (step.Type == HeaderSecrets.StepType)
        {
            DetachQuery(step, config, taken);
        }

        if (config["requirements"] is JsonObject requirements && requirements.Remove("nodeId"))
        {
            taken.Add($"steps.{step.Id}.config.requirements.nodeId");
        }

        return step with { Config = Json.ToElement(config) };
    }

    /// <summary>Takes typed credentials out of query and address; what a template stands for is nobody's secret.</summary>
    private static void DetachQuery(FlowStep step, JsonObject config, List<string> taken)
    {
        foreach (var place in CredentialFields.In(step.Config).Where(IsTypedQuery).Select(static field => field.Place).Distinct())
        {
            taken.Add($"steps.{step.Id}.config.{place}");
        }

        var without = CredentialFields.Change(step.Config, static field => IsTypedQuery(field) ? "" : null);
        foreach (var field in s_addresses.Where(config.ContainsKey))
        {
            config[field] = without.GetProperty(field).ValueKind == JsonValueKind.Null ? null : JsonNode.Parse(without.GetProperty(field).GetRawText());
        }
    }

    private static bool IsTypedQuery(CredentialField field) =>
        !field.InHeader && (SealedText.Has(field.Text) || SealedText.HasTyped(field.Text) || SealedText.HasLiteral(field.Text));

    private static bool IsTied(FlowStep step) => IsTied(step.Config)
        || (step.Type == HeaderSecrets.StepType && CredentialFields.In(step.Config).Any(static field => field.InHeader || IsTypedQuery(field)));

    private static bool IsTied(JsonElement config) =>
        s_fields.Any(field => config.TryGetProperty(field, out _))
        || (config.TryGetProperty("requirements", out var requirements)
            && requirements.ValueKind == JsonValueKind.Object
            && requirements.TryGetProperty("nodeId", out _));
}
