using OtherThing.Core.Templates.Filters;

namespace OtherThing.Core.Templates;

/// <summary>One filter of the fixed list: what the guide prints, the builder completes and the parser checks.</summary>
public sealed class TemplateFilter
{
    internal TemplateFilter(string name, string summary, FilterBody body)
    {
        Name = name;
        Summary = summary;
        Body = body;
    }

    /// <summary>Its name in a template: <c>upcase</c>.</summary>
    public string Name { get; }

    /// <summary>What it does, in one sentence.</summary>
    public string Summary { get; }

    /// <summary>The part of the list it stands in: <c>Text</c>, <c>Numbers</c>.</summary>
    public string Group { get; internal set; } = "";

    /// <summary>What may follow the colon, in order.</summary>
    public IReadOnlyList<TemplateFilterArgument> Arguments { get; internal init; } = [];

    /// <summary>At least one; each is also a test.</summary>
    public IReadOnlyList<TemplateFilterExample> Examples { get; internal init; } = [];

    /// <summary>True for <c>default</c>, which takes what does not exist.</summary>
    public bool TakesMissing { get; internal init; }

    /// <summary>How many arguments by position there must be at least.</summary>
    internal int Required => Arguments.Count(a => a.IsRequired);

    /// <summary>How many arguments by position there may be at most.</summary>
    internal int Allowed => Arguments.Count(a => !a.IsNamed);

    internal FilterBody Body { get; }
}

/// <summary>An argument of a filter.</summary>
/// <param name="Name">What it is called in the guide; what stands before its colon when <paramref name="IsNamed"/>.</param>
/// <param name="Default">What it is when left out, as a person reads it; null when it must be given.</param>
/// <param name="IsNamed">True for <c>name: value</c>, false for an argument by position.</param>
public sealed record TemplateFilterArgument(string Name, string? Default = null, bool IsNamed = false)
{
    /// <summary>True when it must be given.</summary>
    public bool IsRequired => Default is null;
}

/// <summary>A template that uses a filter, and what it renders to with <see cref="TemplateFilters.SampleInput"/>.</summary>
/// <param name="Template">The template.</param>
/// <param name="Result">The result as JSON.</param>
public sealed record TemplateFilterExample(string Template, string Result);
