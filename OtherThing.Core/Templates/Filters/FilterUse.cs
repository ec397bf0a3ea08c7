using OtherThing.Core.Templates.Tree;
using OtherThing.Core.Templates.Values;

namespace OtherThing.Core.Templates.Filters;

/// <summary>A filter with the arguments a template gives it.</summary>
internal sealed class FilterUse(TemplateFilter filter, IReadOnlyList<Expression> arguments, int position)
{
    private readonly Expression[] _arguments = [.. arguments];

    public bool TakesMissing => filter.TakesMissing;

    public Value Apply(Value input, RenderContext context)
    {
        context.Step(position);
        if (filter.TakesMissing && input.IsTruthy && DefaultFilter.Keeps(input))
        {
            // What is not needed is not read: its path need not exist.
            return input;
        }

        var values = _arguments.Length == 0 ? [] : new Value[_arguments.Length];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = _arguments[i].Require(context);
        }

        return filter.Body(input, new FilterCall(filter.Name, values, context, position));
    }
}

/// <summary>An expression whose value goes through filters.</summary>
internal sealed class FilteredExpression(Expression input, IReadOnlyList<FilterUse> filters, int position, int length)
    : Expression(position, length)
{
    private readonly FilterUse[] _filters = [.. filters];

    private readonly int _lastDefault = filters.ToList().FindLastIndex(f => f.TakesMissing);

    public override Value Evaluate(RenderContext context)
    {
        var value = input.Evaluate(context);
        for (var i = 0; i < _filters.Length; i++)
        {
            // What does not exist passes by the filters before a default.
            if (!value.IsMissing || _filters[i].TakesMissing)
            {
                value = _filters[i].Apply(value, context);
            }
            else if (i > _lastDefault)
            {
                return Value.Missing;
            }
        }

        return value;
    }

    public override TemplateError ExplainMissing(RenderContext context) => input.ExplainMissing(context);
}
