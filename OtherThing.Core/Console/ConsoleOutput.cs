using System.Text.Json.Nodes;

namespace OtherThing.Core.Console;

/// <summary>What the rows of a table are, so that a page can link them.</summary>
public enum ConsoleRows
{
    /// <summary>Nothing with a page of its own.</summary>
    Plain,

    /// <summary>Cards; the row's <c>number</c> names it.</summary>
    Task,

    /// <summary>Flows; the row's <c>id</c> names it.</summary>
    Flow,

    /// <summary>Runs; the row's <c>id</c> names it.</summary>
    Run,
}

/// <summary>What a command gives: a table of objects, or words. Pipes carry the objects, not the words.</summary>
public sealed record ConsoleOutput
{
    private ConsoleOutput()
    {
    }

    /// <summary>The columns a person sees, in order: fields of the rows. Empty when this is no table.</summary>
    public IReadOnlyList<string> Columns { get; init; } = [];

    /// <summary>The rows of a table; null when this is no table.</summary>
    public IReadOnlyList<JsonObject>? Rows { get; init; }

    /// <summary>What the rows are.</summary>
    public ConsoleRows Kind { get; init; }

    /// <summary>Words instead of, or above, a table.</summary>
    public string? Message { get; init; }

    /// <summary>What a program gets: the rows, or the one thing.</summary>
    public JsonNode? Data { get; init; }

    /// <summary>A table.</summary>
    public static ConsoleOutput Table(IReadOnlyList<string> columns, IReadOnlyList<JsonObject> rows, ConsoleRows kind = ConsoleRows.Plain) =>
        new() { Columns = columns, Rows = rows, Kind = kind };

    /// <summary>Words, and the same for programs.</summary>
    public static ConsoleOutput Say(string message, JsonNode? data = null) => new() { Message = message, Data = data };
}
