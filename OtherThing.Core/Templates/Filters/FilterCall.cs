using OtherThing.Core.Templates.Tree;
using OtherThing.Core.Templates.Values;

namespace OtherThing.Core.Templates.Filters;

/// <summary>What a filter does with a value.</summary>
internal delegate Value FilterBody(Value input, FilterCall call);

/// <summary>One use of a filter while a template renders: its arguments and the budget.</summary>
internal readonly struct FilterCall(string name, Value[] arguments, RenderContext context, int position)
{
    /// <summary>How many arguments were given, named ones included at the end.</summary>
    public int Count => arguments.Length;

    public RenderContext Context => context;

    public int Position => position;

    public Value Argument(int index) => arguments[index];

    /// <summary>A value as text, paid for by its length.</summary>
    public string Text(Value value)
    {
        var text = value.ToText(context, position);
        context.Charge(text.Length, position);
        return text;
    }

    /// <summary>An argument as text; the fallback when it was not given.</summary>
    public string Text(int index, string fallback = "") => index < arguments.Length ? Text(arguments[index]) : fallback;

    public Number Number(Value value) => Conversions.ToNumber(value, context, position, name);

    public Number Number(int index) => Number(arguments[index]);

    /// <summary>An argument as a whole number of 32 bits; the fallback when it was not given.</summary>
    public int Whole(int index, int fallback)
    {
        if (index >= arguments.Length)
        {
            return fallback;
        }

        return Number(index).TryInt(out var value) ? value : throw Refuse("template.type_mismatch", $"{name} needs a whole number.");
    }

    /// <summary>A list's items, paid for by their number.</summary>
    public Value[] Items(Value value) => Conversions.ToItems(value, context, position, name);

    /// <summary>Counts so many steps.</summary>
    public void Charge(int steps) => context.ChargeSteps(steps, position);

    /// <summary>A made text, refused when it is longer than a template may make.</summary>
    public Value Made(string text)
    {
        RenderContext.CheckLength(text.Length, position);
        context.Charge(text.Length, position);
        return Value.From(text);
    }

    /// <summary>A made number, refused when it is none that JSON can write.</summary>
    public Value Made(Number number) => number.IsOutOfRange ? throw Conversions.OutOfRange(position) : Value.From(number);

    public TemplateError Refuse(string code, string message) => new(code, message, position, null);
}
