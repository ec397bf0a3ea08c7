using System.Text.Json.Serialization;

namespace OtherThing.Core.Jobs;

public sealed partial record JobSpec
{
    /// <summary>Text of a script; for <see cref="JobKind.Script"/>.</summary>
    [JsonPropertyOrder(-1)]
    public string? Script { get; init; }

    /// <summary>The interpreter of the script: one of <see cref="JobRules.Shells"/>.</summary>
    [JsonPropertyOrder(-1)]
    public string? Shell { get; init; }
}
