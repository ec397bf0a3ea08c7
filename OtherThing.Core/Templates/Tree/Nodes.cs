using OtherThing.Core.Templates.Values;

namespace OtherThing.Core.Templates.Tree;

/// <summary>How the rendering goes on after a node.</summary>
internal enum Flow
{
    Next,
    Break,
    Continue,
}

/// <summary>A part of a template that puts out text.</summary>
internal abstract class Node
{
    public abstract Flow Render(RenderContext context);

    /// <summary>Renders nodes in order until one of them leaves the loop they are in.</summary>
    public static Flow RenderAll(Node[] nodes, RenderContext context)
    {
        foreach (var node in nodes)
        {
            var flow = node.Render(context);
            if (flow != Flow.Next)
            {
                return flow;
            }
        }

        return Flow.Next;
    }
}

/// <summary>Text between tags.</summary>
internal sealed class TextNode(string text, int position) : Node
{
    public string Text => text;

    public override Flow Render(RenderContext context)
    {
        context.Charge(text.Length, position);
        context.Output.Append(text, position);
        return Flow.Next;
    }
}

/// <summary><c>{{ expression }}</c></summary>
internal sealed class OutputNode(Expression expression) : Node
{
    public Expression Expression => expression;

    public override Flow Render(RenderContext context)
    {
        context.Step(expression.Position);
        var text = expression.Require(context).ToText(context, expression.Position);
        context.Charge(text.Length, expression.Position);
        context.Output.Append(text, expression.Position);
        return Flow.Next;
    }
}

/// <summary>A branch of an <c>if</c>; without a condition it is the <c>else</c>.</summary>
internal sealed record Branch(ConditionExpression? Condition, bool Negated, Node[] Body);

/// <summary><c>{% if %}</c>, <c>{% unless %}</c></summary>
internal sealed class IfNode(IReadOnlyList<Branch> branches) : Node
{
    private readonly Branch[] _branches = [.. branches];

    public override Flow Render(RenderContext context)
    {
        foreach (var branch in _branches)
        {
            if (branch.Condition is null || branch.Condition.Evaluate(context) != branch.Negated)
            {
                return RenderAll(branch.Body, context);
            }
        }

        return Flow.Next;
    }
}

/// <summary><c>{% assign name = expression %}</c></summary>
internal sealed class AssignNode(int slot, Expression expression) : Node
{
    public override Flow Render(RenderContext context)
    {
        context.Step(expression.Position);
        context.Local(slot) = expression.Require(context);
        return Flow.Next;
    }
}

/// <summary><c>{% break %}</c>, <c>{% continue %}</c></summary>
internal sealed class LeaveNode(Flow flow, int position) : Node
{
    public override Flow Render(RenderContext context)
    {
        context.Step(position);
        return flow;
    }
}
