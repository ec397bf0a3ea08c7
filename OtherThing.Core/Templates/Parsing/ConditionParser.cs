using OtherThing.Core.Templates.Tree;

namespace OtherThing.Core.Templates.Parsing;

/// <summary>Reads conditions. A method that returns null has told the problem.</summary>
internal sealed class ConditionParser(Scanner scanner, ExpressionParser expressions)
{
    // Longer signs first: <= is not < with a stray =.
    private static readonly (string Sign, Operator Operator)[] s_operators =
    [
        ("==", Operator.Equal),
        ("!=", Operator.NotEqual),
        ("<>", Operator.NotEqual),
        ("<=", Operator.LessOrEqual),
        (">=", Operator.GreaterOrEqual),
        ("<", Operator.Less),
        (">", Operator.Greater),
    ];

    /// <summary>Comparisons tied by <c>and</c> and <c>or</c>.</summary>
    public ConditionExpression? Parse()
    {
        var terms = new List<ConditionTerm>();
        while (true)
        {
            if (ParseTerm() is not { } term)
            {
                return null;
            }

            var end = scanner.Position;
            scanner.SkipSpace();
            var joint = scanner.PeekName();
            if (joint is not ("and" or "or"))
            {
                scanner.Position = end;
                terms.Add(term);
                return new ConditionExpression(terms);
            }

            scanner.TakeName();
            terms.Add(term with { JoinedByOr = joint == "or" });
        }
    }

    private ConditionTerm? ParseTerm()
    {
        if (expressions.ParseValue() is not { } left)
        {
            return null;
        }

        var end = scanner.Position;
        scanner.SkipSpace();
        if (TakeOperator() is not { } comparison)
        {
            scanner.Position = end;
            return new ConditionTerm(left, Operator.None, null, JoinedByOr: false);
        }

        return expressions.ParseValue() is { } right ? new ConditionTerm(left, comparison, right, JoinedByOr: false) : null;
    }

    private Operator? TakeOperator()
    {
        foreach (var (sign, comparison) in s_operators)
        {
            if (scanner.Take(sign))
            {
                return comparison;
            }
        }

        if (scanner.PeekName() == "contains")
        {
            scanner.TakeName();
            return Operator.Contains;
        }

        return null;
    }
}
