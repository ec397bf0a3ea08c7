using OtherThing.Core.Results;

namespace OtherThing.Core.Console.Commands;

/// <summary>A command that says its name, summary, usage and flags once.</summary>
public abstract class ConsoleCommand(string name, string summary, string usage, params IReadOnlyList<ConsoleFlag> flags) : IConsoleCommand
{
    /// <inheritdoc/>
    public string Name => name;

    /// <inheritdoc/>
    public string Summary => summary;

    /// <inheritdoc/>
    public string Usage => usage;

    /// <inheritdoc/>
    public IReadOnlyList<ConsoleFlag> Flags => flags;

    /// <inheritdoc/>
    public abstract Task<Result<ConsoleOutput>> RunAsync(ConsoleCall call, CancellationToken cancellationToken);

    /// <summary>The refusal of a call that is written wrongly.</summary>
    protected Error WrongUse => ConsoleErrors.Usage($"Write it as: {usage}");
}
