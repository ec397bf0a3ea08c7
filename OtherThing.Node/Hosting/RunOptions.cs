namespace OtherThing.Agent.Hosting;

/// <summary>What <c>otherthing-node run</c> was told.</summary>
internal sealed record RunOptions
{
    internal required string Server { get; init; }

    internal string? JoinToken { get; init; }

    internal string? Name { get; init; }

    internal string? Data { get; init; }

    /// <summary>The kinds the owner allows; null: what was allowed before.</summary>
    internal IReadOnlyList<string>? Allow { get; init; }

    /// <summary>The workspaces whose jobs may run without a sandbox; null: those of before.</summary>
    internal IReadOnlyList<string>? Unsandboxed { get; init; }

    /// <summary>The servers of models that the owner names; null: those of before.</summary>
    internal IReadOnlyList<string>? ModelEndpoints { get; init; }

    /// <summary>Ends when standard input does: whoever started the agent is gone.</summary>
    internal bool StopWithInput { get; init; }
}
