namespace OtherThing.Core.Templates;

/// <summary>One thing wrong with the text of a template or condition, found before it is ever rendered.</summary>
/// <param name="Position">Where it begins: an index of UTF-16 units in the text, as JavaScript counts too.</param>
/// <param name="Length">How many UTF-16 units to underline; 0 when something is missing at that place.</param>
/// <param name="Code">Stable: <c>template.unknown_filter</c>, <c>template.unclosed_tag</c>.</param>
/// <param name="Message">What is wrong and what would be right.</param>
public sealed record TemplateProblem(int Position, int Length, string Code, string Message);
