using System.Text.Json;
using OtherThing.Core.Access;
using OtherThing.Core.Audit;
using OtherThing.Core.Flows.Validation;
using OtherThing.Core.Live;
using OtherThing.Core.Results;
using OtherThing.Core.Steps;

namespace OtherThing.Core.Flows;

/// <summary>
/// Pins: what a step puts out in runs of the draft instead of being carried out. Runs of a published version ignore them. Every change
/// is said on <c>Topic.Flow</c> as <c>flow.pins</c>.
/// </summary>
public sealed class PinService(IFlowStore flows, IPinStore pins, AuditLog audit, ILiveFeed feed, Door door, TimeProvider clock)
{
    /// <summary>The pins of a flow, by step (A27).</summary>
    /// <returns>The pins, or <c>flow.not_found</c>.</returns>
    public async Task<Result<IReadOnlyList<StepPin>>> ListAsync(Actor actor, Guid workspaceId, Guid flowId, CancellationToken cancellationToken)
    {
        if ((await door.EnterAsync(actor, workspaceId, Operations.FlowRead, cancellationToken)).Error is { } refusal)
        {
            return refusal;
        }

        return await flows.FindHeadAsync(workspaceId, flowId, cancellationToken) is null
            ? FlowErrors.NotFound
            : Result<IReadOnlyList<StepPin>>.Success(await pins.ListAsync(workspaceId, flowId, cancellationToken));
    }

    /// <summary>Pins what a step of the saved draft puts out (A28), in place of the pin it had.</summary>
    /// <param name="actor">Who asks.</param>
    /// <param name="workspaceId">The workspace.</param>
    /// <param name="flowId">The flow.</param>
    /// <param name="stepId">The step's id in the draft.</param>
    /// <param name="output">What it shall put out, up to <see cref="StepPin.MostCharacters"/> characters of JSON.</param>
    /// <param name="port">The port to leave by; null takes the step's first.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The pin, or <c>flow.not_found</c>, <c>flow.step_not_found</c>, <c>flow.port_not_found</c>, <c>flow.pin_invalid</c>,
    /// <c>flow.pin_too_large</c>, <c>flow.pins_too_many</c>.</returns>
    public async Task<Result<StepPin>> PinAsync(
        Actor actor, Guid workspaceId, Guid flowId, string stepId, JsonElement output, string? port, CancellationToken cancellationToken)
    {
        var entered = await door.EnterAsync(actor, workspaceId, Operations.FlowEdit, cancellationToken);
        if (!entered.TryGet(out var entry, out var refusal))
        {
            return refusal;
        }

        if (await flows.FindAsync(workspaceId, flowId, cancellationToken) is not { } flow)
        {
            return FlowErrors.NotFound;
        }

        if (flow.ReadDefinition().Steps.FirstOrDefault(candidate => candidate.Id == stepId) is not { } step)
        {
            return FlowErrors.StepNotFound(stepId);
        }

        var ports = StepCatalog.Find(step.Type)?.Ports(step) ?? ["out"];
        if (port is not null && !ports.Contains(port))
        {
            return Error.Invalid(
                "flow.port_not_found", "port",
                $"{FlowValidator.Called(step)} has no port '{FlowValidator.Short(port)}'; it has {string.Join(", ", ports.Take(20))}.");
        }

        port ??= ports[0];
        if (port.Length > StepPin.MaxPort)
        {
            return Error.Invalid(
                "flow.pin_invalid", "port", $"A port whose name is longer than {StepPin.MaxPort} characters cannot be pinned; give it a shorter one.");
        }

        if (output.ValueKind == JsonValueKind.Undefined)
        {
            return Error.Invalid("flow.pin_invalid", "output", "Enter the output to use: any JSON, including null.");
        }

        if (output.GetRawText().Length > StepPin.MostCharacters)
        {
            return new Error(ErrorKind.TooLarge, "flow.pin_too_large", $"A pinned output has up to {StepPin.MostCharacters / 1024} KiB.");
        }

        var pin = new StepPin(workspaceId, flowId, stepId, output, port, entry.UserId, clock.GetUtcNow().UtcDateTime);
        if (!await pins.PutAsync(pin, cancellationToken))
        {
            return Error.Conflict("flow.pins_too_many", $"A flow has up to {StepPin.MostPins} pinned steps; unpin one first.");
        }

        await audit.AppendAsync(actor, workspaceId, Operations.FlowEdit, $"flow:{flowId}", $"pinned the output of {stepId}");
        feed.Publish(Topic.Flow(flowId), new FlowPinsChanged());
        return pin;
    }

    /// <summary>Takes a pin away (A28).</summary>
    /// <returns>Null, or <c>flow.not_found</c>, <c>flow.pin_not_found</c>.</returns>
    public async Task<Error?> UnpinAsync(Actor actor, Guid workspaceId, Guid flowId, string stepId, CancellationToken cancellationToken)
    {
        if ((await door.EnterAsync(actor, workspaceId, Operations.FlowEdit, cancellationToken)).Error is { } refusal)
        {
            return refusal;
        }

        if (await flows.FindHeadAsync(workspaceId, flowId, cancellationToken) is null)
        {
            return FlowErrors.NotFound;
        }

        if (!await pins.DeleteAsync(workspaceId, flowId, stepId, cancellationToken))
        {
            return Error.NotFound("flow.pin_not_found", "This step is not pinned.");
        }

        await audit.AppendAsync(actor, workspaceId, Operations.FlowEdit, $"flow:{flowId}", $"unpinned {stepId}");
        feed.Publish(Topic.Flow(flowId), new FlowPinsChanged());
        return null;
    }
}
