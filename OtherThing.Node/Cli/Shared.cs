using System.CommandLine;
using OtherThing.Agent.Machine;
using OtherThing.Agent.Policies;

namespace OtherThing.Agent.Cli;

/// <summary>The option that every command takes.</summary>
internal static class Shared
{
    internal static Option<string?> Data { get; } = new("--data") { Description = "Where the agent keeps its key, policy and work", Recursive = true };

    internal static DataDirectory DataOf(ParseResult parsed) => new(parsed.GetValue(Data));

    /// <summary>Its own word, because it is as much as lending one's account: alone it means every workspace.</summary>
    internal static Option<string?> AllowUnsandboxed() => new("--allow-unsandboxed")
    {
        Description = "Where no sandbox works, run jobs with no wall around them: of all workspaces, of those with these ids, or of none",
        Arity = ArgumentArity.ZeroOrOne,
    };

    /// <summary>Null when it was not given.</summary>
    internal static IReadOnlyList<string>? Unsandboxed(ParseResult parsed, Option<string?> option) =>
        parsed.GetResult(option) is null ? null : parsed.GetValue(option) switch
        {
            null or "" or "true" or LocalPolicy.All => [LocalPolicy.All],
            "none" or "false" => [],
            var ids => ids.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries),
        };
}
