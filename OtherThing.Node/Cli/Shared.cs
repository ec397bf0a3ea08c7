using System.CommandLine;
using OtherThing.Agent.Machine;

namespace OtherThing.Agent.Cli;

/// <summary>The option that every command takes.</summary>
internal static class Shared
{
    internal static Option<string?> Data { get; } = new("--data") { Description = "Where the agent keeps its key, policy and work", Recursive = true };

    internal static DataDirectory DataOf(ParseResult parsed) => new(parsed.GetValue(Data));
}
