using System.ComponentModel;
using OtherThing.Core.Jobs;

namespace OtherThing.Core.Steps.Configs;

/// <summary>Config of <c>node.command</c>: a command, or a script with its shell.</summary>
public sealed record NodeCommandConfig
{
    /// <summary>Program and arguments; each reaches the process as it is.</summary>
    [Description("Program and arguments; each reaches the process exactly as written.")]
    public IReadOnlyList<string>? Command { get; init; }

    /// <summary>A script; values reach it by environment or standard input, never by pasting.</summary>
    [Description("A script. Values reach it by environment or standard input: templates are not allowed here."), Field("code")]
    public string? Script { get; init; }

    /// <summary>What runs the script.</summary>
    [Description("What runs the script: sh, bash, python3 or pwsh, and on Windows powershell or cmd.")]
    public string? Shell { get; init; }

    /// <summary>What the process reads from standard input.</summary>
    [Description("What the process reads from standard input."), Field("multiline")]
    public string? Stdin { get; init; }

    /// <summary>Environment variables.</summary>
    [Description("Environment variables.")]
    public IReadOnlyDictionary<string, string>? Env { get; init; }

    /// <summary>What the machine must have.</summary>
    [Description("What the machine must have.")]
    public JobRequirements? Requirements { get; init; }
}
