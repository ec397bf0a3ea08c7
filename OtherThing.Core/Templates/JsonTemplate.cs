using System.Text.Json;
using OtherThing.Core.Templates.Tree;

namespace OtherThing.Core.Templates;

/// <summary>
/// A whole JSON value, such as a step's config, whose strings are templates. Names of properties are never templates, and what a
/// template puts out is data: it is not looked at for templates again. Immutable and safe for many threads.
/// </summary>
public sealed class JsonTemplate
{
    private readonly JsonElement _source;
    private readonly JsonTemplateNode? _root;

    private JsonTemplate(JsonElement source, JsonTemplateNode? root, IReadOnlyList<(string Path, TemplatePath Read)> paths)
    {
        _source = source;
        _root = root;
        Paths = paths;
    }

    /// <summary>True when no string has a tag: it renders to itself.</summary>
    public bool IsLiteral => _root is null;

    /// <summary>Every path its templates read, with the field they stand in: <c>headers.x</c>, <c>command[2]</c>.</summary>
    public IReadOnlyList<(string Path, TemplatePath Read)> Paths { get; }

    /// <summary>Parses the strings of a value. The value is kept and must outlive the template.</summary>
    /// <param name="value">Any JSON, at most <see cref="TemplateLimits.MaxJsonDepth"/> deep.</param>
    /// <param name="problems">What is wrong, with the field; such a field fails when rendered with <c>template.invalid</c>.</param>
    public static JsonTemplate Parse(JsonElement value, out IReadOnlyList<(string Path, TemplateProblem Problem)> problems)
    {
        var parser = new JsonTemplateParser();
        var root = parser.Parse(value);
        problems = parser.Problems;
        return new JsonTemplate(value, root, parser.Paths);
    }

    /// <summary>Renders every string; the original value when there is nothing to render.</summary>
    /// <exception cref="TemplateError">
    /// The values do not fit a template, or together they go beyond a limit; <see cref="TemplateError.FieldPath"/> names the field.
    /// </exception>
    public JsonElement Render(ITemplateScope scope)
    {
        if (_root is null)
        {
            return _source;
        }

        return _root.TryReadPlain(scope, out var value)
            ? value
            : JsonOutput.ToElement(_root, static (root, writer, scope) =>
            {
                var context = RenderContext.Rent(scope!);
                try
                {
                    root.WriteTo(writer, context);
                }
                finally
                {
                    context.Return();
                }
            }, scope);
    }
}
