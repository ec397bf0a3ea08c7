using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace OtherThing.Core.Telemetry;

/// <summary>The sources and meters of OtherThing, one name per feature: <c>OtherThing.Runs</c>.</summary>
public static class Instruments
{
    /// <summary>Everything that OpenTelemetry should listen to.</summary>
    public const string Wildcard = "OtherThing.*";

    /// <summary>Spans of runs and steps.</summary>
    public static ActivitySource Runs { get; } = new("OtherThing.Runs");

    /// <summary>Counts and durations of runs and steps.</summary>
    public static Meter RunMeter { get; } = new("OtherThing.Runs");

    /// <summary>Nodes, jobs and their link.</summary>
    public static Meter NodeMeter { get; } = new("OtherThing.Nodes");

    /// <summary>AI calls and their cost.</summary>
    public static Meter UsageMeter { get; } = new("OtherThing.Usage");
}
