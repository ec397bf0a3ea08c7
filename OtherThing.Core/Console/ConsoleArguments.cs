using System.Globalization;
using OtherThing.Core.Results;

namespace OtherThing.Core.Console;

/// <summary>A flag that a command takes.</summary>
/// <param name="Name">Without the dashes.</param>
/// <param name="Text">What it does.</param>
/// <param name="TakesValue">True for <c>--since=7d</c>, false for <c>--failed</c>.</param>
public sealed record ConsoleFlag(string Name, string Text, bool TakesValue = false);

/// <summary>The words after a command's name: plain ones in order, and flags. A flag with a value may be given more than once.</summary>
public sealed class ConsoleArguments
{
    private readonly List<string> _words = [];
    private readonly Dictionary<string, List<string>> _flags = new(StringComparer.Ordinal);

    /// <summary>The plain words.</summary>
    public IReadOnlyList<string> Words => _words;

    /// <summary>Reads words, knowing which flags there are.</summary>
    /// <returns>The arguments, or <c>console.usage</c> for a flag nobody knows or a missing value.</returns>
    public static Result<ConsoleArguments> Parse(IReadOnlyList<string> words, IReadOnlyCollection<ConsoleFlag> known)
    {
        var arguments = new ConsoleArguments();
        for (var i = 0; i < words.Count; i++)
        {
            if (!words[i].StartsWith("--", StringComparison.Ordinal))
            {
                arguments._words.Add(words[i]);
                continue;
            }

            var (name, value) = words[i][2..].Split('=', 2) is [var before, var after] ? (before, after) : (words[i][2..], null);
            if (known.FirstOrDefault(flag => flag.Name == name) is not { } flag)
            {
                return ConsoleErrors.Usage($"There is no flag --{name} here. Known: {string.Join(" ", known.Select(flag => "--" + flag.Name))}.");
            }

            if (flag.TakesValue)
            {
                value ??= i + 1 < words.Count ? words[++i] : null;
                if (value is null)
                {
                    return ConsoleErrors.Usage($"--{name} needs a value: --{name}=…");
                }
            }
            else if (value is not null)
            {
                return ConsoleErrors.Usage($"--{name} takes no value.");
            }

            if (!arguments._flags.TryGetValue(name, out var values))
            {
                arguments._flags[name] = values = [];
            }

            values.Add(value ?? "");
        }

        return arguments;
    }

    /// <summary>Whether a flag was given.</summary>
    public bool Has(string flag) => _flags.ContainsKey(flag);

    /// <summary>The last value of a flag; null when it was not given.</summary>
    public string? Value(string flag) => _flags.TryGetValue(flag, out var values) ? values[^1] : null;

    /// <summary>Every value of a flag.</summary>
    public IReadOnlyList<string> Values(string flag) => _flags.TryGetValue(flag, out var values) ? values : [];

    /// <summary>A span like <c>90s</c>, <c>15m</c>, <c>12h</c>, <c>7d</c>, <c>2w</c>.</summary>
    /// <returns>The span, null when the flag was not given, or <c>console.usage</c>.</returns>
    public Result<TimeSpan?> Span(string flag)
    {
        if (Value(flag) is not { } text)
        {
            return Result<TimeSpan?>.Success(null);
        }

        if (text.Length is < 2 or > 6 || !int.TryParse(text[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var count))
        {
            return Wrong();
        }

        return text[^1] switch
        {
            's' => TimeSpan.FromSeconds(count),
            'm' => TimeSpan.FromMinutes(count),
            'h' => TimeSpan.FromHours(count),
            'd' when count <= 3_660 => TimeSpan.FromDays(count),
            'w' when count <= 520 => TimeSpan.FromDays(7 * count),
            _ => Wrong(),
        };

        Result<TimeSpan?> Wrong() => ConsoleErrors.Usage($"--{flag} takes a time like 30m, 12h, 7d or 2w, not '{text}'.");
    }
}
