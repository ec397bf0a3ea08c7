namespace OtherThing.Core.Templates.Parsing;

/// <summary>Reads a template's text from left to right.</summary>
internal sealed class Scanner(string text)
{
    public string Text => text;

    public int Position { get; set; }

    public bool AtEnd => Position >= text.Length;

    public char Current => Position < text.Length ? text[Position] : '\0';

    public char Next => Position + 1 < text.Length ? text[Position + 1] : '\0';

    public bool At(string word) => string.CompareOrdinal(text, Position, word, 0, word.Length) == 0;

    public bool Take(string word)
    {
        if (!At(word))
        {
            return false;
        }

        Position += word.Length;
        return true;
    }

    public void SkipSpace()
    {
        while (char.IsWhiteSpace(Current))
        {
            Position++;
        }
    }

    /// <summary>Skips space when this sign follows it, and nothing otherwise.</summary>
    public void SkipSpaceBefore(char sign)
    {
        var start = Position;
        SkipSpace();
        if (Current != sign)
        {
            Position = start;
        }
    }

    /// <summary>A name: a letter or underscore, then letters, digits, underscores and inner hyphens; null when there is none.</summary>
    public string? TakeName()
    {
        if (!IsNameStart(Current))
        {
            return null;
        }

        var start = Position;
        while (IsNamePart(Current) || (Current == '-' && IsNamePart(Next)))
        {
            Position++;
        }

        return text[start..Position];
    }

    /// <summary>The name that comes next, left where it is.</summary>
    public string? PeekName()
    {
        var start = Position;
        var name = TakeName();
        Position = start;
        return name;
    }

    /// <summary>Digits with an optional minus and fraction; null when there are none. <c>1..5</c> gives <c>1</c>.</summary>
    public string? TakeNumber()
    {
        var start = Position;
        if (Current == '-')
        {
            Position++;
        }

        if (!char.IsAsciiDigit(Current))
        {
            Position = start;
            return null;
        }

        SkipDigits();
        if (Current == '.' && char.IsAsciiDigit(Next))
        {
            Position++;
            SkipDigits();
        }

        return text[start..Position];
    }

    private static bool IsNameStart(char c) => char.IsLetter(c) || c == '_';

    private static bool IsNamePart(char c) => char.IsLetterOrDigit(c) || c == '_';

    private void SkipDigits()
    {
        while (char.IsAsciiDigit(Current))
        {
            Position++;
        }
    }
}
