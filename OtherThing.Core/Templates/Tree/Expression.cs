using OtherThing.Core.Templates.Values;

namespace OtherThing.Core.Templates.Tree;

/// <summary>A part of a template that has a value.</summary>
internal abstract class Expression(int position, int length)
{
    /// <summary>Where it begins in the text, in UTF-16 units.</summary>
    public int Position { get; } = position;

    /// <summary>How long it is there, in UTF-16 units.</summary>
    public int Length { get; } = length;

    /// <summary>Its value; missing when it is a path that does not exist.</summary>
    public abstract Value Evaluate(RenderContext context);

    /// <summary>Its value, which must exist.</summary>
    public Value Require(RenderContext context)
    {
        var value = Evaluate(context);
        return value.IsMissing ? throw ExplainMissing(context) : value;
    }

    /// <summary>Why <see cref="Evaluate"/> found nothing.</summary>
    public virtual TemplateError ExplainMissing(RenderContext context) =>
        new("template.path_missing", "There is no such value.", Position, null);
}

/// <summary>A text, number or word written in the template.</summary>
internal sealed class LiteralExpression(Value value, int position, int length) : Expression(position, length)
{
    public Value Value { get; } = value;

    public override Value Evaluate(RenderContext context) => Value;
}

/// <summary><c>forloop.index</c> and its like.</summary>
internal sealed class LoopExpression(string property, int position, int length) : Expression(position, length)
{
    public static IReadOnlyList<string> Properties { get; } = ["index", "index0", "rindex", "rindex0", "first", "last", "length"];

    public override Value Evaluate(RenderContext context)
    {
        context.Step(Position);
        var loop = context.Loop!;
        return property switch
        {
            "index" => Value.From(loop.Index + 1),
            "index0" => Value.From(loop.Index),
            "rindex" => Value.From(loop.Length - loop.Index),
            "rindex0" => Value.From(loop.Length - loop.Index - 1),
            "first" => Value.From(loop.Index == 0),
            "last" => Value.From(loop.Index == loop.Length - 1),
            _ => Value.From(loop.Length),
        };
    }
}

/// <summary><c>(1..n)</c>, both ends included.</summary>
internal sealed class RangeExpression(Expression from, Expression to, int position, int length) : Expression(position, length)
{
    public override Value Evaluate(RenderContext context)
    {
        var first = End(from, context);
        var last = End(to, context);
        if (last < first)
        {
            return Value.From([]);
        }

        var count = (long)last - first + 1;
        if (count > TemplateLimits.MaxRange)
        {
            throw new TemplateError("template.limit", "A range spans at most 10,000 numbers.", Position, null);
        }

        context.ChargeSteps((int)count, Position);
        var items = new Value[count];
        for (var i = 0; i < items.Length; i++)
        {
            items[i] = Value.From(first + i);
        }

        return Value.From(items);
    }

    private static int End(Expression end, RenderContext context)
    {
        var value = end.Require(context);
        return Conversions.ToNumber(value, context, end.Position, "a range").TryInt(out var number)
            ? number
            : throw new TemplateError("template.type_mismatch", "A range goes from one whole number to another.", end.Position, null);
    }
}
