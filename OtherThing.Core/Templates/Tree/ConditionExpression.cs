using OtherThing.Core.Templates.Values;

namespace OtherThing.Core.Templates.Tree;

/// <summary>How two values of a condition are compared.</summary>
internal enum Operator
{
    /// <summary>No comparison: the value alone is asked whether it is true.</summary>
    None,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Contains,
}

/// <summary>One comparison of a condition, and how the next one is tied to it.</summary>
/// <param name="Left">The left side.</param>
/// <param name="Operator">The comparison.</param>
/// <param name="Right">The right side; null without a comparison.</param>
/// <param name="JoinedByOr">True for <c>or</c>, false for <c>and</c>; says nothing on the last term.</param>
internal sealed record ConditionTerm(Expression Left, Operator Operator, Expression? Right, bool JoinedByOr)
{
    /// <summary>A path that does not exist counts as nothing here.</summary>
    public bool Evaluate(RenderContext context)
    {
        context.Step(Left.Position);
        var left = Left.Evaluate(context);
        if (Right is null)
        {
            return left.IsTruthy;
        }

        var right = Right.Evaluate(context);
        var position = Left.Position;
        return Operator switch
        {
            Operator.Equal => Comparison.AreEqual(left, right, context, position),
            Operator.NotEqual => !Comparison.AreEqual(left, right, context, position),
            Operator.Less => Comparison.Order(left, right, context, position) < 0,
            Operator.LessOrEqual => Comparison.Order(left, right, context, position) <= 0,
            Operator.Greater => Comparison.Order(left, right, context, position) > 0,
            Operator.GreaterOrEqual => Comparison.Order(left, right, context, position) >= 0,
            _ => Comparison.Contains(left, right, context, position),
        };
    }
}

/// <summary>
/// Comparisons tied by <c>and</c> and <c>or</c>. As in Liquid neither binds stronger and they group from the right:
/// <c>a and b or c</c> is <c>a and (b or c)</c>.
/// </summary>
internal sealed class ConditionExpression(IReadOnlyList<ConditionTerm> terms)
{
    private readonly ConditionTerm[] _terms = [.. terms];

    public bool Evaluate(RenderContext context)
    {
        // Grouped from the right, a term that settles its own operator settles all that follows.
        var value = false;
        foreach (var term in _terms)
        {
            value = term.Evaluate(context);
            if (value == term.JoinedByOr)
            {
                return value;
            }
        }

        return value;
    }
}
