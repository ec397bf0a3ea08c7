using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using OtherThing.Core.Templates.Parsing;
using OtherThing.Core.Templates.Tree;
using OtherThing.Core.Templates.Values;

namespace OtherThing.Core.Templates;

/// <summary>
/// A parsed template: text with <c>{{ path | filter: argument }}</c> and <c>{% if %}</c>, <c>{% for %}</c>, <c>{% assign %}</c>.
/// Immutable and safe for many threads; parse once and keep it. It reads JSON through an <see cref="ITemplateScope"/> and can
/// reach nothing else.
/// </summary>
public sealed class Template
{
    private readonly Node[] _nodes;
    private readonly Expression? _single;
    private readonly int _locals;
    private readonly JsonElement? _literal;

    private Template(string source, bool isLiteral, Node[] nodes, int locals, IReadOnlyList<TemplatePath> paths)
    {
        Source = source;
        IsLiteral = isLiteral;
        Paths = paths;
        _nodes = nodes;
        _locals = locals;
        if (isLiteral)
        {
            _literal = JsonOutput.ToElement(source, static (text, writer, _) => writer.WriteStringValue(text), scope: null);
        }
        else if (nodes is [OutputNode output] && source.StartsWith("{{", StringComparison.Ordinal) && source.EndsWith("}}", StringComparison.Ordinal))
        {
            _single = output.Expression;
        }
    }

    /// <summary>The text it was parsed from.</summary>
    public string Source { get; }

    /// <summary>True when the text has no tags at all: it renders to itself.</summary>
    public bool IsLiteral { get; }

    /// <summary>True when the text is exactly one <c>{{ }}</c>, with nothing around it: it renders to a value of any JSON type.</summary>
    public bool IsSingleExpression => _single is not null;

    /// <summary>Every path it reads, in the order they stand in the text.</summary>
    public IReadOnlyList<TemplatePath> Paths { get; }

    /// <summary>Parses a template of at most <see cref="TemplateLimits.MaxSourceLength"/> characters.</summary>
    /// <param name="text">The text.</param>
    /// <param name="template">The template; null when there are problems.</param>
    /// <param name="problems">What is wrong with the text, with positions; at most <see cref="TemplateLimits.MaxProblems"/>.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out Template? template, out IReadOnlyList<TemplateProblem> problems)
    {
        if (text.Length <= TemplateLimits.MaxSourceLength && !HasTags(text))
        {
            problems = [];
            template = new Template(text, isLiteral: true, [], 0, []);
            return true;
        }

        var parser = new TemplateParser(text);
        var nodes = parser.Parse();
        problems = parser.Problems;
        template = problems.Count == 0 ? new Template(text, isLiteral: false, nodes, parser.Locals, parser.Paths) : null;
        return template is not null;
    }

    /// <summary>
    /// Renders to JSON: a single expression keeps its JSON type, anything else is a JSON string. A value taken over as it is
    /// lives as long as the scope's document.
    /// </summary>
    /// <exception cref="TemplateError">The values do not fit the template, or it goes beyond a limit.</exception>
    public JsonElement Render(ITemplateScope scope)
    {
        if (TryReadPlain(scope, out var value))
        {
            return value;
        }

        return _literal ?? JsonOutput.ToElement(this, static (template, writer, scope) => template.WriteTo(writer, scope!), scope);
    }

    /// <summary>
    /// Writes what <see cref="Render"/> returns. After a <see cref="TemplateError"/> the writer holds half a value.
    /// </summary>
    /// <exception cref="TemplateError">The values do not fit the template, or it goes beyond a limit.</exception>
    public void WriteTo(Utf8JsonWriter writer, ITemplateScope scope)
    {
        if (_single is PathExpression path && path.TryReadPlain(scope, out var value))
        {
            JsonReads.Write(writer, value);
            return;
        }

        if (IsLiteral)
        {
            writer.WriteStringValue(Source);
            return;
        }

        var context = RenderContext.Rent(scope);
        try
        {
            WriteTo(writer, context);
        }
        finally
        {
            context.Return();
        }
    }

    /// <summary>Renders to text: nothing is "", lists and objects are their JSON.</summary>
    /// <exception cref="TemplateError">The values do not fit the template, or it goes beyond a limit.</exception>
    public string RenderText(ITemplateScope scope)
    {
        if (IsLiteral)
        {
            return Source;
        }

        var context = RenderContext.Rent(scope);
        try
        {
            RenderNodes(context);
            return context.Output.Span.ToString();
        }
        finally
        {
            context.Return();
        }
    }

    /// <summary>The value of a single path, where it is one and exists.</summary>
    internal bool TryReadPlain(ITemplateScope scope, out JsonElement value)
    {
        value = default;
        return _single is PathExpression path && path.TryReadPlain(scope, out value);
    }

    /// <summary>Writes within a budget that may be shared with other templates.</summary>
    internal void WriteTo(Utf8JsonWriter writer, RenderContext context)
    {
        if (_single is null)
        {
            context.Output.Reset();
            RenderNodes(context);
            context.TakenOver(context.Output.Length, 0);
            writer.WriteStringValue(context.Output.Span);
            return;
        }

        context.UseLocals(_locals);
        var value = _single.Require(context);
        if (_single is PathExpression && value.Kind == ValueKind.Json)
        {
            context.TakenOver(JsonReads.ByteLength(value.Json), _single.Position);
            JsonReads.Write(writer, value.Json);
        }
        else
        {
            value.WriteTo(writer, context, _single.Position);
        }
    }

    /// <summary>True when a text has <c>{{</c> or <c>{%</c>.</summary>
    internal static bool HasTags(string text)
    {
        for (var at = text.IndexOf('{', StringComparison.Ordinal); at >= 0 && at + 1 < text.Length; at = text.IndexOf('{', at + 1))
        {
            if (text[at + 1] is '{' or '%')
            {
                return true;
            }
        }

        return false;
    }

    private void RenderNodes(RenderContext context)
    {
        context.UseLocals(_locals);
        Node.RenderAll(_nodes, context);
        context.Output.CheckBytes();
    }
}
