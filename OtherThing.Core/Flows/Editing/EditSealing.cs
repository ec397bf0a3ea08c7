using System.Text.Json;
using OtherThing.Core.Results;

namespace OtherThing.Core.Flows.Editing;

/// <summary>Seals what somebody types as a secret before anybody else's canvas, and the stored document, hear of it.</summary>
internal sealed class EditSealing(IEnumerable<IFlowListener> listeners)
{
    /// <summary>The edit with every secret in it sealed.</summary>
    /// <returns>The edit, or <c>vault.cannot_open</c>, <c>http.host_template</c>.</returns>
    public async Task<Result<FlowEdit>> SealAsync(Guid workspaceId, FlowDocument document, FlowEdit edit, CancellationToken cancellationToken) =>
        await SealAsync(
            workspaceId, edit, document.Steps.Where(step => step?.Id is not null).DistinctBy(step => step.Id).ToDictionary(step => step.Id),
            cancellationToken);

    private async Task<Result<FlowEdit>> SealAsync(Guid workspaceId, FlowEdit edit, Dictionary<string, FlowStep> steps, CancellationToken cancellationToken)
    {
        switch (edit)
        {
            case AddStep { Step: { Id: not null, Config.ValueKind: JsonValueKind.Object } step } add:
                if (!(await SealAsync(workspaceId, step, cancellationToken)).TryGet(out var added, out var refusal))
                {
                    return refusal;
                }

                steps[step.Id] = added;
                return add with { Step = added };
            case ConfigureStep { Id: not null, Field: not null, Value.ValueKind: not JsonValueKind.Undefined } set when steps.TryGetValue(set.Id, out var step):
                var (config, _) = StepConfig.Set(step.Config, set.Field, set.Value, null);
                if (!(await SealAsync(workspaceId, step with { Config = config }, cancellationToken)).TryGet(out var changed, out refusal))
                {
                    return refusal;
                }

                steps[set.Id] = changed;
                return changed.Config.TryGetProperty(set.Field, out var value) ? set with { Value = value } : set;
            case BatchEdit { Edits: not null } batch:
                var edits = new List<FlowEdit>(batch.Edits.Count);
                foreach (var one in batch.Edits)
                {
                    if (!(await SealAsync(workspaceId, one, steps, cancellationToken)).TryGet(out var done, out refusal))
                    {
                        return refusal;
                    }

                    edits.Add(done);
                }

                return batch with { Edits = edits };
            default:
                return edit;
        }
    }

    private async Task<Result<FlowStep>> SealAsync(Guid workspaceId, FlowStep step, CancellationToken cancellationToken)
    {
        var alone = new FlowDocument { Steps = [step] };
        foreach (var listener in listeners)
        {
            if (!(await listener.SavingAsync(workspaceId, alone, cancellationToken)).TryGet(out alone!, out var refusal))
            {
                return refusal;
            }
        }

        return alone.Steps[0];
    }
}
