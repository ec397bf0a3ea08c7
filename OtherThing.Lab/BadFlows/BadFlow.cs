namespace OtherThing.Lab.BadFlows;

/// <summary>A flow document that must be refused.</summary>
/// <param name="Name">What is wrong with it.</param>
/// <param name="Document">The document, as JSON (or as what is none).</param>
/// <param name="StepId">The step that must be named; null when it is about no step in particular.</param>
/// <param name="Field">The field that must be named, by its beginning.</param>
public sealed record BadFlow(string Name, string Document, string? StepId, string Field)
{
    /// <inheritdoc/>
    public override string ToString() => Name;
}
