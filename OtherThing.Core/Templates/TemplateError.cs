using System.Diagnostics.CodeAnalysis;

namespace OtherThing.Core.Templates;

/// <summary>
/// Why a template could not be rendered with these values; the only exception rendering throws. Codes:
/// <c>template.path_missing</c>, <c>template.type_mismatch</c>, <c>template.value_invalid</c>, <c>template.number_range</c>,
/// <c>template.divide_by_zero</c>, <c>template.text_invalid</c>, <c>template.limit</c>, <c>template.invalid</c>.
/// </summary>
/// <param name="code">Stable, for programs.</param>
/// <param name="message">What happened and what to do, for people.</param>
/// <param name="position">Where in the template's text, in UTF-16 units.</param>
/// <param name="path">The path that does not exist; null when the error is not about one.</param>
[SuppressMessage("Design", "CA1032", Justification = "Without a code and a position it would say nothing.")]
[SuppressMessage("Naming", "CA1710", Justification = "Named for what a person sees: an error in a template.")]
public sealed class TemplateError(string code, string message, int position, string? path) : Exception(message)
{
    /// <summary>Stable, for programs.</summary>
    public string Code { get; } = code;

    /// <summary>Where in the template's text, in UTF-16 units.</summary>
    public int Position { get; } = position;

    /// <summary>The path that does not exist, as a person would write it; null when the error is not about one.</summary>
    public string? Path { get; } = path;

    /// <summary>The field of the <see cref="JsonTemplate"/> whose text failed: <c>headers.x</c>, <c>command[2]</c>; null outside one.</summary>
    public string? FieldPath { get; set; }
}
