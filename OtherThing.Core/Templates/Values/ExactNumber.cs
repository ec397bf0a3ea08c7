using System.Globalization;

namespace OtherThing.Core.Templates.Values;

/// <summary>
/// Compares JSON numbers by what they are worth, to the last digit: 1, 1.0 and 1e0 are one number, and two of forty digits that differ in the
/// last one are two, although no number type holds them.
/// </summary>
internal static class ExactNumber
{
    // Beyond it a power of ten is only "very large" or "very small"; it fits a long with room for the digits before it.
    private const long MostExponent = long.MaxValue / 4;

    /// <summary>Below 0, 0 or above 0, as the first is smaller, equal or larger.</summary>
    /// <param name="a">A number as JSON writes it.</param>
    /// <param name="b">Another.</param>
    public static int Compare(ReadOnlySpan<char> a, ReadOnlySpan<char> b)
    {
        var (sign, magnitude, digits) = Read(a);
        var (otherSign, otherMagnitude, otherDigits) = Read(b);
        return sign != otherSign ? sign.CompareTo(otherSign)
            : magnitude != otherMagnitude ? sign * magnitude.CompareTo(otherMagnitude)
            // Behind one point in the same place the digits sort like words.
            : sign * Math.Sign(string.CompareOrdinal(digits, otherDigits));
    }

    /// <summary>The number as sign * 0.digits * 10^magnitude, without zeros at either end of the digits.</summary>
    private static (int Sign, long Magnitude, string Digits) Read(ReadOnlySpan<char> text)
    {
        var end = text.IndexOfAny('e', 'E');
        var mantissa = (end < 0 ? text : text[..end]).TrimStart('-');
        var point = mantissa.IndexOf('.');
        var whole = point < 0 ? mantissa : mantissa[..point];
        var fraction = point < 0 ? [] : mantissa[(point + 1)..];
        var digits = string.Concat(whole, fraction);
        var significant = digits.TrimStart('0');
        var leading = digits.Length - significant.Length;
        significant = significant.TrimEnd('0');
        return significant.Length == 0
            ? (0, 0, "")
            : (text[0] == '-' ? -1 : 1, whole.Length - leading + (end < 0 ? 0 : Exponent(text[(end + 1)..])), significant);
    }

    private static long Exponent(ReadOnlySpan<char> text) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var exponent)
            ? Math.Clamp(exponent, -MostExponent, MostExponent)
            : text[0] == '-' ? -MostExponent : MostExponent;
}
