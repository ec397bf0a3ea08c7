using System.Text.Json;
using OtherThing.Core.Results;

namespace OtherThing.Core.Runs.Values;

/// <summary>A run's input or output: its JSON, or where that lies when it is too large to be kept with the run.</summary>
public sealed record RunValue
{
    private RunValue(string? inline, BlobRef? large) => (Inline, Large) = (inline, large);

    /// <summary>The JSON; null when it lies in the blob store.</summary>
    public string? Inline { get; }

    /// <summary>Where it lies in the blob store; null when <see cref="Inline"/> has it.</summary>
    public BlobRef? Large { get; }

    /// <summary>The JSON of a value that was read whole.</summary>
    /// <exception cref="InvalidOperationException">It lies in the blob store and was not read from there.</exception>
    public string Text => Inline ?? throw new InvalidOperationException($"The value {Large!.Hash} lies in the blob store and was not read from there.");

    /// <summary>A value by its JSON.</summary>
    public static RunValue Of(string json) => new(json, null);

    /// <summary>A value by where it lies.</summary>
    public static RunValue Of(BlobRef large) => new(null, large);

    /// <summary>The value, when it was read whole.</summary>
    /// <exception cref="InvalidOperationException">It lies in the blob store and was not read from there.</exception>
    public JsonElement Read() => Json.Parse(Text);

    /// <summary>The value, or null when it lies in the blob store.</summary>
    public JsonElement? ReadInline() => Inline is { } json ? Json.Parse(json) : null;
}
