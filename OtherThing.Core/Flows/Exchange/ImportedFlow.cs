namespace OtherThing.Core.Flows.Exchange;

/// <summary>Where a flow came from.</summary>
public enum ImportSource
{
    /// <summary>A file of <see cref="FlowFile"/>, or a bare document.</summary>
    OtherThing,

    /// <summary>A workflow of n8n.</summary>
    N8n,

    /// <summary>Flows of Node-RED.</summary>
    NodeRed,
}

/// <summary>Something to know about an import.</summary>
/// <param name="StepId">The step it is about; null for the whole flow.</param>
/// <param name="Message">What became of it, in a sentence.</param>
public sealed record ImportRemark(string? StepId, string Message);

/// <summary>A flow read from a file; nothing of it has run, been stored or been called.</summary>
/// <param name="Source">Where it came from.</param>
/// <param name="Name">What it is called there; may be empty.</param>
/// <param name="Description">What it is for.</param>
/// <param name="Definition">The document; it may have problems, which the builder shows.</param>
/// <param name="Remarks">What a person should look at.</param>
public sealed record ImportedFlow(
    ImportSource Source, string Name, string Description, FlowDocument Definition, IReadOnlyList<ImportRemark> Remarks);
