using OtherThing.Core.Results;
using OtherThing.Core.Templates.Tree;

namespace OtherThing.Core.Templates.Values;

/// <summary>How filters and tags take values of another type than they work on.</summary>
internal static class Conversions
{
    /// <summary>A number, or a text that is one.</summary>
    public static Number ToNumber(Value value, RenderContext context, int position, string user)
    {
        if (value.TryNumber(out var number))
        {
            return number.IsOutOfRange ? throw OutOfRange(position) : number;
        }

        if (value.TryText(position, out var text))
        {
            context.Charge(text.Length, position);
            if (Number.TryParse(text.AsSpan().Trim(), out number) && !number.IsOutOfRange)
            {
                return number;
            }

            throw new TemplateError("template.type_mismatch", $"{user} needs a number and got the text {Quote(text)}.", position, null);
        }

        throw new TemplateError("template.type_mismatch", $"{user} needs a number and got {value.Describe()}.", position, null);
    }

    /// <summary>The items of a list; the <c>[name, value]</c> pairs of an object; none of nothing.</summary>
    public static Value[] ToItems(Value value, RenderContext context, int position, string user)
    {
        if (value.Kind == ValueKind.List)
        {
            context.ChargeSteps(1 + (value.List.Length / 16), position);
            return value.List;
        }

        if (value.IsList)
        {
            var items = new Value[Counted(value.Json.GetArrayLength(), context, position)];
            var i = 0;
            foreach (var item in value.Json.EnumerateArray())
            {
                items[i++] = Value.From(item);
            }

            return items;
        }

        if (value.IsObject)
        {
            context.ChargeSteps(value.Json.GetPropertyCount(), position);
            var pairs = new Value[value.Json.GetPropertyCount()];
            var i = 0;
            foreach (var property in value.Json.EnumerateObject())
            {
                pairs[i++] = Value.From([Value.From(JsonReads.Name(property, position)), Value.From(property.Value)]);
            }

            return pairs;
        }

        return value.IsNothing
            ? []
            : throw new TemplateError("template.type_mismatch", $"{user} needs a list and got {value.Describe()}.", position, null);
    }

    /// <summary>A member of an object, for filters that take a property's name; null when there is none.</summary>
    public static Value Member(Value value, ReadOnlySpan<byte> name, RenderContext context, int position)
    {
        if (!value.IsObject)
        {
            return Value.Null;
        }

        context.ChargeSteps(1 + (value.Json.GetPropertyCount() / 8), position);
        return JsonReads.TryMember(value.Json, name, position, out var member) ? Value.From(member) : Value.Null;
    }

    /// <summary>A text for a message, cut where it gets long.</summary>
    public static string Quote(string text) => TextCut.Shown(text, 41) is var shown && shown.Length == text.Length ? $"\"{text}\"" : $"\"{shown[..^1]}...\"";

    public static TemplateError OutOfRange(int position) =>
        new("template.number_range", "The result is larger than a number can be.", position, null);

    private static int Counted(int count, RenderContext context, int position)
    {
        context.ChargeSteps(1 + (count / 4), position);
        return count;
    }
}
