using System.Globalization;

namespace OtherThing.Core.Templates.Values;

/// <summary>A number kept as exact as it came: whole (64 bits), decimal (28 digits), or double when it fits neither.</summary>
internal readonly struct Number
{
    private readonly object? _wide;

    private readonly long _whole;

    private Number(object? wide, long whole)
    {
        _wide = wide;
        _whole = whole;
    }

    public bool IsWhole => _wide is null;

    public bool IsZero => _wide switch { null => _whole == 0, decimal exact => exact == 0, _ => (double)_wide == 0 };

    /// <summary>True for a double that JSON cannot write.</summary>
    public bool IsOutOfRange => _wide is double d && !double.IsFinite(d);

    public static Number From(long value) => new(null, value);

    public static Number From(decimal value) => new(value, 0);

    public static Number From(double value) => new(value, 0);

    /// <summary>A decimal without a fraction, as a whole number where it fits.</summary>
    public static Number Whole(decimal value) =>
        value is >= long.MinValue and <= long.MaxValue ? From((long)value) : From(value);

    /// <summary>Reads a JSON number; false when the text is not one.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out Number number)
    {
        number = default;
        if (!IsJsonNumber(text))
        {
            return false;
        }

        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole))
        {
            number = From(whole);
            return true;
        }

        var approximate = double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture);
        number = decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var exact)
            && (IsPlain(text) || (double)exact == approximate)
                ? From(exact)
                : From(approximate);
        return true;
    }

    public static Number Add(Number a, Number b)
    {
        if (a.IsWhole && b.IsWhole)
        {
            return Whole((decimal)a._whole + b._whole);
        }

        return a.TryExact(out var x) && b.TryExact(out var y) && !Overflows(decimal.Add, x, y, out var sum)
            ? From(sum)
            : From(a.Approximate + b.Approximate);
    }

    public static Number Subtract(Number a, Number b) => Add(a, Multiply(b, From(-1)));

    public static Number Multiply(Number a, Number b)
    {
        if (a.IsWhole && b.IsWhole)
        {
            var product = (Int128)a._whole * b._whole;
            if (product >= long.MinValue && product <= long.MaxValue)
            {
                return From((long)product);
            }
        }

        return a.TryExact(out var x) && b.TryExact(out var y) && !Overflows(decimal.Multiply, x, y, out var result)
            ? From(result)
            : From(a.Approximate * b.Approximate);
    }

    /// <summary>Two whole numbers divide to a whole number, rounded down, as in Liquid. The divisor is not zero.</summary>
    public static Number Divide(Number a, Number b)
    {
        if (a.IsWhole && b.IsWhole)
        {
            var quotient = (Int128)a._whole / b._whole;
            return Whole((decimal)(quotient * b._whole != a._whole && (a._whole < 0) != (b._whole < 0) ? quotient - 1 : quotient));
        }

        return a.TryExact(out var x) && b.TryExact(out var y) && !Overflows(decimal.Divide, x, y, out var result)
            ? From(result)
            : From(a.Approximate / b.Approximate);
    }

    /// <summary>The remainder, with the sign of the divisor, as in Liquid. The divisor is not zero.</summary>
    public static Number Modulo(Number a, Number b)
    {
        if (a.IsWhole && b.IsWhole)
        {
            var remainder = (long)((Int128)a._whole % b._whole);
            return From(remainder != 0 && (remainder < 0) != (b._whole < 0) ? remainder + b._whole : remainder);
        }

        if (a.TryExact(out var x) && b.TryExact(out var y) && !Overflows(decimal.Remainder, x, y, out var exact))
        {
            return From(exact != 0 && (exact < 0) != (y < 0) ? exact + y : exact);
        }

        var rest = a.Approximate % b.Approximate;
        return From(rest != 0 && (rest < 0) != (b.Approximate < 0) ? rest + b.Approximate : rest);
    }

    public static int Compare(Number a, Number b)
    {
        if (a.IsWhole && b.IsWhole)
        {
            return a._whole.CompareTo(b._whole);
        }

        return a.TryExact(out var x) && b.TryExact(out var y) ? x.CompareTo(y) : a.Approximate.CompareTo(b.Approximate);
    }

    public Number Abs() => IsWhole switch
    {
        true when _whole == long.MinValue => From(-(decimal)_whole),
        true => From(Math.Abs(_whole)),
        _ => _wide is decimal exact ? From(Math.Abs(exact)) : From(Math.Abs((double)_wide!)),
    };

    public Number Ceiling() => IsWhole ? this : _wide is decimal exact ? Whole(Math.Ceiling(exact)) : From(Math.Ceiling((double)_wide!));

    public Number Floor() => IsWhole ? this : _wide is decimal exact ? Whole(Math.Floor(exact)) : From(Math.Floor((double)_wide!));

    /// <summary>Rounds halves away from zero.</summary>
    /// <param name="digits">Digits after the point, 0 to 28.</param>
    public Number Round(int digits) => _wide switch
    {
        null => this,
        decimal exact when digits == 0 => Whole(Math.Round(exact, 0, MidpointRounding.AwayFromZero)),
        decimal exact => From(Math.Round(exact, digits, MidpointRounding.AwayFromZero)),
        _ => From(Math.Round((double)_wide, Math.Min(digits, 15), MidpointRounding.AwayFromZero)),
    };

    /// <summary>The value as an index or count; false when it is not a whole number of 32 bits.</summary>
    public bool TryInt(out int value)
    {
        var exact = TryExact(out var d) && d == decimal.Truncate(d) && d is >= int.MinValue and <= int.MaxValue;
        value = exact ? (int)d : 0;
        return exact;
    }

    /// <summary>The value as a decimal; false for one that only a double can hold.</summary>
    public bool TryExact(out decimal value)
    {
        value = _wide is decimal exact ? exact : _wide is null ? _whole : 0;
        return _wide is not double;
    }

    /// <summary>Equal numbers have equal keys, however they were written.</summary>
    public object Key => TryExact(out var exact) ? exact : (double)_wide!;

    private double Approximate => _wide switch { null => _whole, decimal exact => (double)exact, _ => (double)_wide };

    public override string ToString() => _wide switch
    {
        null => _whole.ToString(CultureInfo.InvariantCulture),
        decimal exact => exact.ToString(CultureInfo.InvariantCulture),
        _ => ((double)_wide).ToString("R", CultureInfo.InvariantCulture),
    };

    private static bool Overflows(Func<decimal, decimal, decimal> operation, decimal a, decimal b, out decimal result)
    {
        try
        {
            result = operation(a, b);
            return false;
        }
        catch (OverflowException)
        {
            result = 0;
            return true;
        }
    }

    // Few digits and no exponent: a decimal holds all of it.
    private static bool IsPlain(ReadOnlySpan<char> text) => text.Length <= 28 && !text.ContainsAny('e', 'E');

    private static bool IsJsonNumber(ReadOnlySpan<char> text)
    {
        var at = text.StartsWith("-") ? 1 : 0;
        var digits = Digits(text, ref at);
        if (digits == 0 || (digits > 1 && text[at - digits] == '0'))
        {
            return false;
        }

        if (at < text.Length && text[at] == '.')
        {
            at++;
            if (Digits(text, ref at) == 0)
            {
                return false;
            }
        }

        if (at < text.Length && text[at] is 'e' or 'E')
        {
            at++;
            if (at < text.Length && text[at] is '+' or '-')
            {
                at++;
            }

            if (Digits(text, ref at) == 0)
            {
                return false;
            }
        }

        return at == text.Length;
    }

    private static int Digits(ReadOnlySpan<char> text, ref int at)
    {
        var start = at;
        while (at < text.Length && char.IsAsciiDigit(text[at]))
        {
            at++;
        }

        return at - start;
    }
}
