using OtherThing.Core.Templates.Values;

namespace OtherThing.Core.Templates.Filters;

/// <summary>Filters about numbers. A text that is a number counts as one.</summary>
internal static class NumberFilters
{
    public static IReadOnlyList<TemplateFilter> All { get; } =
    [
        new("plus", "The sum.", (input, call) => call.Made(Number.Add(call.Number(input), call.Number(0))))
        {
            Arguments = [new("number")],
            Examples = [new("{{ input.count | plus: 1 }}", "8"), new("{{ 0.1 | plus: 0.2 }}", "0.3")],
        },
        new("minus", "The difference.", (input, call) => call.Made(Number.Subtract(call.Number(input), call.Number(0))))
        {
            Arguments = [new("number")],
            Examples = [new("{{ input.count | minus: 10 }}", "-3")],
        },
        new("times", "The product.", (input, call) => call.Made(Number.Multiply(call.Number(input), call.Number(0))))
        {
            Arguments = [new("number")],
            Examples = [new("{{ input.price | times: 4 }}", "50.0")],
        },
        new("divided_by", "The quotient; of two whole numbers the whole quotient, rounded down.",
            (input, call) => call.Made(Number.Divide(call.Number(input), Divisor(call))))
        {
            Arguments = [new("divisor")],
            Examples = [new("{{ input.count | divided_by: 2 }}", "3"), new("{{ input.count | divided_by: 2.0 }}", "3.5")],
        },
        new("modulo", "What is left after dividing, with the divisor's sign.", (input, call) => call.Made(Number.Modulo(call.Number(input), Divisor(call))))
        {
            Arguments = [new("divisor")],
            Examples = [new("{{ input.count | modulo: 4 }}", "3"), new("{{ -7 | modulo: 4 }}", "1")],
        },
        new("abs", "Without the sign.", (input, call) => call.Made(call.Number(input).Abs()))
        {
            Examples = [new("{{ -2.5 | abs }}", "2.5")],
        },
        new("ceil", "Up to a whole number.", (input, call) => call.Made(call.Number(input).Ceiling()))
        {
            Examples = [new("{{ input.price | ceil }}", "13")],
        },
        new("floor", "Down to a whole number.", (input, call) => call.Made(call.Number(input).Floor()))
        {
            Examples = [new("{{ input.price | floor }}", "12")],
        },
        new("round", "To so many digits after the point, 0 to 28; halves away from zero.", Round)
        {
            Arguments = [new("digits", "0")],
            Examples = [new("{{ input.price | round }}", "13"), new("{{ 2.345 | round: 2 }}", "2.35")],
        },
        new("at_least", "The number, or the limit where that is larger.", (input, call) => Limit(call.Number(input), call.Number(0), 1))
        {
            Arguments = [new("limit")],
            Examples = [new("{{ input.count | at_least: 10 }}", "10")],
        },
        new("at_most", "The number, or the limit where that is smaller.", (input, call) => Limit(call.Number(input), call.Number(0), -1))
        {
            Arguments = [new("limit")],
            Examples = [new("{{ input.count | at_most: 5 }}", "5")],
        },
    ];

    private static Value Limit(Number number, Number limit, int sign) => Value.From(Number.Compare(limit, number) * sign > 0 ? limit : number);

    private static Value Round(Value input, FilterCall call)
    {
        var digits = call.Whole(0, 0);
        return digits is >= 0 and <= 28
            ? call.Made(call.Number(input).Round(digits))
            : throw call.Refuse("template.value_invalid", "round takes 0 to 28 digits.");
    }

    private static Number Divisor(FilterCall call)
    {
        var divisor = call.Number(0);
        return divisor.IsZero ? throw call.Refuse("template.divide_by_zero", "A number cannot be divided by 0.") : divisor;
    }
}
