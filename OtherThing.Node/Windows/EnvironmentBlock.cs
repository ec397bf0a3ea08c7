using System.Text;

namespace OtherThing.Agent.Windows;

/// <summary>An environment as Windows takes it: sorted by name, whose letters' case does not count, each with a NUL behind it, and one more.</summary>
internal static class EnvironmentBlock
{
    /// <exception cref="ArgumentException">A text holds a NUL, or a name is none.</exception>
    internal static string Of(IEnumerable<KeyValuePair<string, string>> variables)
    {
        // Of two that Windows takes for one, the later counts.
        var byName = new SortedDictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, value) in variables)
        {
            if (name.Length == 0 || name.Contains('=', StringComparison.Ordinal) || name.Contains('\0', StringComparison.Ordinal))
            {
                throw new ArgumentException($"'{name}' is no name of a variable.", nameof(variables));
            }

            byName.Remove(name);
            byName[name] = value.Contains('\0', StringComparison.Ordinal)
                ? throw new ArgumentException("A text for the system holds a NUL character.", nameof(variables))
                : value;
        }

        var block = new StringBuilder();
        foreach (var (name, value) in byName)
        {
            block.Append(name).Append('=').Append(value).Append('\0');
        }

        return block.Append(byName.Count == 0 ? "\0\0" : "\0").ToString();
    }
}
