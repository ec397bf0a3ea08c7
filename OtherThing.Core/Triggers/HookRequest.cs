namespace OtherThing.Core.Triggers;

/// <summary>A delivery as it came in.</summary>
public sealed record HookRequest
{
    /// <summary>The most bytes of a body, as it comes and unpacked; 256 KiB.</summary>
    public const int LargestBody = 256 * 1024;

    /// <summary>The token of the address.</summary>
    public required string Token { get; init; }

    /// <summary>The address it came from; null when that is not known.</summary>
    public System.Net.IPAddress? Sender { get; init; }

    /// <summary>The body as it came.</summary>
    public required ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>The headers, names in lower case; <c>content-type</c> and <c>content-encoding</c> say what the body is.</summary>
    public required IReadOnlyDictionary<string, string> Headers { get; init; }

    /// <summary>The query, several values of one name as a list; names differ by case.</summary>
    public IReadOnlyList<KeyValuePair<string, IReadOnlyList<string>>> Query { get; init; } = [];
}

/// <summary>What a delivery led to.</summary>
/// <param name="Run">The run and where it stands.</param>
/// <param name="WantsOutput">True when the caller gets the run's output rather than its id, if it has ended.</param>
public sealed record HookAnswer(Runs.Grains.RunAnswer Run, bool WantsOutput);
