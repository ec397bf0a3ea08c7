using System.Text;

namespace OtherThing.Agent.Windows;

/// <summary>
/// One line of the words of a command. Windows hands a program one line, and each program takes it apart by itself: nearly all by the rules of
/// Microsoft's C library, batch files by those of <c>cmd</c>.
/// </summary>
internal static class CommandLines
{
    /// <summary>What cmd takes as it is outside of quotes; everything else is quoted.</summary>
    private const string PlainForBatch = @"#$*+-./:?@\_";

    /// <summary>The line for a program.</summary>
    /// <exception cref="ArgumentException">A word cannot be said on a line.</exception>
    internal static string For(string program, IReadOnlyList<string> words) => IsBatch(program) ? ForBatch(program, words) : Join(words);

    /// <summary>Whether cmd runs it.</summary>
    internal static bool IsBatch(string program) => Path.GetExtension(program).ToUpperInvariant() is ".CMD" or ".BAT";

    /// <summary>The words so that the C library of a program takes them apart to exactly these.</summary>
    internal static string Join(IReadOnlyList<string> words)
    {
        var line = new StringBuilder();
        for (var i = 0; i < words.Count; i++)
        {
            NoNul(words[i]);
            if (i == 0)
            {
                AppendName(line, words[0]);
            }
            else
            {
                line.Append(' ');
                Append(line, words[i]);
            }
        }

        return line.ToString();
    }

    /// <summary>The name of the program is taken apart by simpler rules: from quote to quote, with no way to write one.</summary>
    private static void AppendName(StringBuilder line, string name)
    {
        if (name.Contains('"', StringComparison.Ordinal))
        {
            throw new ArgumentException("The name of a program cannot hold a quote.", nameof(name));
        }

        line.Append('"').Append(name).Append('"');
    }

    private static void Append(StringBuilder line, string word)
    {
        if (word.Length > 0 && word.AsSpan().IndexOfAny(" \t\n\v\"") < 0)
        {
            line.Append(word);
            return;
        }

        line.Append('"');
        var backslashes = 0;
        foreach (var letter in word)
        {
            if (letter == '\\')
            {
                backslashes++;
                continue;
            }

            // Backslashes mean themselves, unless they stand before a quote.
            line.Append('\\', letter == '"' ? (backslashes * 2) + 1 : backslashes).Append(letter);
            backslashes = 0;
        }

        line.Append('\\', backslashes * 2).Append('"');
    }

    /// <summary>The line for cmd, on which no word can end the line, start another program or bring out a variable.</summary>
    private static string ForBatch(string script, IReadOnlyList<string> words)
    {
        if (script.Contains('"', StringComparison.Ordinal) || script.EndsWith('\\'))
        {
            throw new ArgumentException("The name of a script cannot hold a quote.", nameof(script));
        }

        var line = new StringBuilder("cmd.exe /e:ON /v:OFF /d /c \"\"");
        AppendWithoutVariables(line, script);
        line.Append('"');
        foreach (var word in words.Skip(1))
        {
            NoNul(word);
            if (word.AsSpan().IndexOfAny("\r\n") >= 0)
            {
                throw new ArgumentException("An argument of a batch file cannot hold the end of a line.", nameof(words));
            }

            line.Append(' ');
            AppendForBatch(line, word);
        }

        return line.Append('"').ToString();
    }

    private static void AppendForBatch(StringBuilder line, string word)
    {
        var isQuoted = word.Length == 0 || word.EndsWith('\\') || word.Any(letter => letter <= '\u009f'
            && !char.IsAsciiLetterOrDigit(letter) && !PlainForBatch.Contains(letter, StringComparison.Ordinal));
        if (!isQuoted)
        {
            line.Append(word);
            return;
        }

        line.Append('"');
        var backslashes = 0;
        foreach (var letter in word)
        {
            if (letter == '"')
            {
                line.Append('\\', backslashes).Append('"');
            }

            AppendWithoutVariables(line, letter);
            backslashes = letter == '\\' ? backslashes + 1 : 0;
        }

        line.Append('\\', backslashes).Append('"');
    }

    private static void AppendWithoutVariables(StringBuilder line, string text)
    {
        foreach (var letter in text)
        {
            AppendWithoutVariables(line, letter);
        }
    }

    /// <summary>A percent sign begins a variable, quoted or not; the empty piece of one before it keeps it from that.</summary>
    private static void AppendWithoutVariables(StringBuilder line, char letter)
    {
        if (letter == '%')
        {
            line.Append("%%cd:~,");
        }

        line.Append(letter);
    }

    private static void NoNul(string word)
    {
        if (word.Contains('\0', StringComparison.Ordinal))
        {
            throw new ArgumentException("A text for the system holds a NUL character.", nameof(word));
        }
    }
}
