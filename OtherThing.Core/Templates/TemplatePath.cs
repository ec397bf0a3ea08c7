using System.Text;

namespace OtherThing.Core.Templates;

/// <summary>A path a template reads: <c>steps.ask.text</c>. What a <c>for</c> variable reads is told as the list it walks.</summary>
/// <param name="Root">The first name: <c>steps</c>.</param>
/// <param name="Segments">The names and indexes after it, as text; <c>*</c> where the template computes one.</param>
/// <param name="Position">Where the path begins in the text, in UTF-16 units.</param>
/// <param name="Length">How long it is there, in UTF-16 units.</param>
public sealed record TemplatePath(string Root, IReadOnlyList<string> Segments, int Position, int Length)
{
    /// <summary>The path as a person would write it: <c>steps.list[*].name</c>.</summary>
    public override string ToString()
    {
        var text = new StringBuilder(Root);
        foreach (var segment in Segments)
        {
            PathText.Append(text, segment);
        }

        return text.ToString();
    }
}
