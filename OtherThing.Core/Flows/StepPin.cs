using System.Text.Json;
using OtherThing.Core.Results;

namespace OtherThing.Core.Flows;

/// <summary>What a step of a flow puts out in runs of the draft instead of being carried out; kept beside the document, not in its versions.</summary>
public sealed class StepPin
{
    /// <summary>The most characters of a pinned output's JSON.</summary>
    public const int MostCharacters = 256 * 1024;

    /// <summary>The most pins of one flow.</summary>
    public const int MostPins = 200;

    /// <summary>The longest name of a port that a pinned step leaves by, in characters.</summary>
    public const int MaxPort = 200;

    private StepPin()
    {
    }

    /// <summary>Pins an output.</summary>
    public StepPin(Guid workspaceId, Guid flowId, string stepId, JsonElement output, string port, Guid pinnedBy, DateTime utcNow) =>
        (WorkspaceId, FlowId, StepId, Output, Port, PinnedBy, PinnedAt) =
            (workspaceId, flowId, stepId, JsonSerializer.Serialize(output, Json.Options), port, pinnedBy, utcNow);

    /// <summary>The workspace.</summary>
    public Guid WorkspaceId { get; private set; }

    /// <summary>The flow.</summary>
    public Guid FlowId { get; private set; }

    /// <summary>The step.</summary>
    public string StepId { get; private set; } = "";

    /// <summary>What it puts out, as JSON.</summary>
    public string Output { get; private set; } = "";

    /// <summary>The port it leaves by.</summary>
    public string Port { get; private set; } = "";

    /// <summary>Who pinned it.</summary>
    public Guid PinnedBy { get; private set; }

    /// <summary>When (UTC).</summary>
    public DateTime PinnedAt { get; private set; }

    /// <summary>The output.</summary>
    public JsonElement ReadOutput() => Json.Parse(Output);
}

/// <summary>Keeps pins.</summary>
public interface IPinStore
{
    /// <summary>The pins of a flow, by step.</summary>
    Task<IReadOnlyList<StepPin>> ListAsync(Guid workspaceId, Guid flowId, CancellationToken cancellationToken);

    /// <summary>Pins a step, in place of the pin it had.</summary>
    /// <returns>False when the flow has <see cref="StepPin.MostPins"/> already.</returns>
    Task<bool> PutAsync(StepPin pin, CancellationToken cancellationToken);

    /// <summary>Takes a pin away.</summary>
    /// <returns>False when there was none.</returns>
    Task<bool> DeleteAsync(Guid workspaceId, Guid flowId, string stepId, CancellationToken cancellationToken);
}
