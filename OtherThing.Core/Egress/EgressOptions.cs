namespace OtherThing.Core.Egress;

/// <summary>What outbound calls may reach and how much they may take; section <c>Egress</c>.</summary>
public sealed class EgressOptions
{
    /// <summary>The section of the configuration.</summary>
    public const string Section = "Egress";

    /// <summary>Private places that may be reached although private: <c>host[:port]</c>, separated by commas.</summary>
    public string AllowPrivate { get; set; } = "";

    /// <summary>The most bytes of an answer, after decompression.</summary>
    public long MaxResponseBytes { get; set; } = 10 * 1024 * 1024;

    /// <summary>How long an HTTP step's call may take when the step names no time, in seconds.</summary>
    public int TimeoutSeconds { get; set; } = 30;

    /// <summary>How long opening a connection may take, in seconds.</summary>
    public int ConnectTimeoutSeconds { get; set; } = 10;
}
