using System.ComponentModel.DataAnnotations;

namespace OtherThing.Core.Nodes;

/// <summary>The clocks of the node link; section <c>Nodes</c>.</summary>
public sealed class NodesOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Nodes";

    /// <summary>Seconds between two beats of a node.</summary>
    [Range(1, 300)]
    public int HeartbeatSeconds { get; set; } = 15;

    /// <summary>Seconds without a beat after which a node gets no new work.</summary>
    [Range(1, 3600)]
    public int UnreachableSeconds { get; set; } = 30;

    /// <summary>Seconds a node holds an attempt without a beat.</summary>
    [Range(1, 3600)]
    public int LeaseSeconds { get; set; } = 90;

    /// <summary>Seconds after the lease in which a node may still come back with its work.</summary>
    [Range(0, 86_400)]
    public int ReconnectSeconds { get; set; } = 600;

    /// <summary>Seconds after which an assignment nobody acknowledged goes to another node.</summary>
    [Range(1, 300)]
    public int AssignSeconds { get; set; } = 15;

    /// <summary>Hours a job may wait for a node before it fails.</summary>
    [Range(1, 720)]
    public int QueueHours { get; set; } = 24;

    /// <summary>The oldest jobs of one workspace that may wait at once.</summary>
    [Range(1, 1_000_000)]
    public int QueueLength { get; set; } = 20_000;

    /// <summary>Enrolments and claims one address or person may try in ten minutes.</summary>
    [Range(1, 100_000)]
    public int EnrollmentsPerTenMinutes { get; set; } = 30;

    internal TimeSpan Unreachable => TimeSpan.FromSeconds(UnreachableSeconds);

    internal TimeSpan Lease => TimeSpan.FromSeconds(LeaseSeconds);

    internal TimeSpan Reconnect => TimeSpan.FromSeconds(ReconnectSeconds);
}
