using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using OtherThing.Core.Results;

namespace OtherThing.Core.Steps.Schemas;

/// <summary>
/// Patterns as JSON Schema has them (ECMA-262), for an engine that reads a text once and never goes back: however a pattern is
/// made, matching is linear in the text.
/// </summary>
internal static class SchemaPattern
{
    /// <summary>A second wall: no match of a text of the largest size comes near it.</summary>
    private static readonly TimeSpan s_longestMatch = TimeSpan.FromSeconds(1);

    private const string AnyCharacter = @"(?:[\uD800-\uDBFF][\uDC00-\uDFFF]|[^\n\r\u2028\u2029])";

    /// <returns>True with the pattern, or false with why it cannot be taken.</returns>
    public static bool TryCreate(string pattern, [NotNullWhen(true)] out Regex? regex, [NotNullWhen(false)] out string? reason)
    {
        (regex, reason) = (null, null);
        if (pattern.Length > SchemaLimits.PatternLength)
        {
            reason = $"A pattern has up to {SchemaLimits.PatternLength:N0} characters.";
            return false;
        }

        try
        {
            regex = new Regex(Translate(pattern), RegexOptions.NonBacktracking | RegexOptions.CultureInvariant, s_longestMatch);
            return true;
        }
        catch (RegexParseException wrong)
        {
            reason = $"'{Short(pattern)}' is no pattern: {wrong.Error} near character {Math.Min(wrong.Offset, pattern.Length) + 1}.";
        }
        catch (Exception wrong) when (wrong is NotSupportedException or ArgumentException)
        {
            reason =
                $"'{Short(pattern)}' cannot be taken: look-ahead, look-behind, back references and very large repetitions are left out here, so that no "
                    + "pattern can hang.";
        }

        return false;
    }

    private static string Translate(string pattern)
    {
        var text = new StringBuilder(pattern.Length + 16);
        for (var i = 0; i < pattern.Length; i++)
        {
            switch (pattern[i])
            {
                case '\\' when i + 1 < pattern.Length:
                    i = Escape(pattern, i + 1, inClass: false, text);
                    break;
                case '[':
                    i = Class(pattern, i, text);
                    break;
                case '$':
                    text.Append(@"\z"); // not before a last line break
                    break;
                case '.':
                    text.Append(AnyCharacter);
                    break;
                default:
                    text.Append(pattern[i]);
                    break;
            }
        }

        return text.ToString();
    }

    /// <returns>Where the class ends.</returns>
    private static int Class(string pattern, int start, StringBuilder text)
    {
        var i = start + 1;
        var negated = i < pattern.Length && pattern[i] == '^';
        i += negated ? 1 : 0;
        if (i < pattern.Length && pattern[i] == ']')
        {
            text.Append(negated ? @"[\s\S]" : @"[^\s\S]"); // an empty class, which is nothing, and its opposite
            return i;
        }

        text.Append(negated ? "[^" : "[");
        for (; i < pattern.Length && pattern[i] != ']'; i++)
        {
            if (pattern[i] == '\\' && i + 1 < pattern.Length)
            {
                i = Escape(pattern, i + 1, inClass: true, text);
            }
            else
            {
                text.Append(pattern[i] == '[' ? @"\[" : pattern[i]); // no class inside a class
            }
        }

        if (i < pattern.Length)
        {
            text.Append(']');
        }

        return i;
    }

    /// <returns>The last character that belongs to the escape.</returns>
    private static int Escape(string pattern, int at, bool inClass, StringBuilder text)
    {
        var letter = pattern[at];
        var set = letter switch
        {
            'd' => "0-9",
            'D' => @"\x00-/:-\uFFFF",
            'w' => "0-9A-Za-z_",
            'W' => @"\x00-/:-@\[-\^`{-\uFFFF",
            _ => null,
        };
        if (set is not null)
        {
            text.Append(inClass ? set : $"[{set}]");
            return at;
        }

        if (letter == 'u' && at + 1 < pattern.Length && pattern[at + 1] == '{')
        {
            return CodePoint(pattern, at, inClass, text);
        }

        if (char.IsAsciiLetter(letter) && !"bBcfknpPrsStuvx".Contains(letter, StringComparison.Ordinal))
        {
            text.Append(letter); // elsewhere an anchor or a control character; here the letter itself
        }
        else
        {
            text.Append('\\').Append(letter);
        }

        return at;
    }

    private static int CodePoint(string pattern, int at, bool inClass, StringBuilder text)
    {
        var end = pattern.IndexOf('}', at);
        if (end < 0
            || !int.TryParse(pattern.AsSpan(at + 2, end - at - 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var point)
            || point > 0x10FFFF || (inClass && point > 0xFFFF))
        {
            throw new NotSupportedException();
        }

        var units = point <= 0xFFFF ? [(char)point] : char.ConvertFromUtf32(point).ToCharArray();
        var written = string.Concat(units.Select(unit => $@"\u{(int)unit:X4}"));
        text.Append(units.Length > 1 ? $"(?:{written})" : written);
        return end;
    }

    private static string Short(string pattern) => TextCut.Shown(pattern, 60);
}
