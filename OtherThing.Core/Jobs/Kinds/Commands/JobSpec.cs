using System.Text.Json.Serialization;

namespace OtherThing.Core.Jobs;

public sealed partial record JobSpec
{
    /// <summary>Program and arguments, passed as they are; for <see cref="JobKind.Command"/>.</summary>
    [JsonPropertyOrder(-1)]
    public IReadOnlyList<string> Command { get; init; } = [];
}
