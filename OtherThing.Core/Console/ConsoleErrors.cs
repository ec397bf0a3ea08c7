using OtherThing.Core.Results;

namespace OtherThing.Core.Console;

/// <summary>What the console itself refuses; refusals of the commands' services pass through unchanged.</summary>
public static class ConsoleErrors
{
    /// <summary>No line, or one that is too long.</summary>
    public static Error LineInvalid { get; } = Error.Invalid(
        "console.line_invalid", "line", $"line must have 1 to {ConsoleService.MaxLine} characters.");

    /// <summary>A quote that never ends.</summary>
    public static Error QuoteOpen { get; } = Usage("A quote is not closed.");

    /// <summary>No such command.</summary>
    public static Error UnknownCommand(string name, IReadOnlyList<string> near) => new(
        ErrorKind.Invalid,
        "console.unknown_command",
        near.Count == 0 ? $"There is no command '{name}'. Type help for the list." : $"There is no command '{name}'. Did you mean {string.Join(", ", near)}?");

    /// <summary>A command used in another way than it takes.</summary>
    public static Error Usage(string message) => new(ErrorKind.Invalid, "console.usage", message);

    /// <summary>A name or id that fits nothing, or more than one thing.</summary>
    public static Error NoSuch(string what, string word) =>
        Error.NotFound("console.no_match", $"No {what} is called '{word}'.");
}
