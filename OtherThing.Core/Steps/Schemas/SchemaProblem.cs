namespace OtherThing.Core.Steps.Schemas;

/// <summary>One thing wrong with a schema, or with a value that does not fit one.</summary>
/// <param name="Path">Where, as a JSON pointer: <c>/properties/a/$ref</c>; empty for the whole.</param>
/// <param name="Message">What is wrong and what would be right.</param>
public sealed record SchemaProblem(string Path, string Message)
{
    /// <inheritdoc/>
    public override string ToString() => Path.Length == 0 ? Message : $"{Path}: {Message}";
}
