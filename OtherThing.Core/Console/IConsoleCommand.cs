using OtherThing.Core.Access;
using OtherThing.Core.Results;

namespace OtherThing.Core.Console;

/// <summary>One command. It does nothing a page could not: it calls the same services with the same actor.</summary>
public interface IConsoleCommand
{
    /// <summary>One or two words: <c>tasks</c>, <c>task move</c>.</summary>
    string Name { get; }

    /// <summary>What it does, for the list of commands.</summary>
    string Summary { get; }

    /// <summary>How it is written: <c>task move T-12 done</c>.</summary>
    string Usage { get; }

    /// <summary>The flags it takes beside <c>--json</c> and <c>--limit</c>.</summary>
    IReadOnlyList<ConsoleFlag> Flags { get; }

    /// <summary>Does it.</summary>
    Task<Result<ConsoleOutput>> RunAsync(ConsoleCall call, CancellationToken cancellationToken);
}

/// <summary>One use of a command.</summary>
/// <param name="Actor">Who.</param>
/// <param name="WorkspaceId">Where.</param>
/// <param name="Arguments">With what.</param>
/// <param name="Limit">The most rows to give, 1 to 200.</param>
public sealed record ConsoleCall(Actor Actor, Guid WorkspaceId, ConsoleArguments Arguments, int Limit)
{
    /// <summary>The plain words.</summary>
    public IReadOnlyList<string> Words => Arguments.Words;
}
