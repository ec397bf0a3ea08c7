using System.Text.Json;
using System.Text.Json.Serialization;
using OtherThing.Core.Payloads;

namespace OtherThing.Core.Runs.Machine;

/// <summary>
/// What a run is told instead of finding it out by itself; kept with the run, so that a restart or a repetition sees the same.
/// </summary>
public sealed record RunGivens
{
    /// <summary>By step id: what that step puts out instead of being carried out.</summary>
    public IReadOnlyDictionary<string, PinnedOutput>? Pins { get; init; }

    /// <summary>For a step run alone, by step id: what the steps around it are taken to have put out.</summary>
    [JsonConverter(typeof(PayloadMapConverter))]
    public IReadOnlyDictionary<string, JsonElement>? Steps { get; init; }

    /// <summary>For a step run alone, inside a map: the item.</summary>
    public JsonElement? Item { get; init; }

    /// <summary>For a step run alone, inside a map: the item's index.</summary>
    public int? Index { get; init; }

    /// <summary>For a step run alone, inside a loop: the iteration.</summary>
    public int? Iteration { get; init; }
}

/// <summary>What a pinned step puts out, and the port it leaves by.</summary>
public sealed record PinnedOutput(JsonElement Output, string Port = "out");

/// <summary>What one step shall be run with.</summary>
public sealed record StepRunRequest
{
    /// <summary>The run's input, as templates read it at <c>input</c>; null takes that of <see cref="FromRun"/>, else an empty object.</summary>
    [JsonConverter(typeof(PayloadConverter))]
    public JsonElement? Input { get; init; }

    /// <summary>Outputs of other steps by their id; they go before pinned ones, which go before those of <see cref="FromRun"/>.</summary>
    [JsonConverter(typeof(PayloadMapConverter))]
    public IReadOnlyDictionary<string, JsonElement>? Steps { get; init; }

    /// <summary>The item, for a step inside a map.</summary>
    [JsonConverter(typeof(PayloadConverter))]
    public JsonElement? Item { get; init; }

    /// <summary>The item's index, for a step inside a map.</summary>
    public int? Index { get; init; }

    /// <summary>The iteration, for a step inside a loop.</summary>
    public int? Iteration { get; init; }

    /// <summary>A run of the same flow whose input and outputs are taken where nothing else is given.</summary>
    public Guid? FromRun { get; init; }
}
