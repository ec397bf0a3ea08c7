using System.Diagnostics.CodeAnalysis;
using OtherThing.Core.Templates.Parsing;
using OtherThing.Core.Templates.Tree;

namespace OtherThing.Core.Templates;

/// <summary>
/// A parsed condition, written without braces: <c>steps.shape.n &gt; 2 and input.ok</c>. Immutable and safe for many threads.
/// As in Liquid, only nothing and false are false (0 and "" are true), and <c>and</c> and <c>or</c> group from the right:
/// <c>a and b or c</c> is <c>a and (b or c)</c>. A path that does not exist counts as nothing.
/// </summary>
public sealed class Condition
{
    private readonly ConditionExpression _condition;

    private Condition(string source, ConditionExpression condition, IReadOnlyList<TemplatePath> paths)
    {
        Source = source;
        _condition = condition;
        Paths = paths;
    }

    /// <summary>The text it was parsed from.</summary>
    public string Source { get; }

    /// <summary>Every path it reads, in the order they stand in the text.</summary>
    public IReadOnlyList<TemplatePath> Paths { get; }

    /// <summary>Parses a condition of at most <see cref="TemplateLimits.MaxSourceLength"/> characters.</summary>
    /// <param name="text">The text.</param>
    /// <param name="condition">The condition; null when there are problems.</param>
    /// <param name="problems">What is wrong with the text, with positions.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out Condition? condition, out IReadOnlyList<TemplateProblem> problems)
    {
        condition = null;
        var found = new ProblemList();
        problems = found.Problems;
        if (text.Length > TemplateLimits.MaxSourceLength)
        {
            found.Add(TemplateLimits.MaxSourceLength, 0, "template.too_long", "A condition has at most 100,000 characters.");
            return false;
        }

        var braces = text.IndexOf("{{", StringComparison.Ordinal);
        if (braces >= 0)
        {
            found.Add(braces, 2, "template.braces", "A condition is written without braces: input.n > 2.");
            return false;
        }

        var scanner = new Scanner(text);
        var paths = new PathLog();
        var parsed = new ConditionParser(scanner, new ExpressionParser(scanner, found, paths)).Parse();
        scanner.SkipSpace();
        if (parsed is not null && !scanner.AtEnd)
        {
            found.Add(scanner.Position, 1, "template.unexpected", scanner.Current switch
            {
                '=' => "Write == to compare.",
                '|' => "A condition has no filters: shape the value in a data.set step first.",
                '&' => "Write and.",
                _ => "This does not belong here: a comparison (==, !=, <, <=, >, >=, contains), and, or would.",
            });
        }

        if (parsed is null || found.Problems.Count > 0)
        {
            return false;
        }

        condition = new Condition(text, parsed, paths.Finish());
        return true;
    }

    /// <summary>Whether the condition holds with these values.</summary>
    /// <exception cref="TemplateError">Two values cannot be ordered (<c>template.type_mismatch</c>), or it goes beyond a limit.</exception>
    public bool Evaluate(ITemplateScope scope)
    {
        var context = RenderContext.Rent(scope);
        try
        {
            return _condition.Evaluate(context);
        }
        finally
        {
            context.Return();
        }
    }
}
