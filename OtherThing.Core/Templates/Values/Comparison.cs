using OtherThing.Core.Templates.Tree;

namespace OtherThing.Core.Templates.Values;

/// <summary>How values compare.</summary>
internal static class Comparison
{
    /// <summary>Equal in value: 1 equals 1.0, nothing equals nothing, lists and objects equal by what they hold.</summary>
    public static bool AreEqual(Value a, Value b, RenderContext context, int position)
    {
        if (b.Kind is ValueKind.Empty or ValueKind.Blank)
        {
            return a.Kind == b.Kind || IsEmpty(a, position, b.Kind == ValueKind.Blank);
        }

        if (a.Kind is ValueKind.Empty or ValueKind.Blank)
        {
            return IsEmpty(b, position, a.Kind == ValueKind.Blank);
        }

        if (a.IsNothing || b.IsNothing)
        {
            return a.IsNothing && b.IsNothing;
        }

        if (Numbers(a, b, context, position) is { } order)
        {
            return order == 0;
        }

        if (a.TryText(position, out var text) && b.TryText(position, out var other))
        {
            context.Charge(Math.Min(text.Length, other.Length), position);
            return string.Equals(text, other, StringComparison.Ordinal);
        }

        if (a.IsList && b.IsList)
        {
            return ListsAreEqual(a, b, context, position);
        }

        if (a.IsObject && b.IsObject)
        {
            context.ChargeSteps(1 + ((JsonReads.ByteLength(a.Json) + JsonReads.ByteLength(b.Json)) / 16), position);
            return JsonReads.AreEqual(a.Json, b.Json, position);
        }

        return a.Kind == b.Kind && a.Kind is ValueKind.True or ValueKind.False;
    }

    /// <summary>Orders two numbers or two texts (by code unit).</summary>
    /// <returns>Null when either is nothing.</returns>
    public static int? Order(Value a, Value b, RenderContext context, int position)
    {
        if (a.IsNothing || b.IsNothing)
        {
            return null;
        }

        if (Numbers(a, b, context, position) is { } order)
        {
            return order;
        }

        if (a.TryText(position, out var text) && b.TryText(position, out var other))
        {
            context.Charge(Math.Min(text.Length, other.Length), position);
            return string.CompareOrdinal(text, other);
        }

        var hint = a.IsText && b.IsNumber || a.IsNumber && b.IsText ? " The filter to_number makes a number of a text." : "";
        throw new TemplateError(
            "template.type_mismatch",
            $"{Capitalized(a.Describe())} cannot be ordered against {b.Describe()}.{hint}",
            position,
            null);
    }

    /// <summary>A text holds a text, a list an equal item, an object a member of that name.</summary>
    public static bool Contains(Value container, Value part, RenderContext context, int position)
    {
        if (container.IsNothing || part.IsNothing)
        {
            return false;
        }

        if (container.TryText(position, out var text))
        {
            var sought = part.ToText(context, position);
            context.Charge(4 * text.Length, position);
            return text.Contains(sought, StringComparison.Ordinal);
        }

        if (container.IsObject)
        {
            return part.TryText(position, out var name)
                && !Conversions.Member(container, System.Text.Encoding.UTF8.GetBytes(name), context, position).IsNothing;
        }

        if (!container.IsList)
        {
            throw new TemplateError(
                "template.type_mismatch", $"contains looks into a text, a list or an object, and got {container.Describe()}.", position, null);
        }

        foreach (var item in Conversions.ToItems(container, context, position, "contains"))
        {
            context.Step(position);
            if (AreEqual(item, part, context, position))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The order of two numbers, to the last digit; null when either is none.</summary>
    private static int? Numbers(Value a, Value b, RenderContext context, int position)
    {
        if (!a.TryNumber(out var x) || !b.TryNumber(out var y))
        {
            return null;
        }

        if (x.IsWhole && y.IsWhole)
        {
            return Number.Compare(x, y);
        }

        var (left, right) = (Digits(a, x), Digits(b, y));
        context.Charge(left.Length + right.Length, position);
        return ExactNumber.Compare(left, right);
    }

    // What came as JSON may have more digits than any number type keeps.
    private static string Digits(Value value, Number number) => value.Kind == ValueKind.Json ? value.Json.GetRawText() : number.ToString();

    private static bool ListsAreEqual(Value a, Value b, RenderContext context, int position)
    {
        var items = Conversions.ToItems(a, context, position, "==");
        var others = Conversions.ToItems(b, context, position, "==");
        if (items.Length != others.Length)
        {
            return false;
        }

        for (var i = 0; i < items.Length; i++)
        {
            context.Step(position);
            if (!AreEqual(items[i], others[i], context, position))
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsEmpty(Value value, int position, bool blank)
    {
        if (value.TryText(position, out var text))
        {
            return blank ? string.IsNullOrWhiteSpace(text) : text.Length == 0;
        }

        return value.Kind switch
        {
            ValueKind.List => value.List.Length == 0,
            ValueKind.Json when value.IsList => value.Json.GetArrayLength() == 0,
            ValueKind.Json when value.IsObject => value.Json.GetPropertyCount() == 0,
            _ => blank && (value.IsNothing || value.Kind == ValueKind.False),
        };
    }

    private static string Capitalized(string words) => char.ToUpperInvariant(words[0]) + words[1..];
}
