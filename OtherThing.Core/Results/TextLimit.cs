using System.Globalization;

namespace OtherThing.Core.Results;

/// <summary>
/// How long a text may be that somebody writes: in characters as people count them, and in the UTF-16 units that its column takes, so that what
/// is within the limit always fits. A letter is one of each, an emoji one character of two units and more.
/// </summary>
/// <param name="Characters">The most characters.</param>
/// <param name="Units">The most UTF-16 units; what has more is refused although it may have fewer characters.</param>
public readonly record struct TextLimit(int Characters, int Units)
{
    private const int UnitsOfOne = 20;

    /// <summary>A limit for what stands in no column of its own: room for so many of the widest emoji.</summary>
    public static TextLimit Of(int characters) => new(characters, UnitsOf(characters));

    /// <summary>The UTF-16 units so many of the widest characters take that keyboards offer.</summary>
    public static int UnitsOf(int characters) => characters * UnitsOfOne;

    /// <summary>Whether a text is within it; nothing is.</summary>
    public bool Holds(string? text) =>
        text is null || text.Length <= Math.Min(Characters, Units)
        || (text.Length <= Units && new StringInfo(text).LengthInTextElements <= Characters);

    /// <summary>Takes a name, a title, a label: one line of at least one character. Space around it does not count, a line break at its end neither.</summary>
    /// <returns>The line without the space around it; null for nothing, for more than fits and for more than one line.</returns>
    public string? Line(string? text) =>
        text?.Trim() is { Length: > 0 } line && Holds(line) && !line.Any(char.IsControl) ? line : null;

    /// <summary>What of a text is within it; what was cut ends in <c>…</c>.</summary>
    public string Cut(string text) => TextCut.Words(TextCut.Shown(text, Characters), Units);

    /// <summary>The limit of what stands before an ending.</summary>
    public TextLimit Less(string ending) => new(Characters - ending.Length, Units - ending.Length);

    /// <inheritdoc/>
    public override string ToString() => Units >= UnitsOf(Characters)
        ? string.Create(CultureInfo.InvariantCulture, $"{Characters:N0} characters")
        : string.Create(CultureInfo.InvariantCulture, $"{Characters:N0} characters (an emoji counts as two and more)");
}
