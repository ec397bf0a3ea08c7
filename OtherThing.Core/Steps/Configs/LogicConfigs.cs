using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json;

namespace OtherThing.Core.Steps.Configs;

/// <summary>Config of <c>logic.if</c>.</summary>
public sealed record IfConfig
{
    /// <summary>A Liquid condition without braces.</summary>
    [Description("A condition such as steps.shape.n > 2 and input.ok."), Field("condition")]
    public required string Condition { get; init; }
}

/// <summary>Config of <c>logic.switch</c>.</summary>
public sealed record SwitchConfig
{
    /// <summary>What is compared with the cases.</summary>
    [Description("What is compared with the cases."), Field("template")]
    public required JsonElement Value { get; init; }

    /// <summary>Each case is a port of that name.</summary>
    [Description("Each case is a branch of that name; what fits none continues on default.")]
    public required IReadOnlyList<JsonElement> Cases { get; init; }
}

/// <summary>Config of <c>logic.map</c>.</summary>
public sealed record MapConfig
{
    /// <summary>An array, or a template that gives one.</summary>
    [Description("An array, or a template that gives one."), Field("template")]
    public required JsonElement Items { get; init; }

    /// <summary>How many items are worked on at once.</summary>
    [Description("How many items are worked on at once."), Range(1, 1000)]
    public int Concurrency { get; init; } = 10;

    /// <summary>What a failed item does.</summary>
    [Description("What a failed item does: fail the step, leave null in its place, or leave it out.")]
    public OnItemError OnItemError { get; init; }
}

/// <summary>What a failed item of a map does.</summary>
public enum OnItemError
{
    /// <summary>Fails the map.</summary>
    Fail,

    /// <summary>Leaves null in its place.</summary>
    Continue,

    /// <summary>Leaves it out of the result.</summary>
    Skip,
}

/// <summary>Config of <c>logic.loop</c>.</summary>
public sealed record LoopConfig
{
    /// <summary>Goes on while this holds; asked before each iteration.</summary>
    [Description("Goes on while this holds; asked before each iteration, when iteration counts from 0."), Field("condition")]
    public required string While { get; init; }

    /// <summary>Ends at this many at the latest.</summary>
    [Description("Ends at this many at the latest."), Range(1, 10_000)]
    public int MaxIterations { get; init; } = 100;
}

/// <summary>Config of <c>logic.join</c>.</summary>
public sealed record JoinConfig
{
    /// <summary>Waits for all that can still come, or for the first.</summary>
    [Description("all waits for every branch that is taken, any goes on with the first.")]
    public JoinMode Mode { get; init; }
}

/// <summary>What a join waits for.</summary>
public enum JoinMode
{
    /// <summary>Every incoming branch that is taken.</summary>
    All,

    /// <summary>The first to arrive.</summary>
    Any,
}

/// <summary>Config of <c>logic.wait</c>: one of the two.</summary>
public sealed record WaitConfig
{
    /// <summary>How long.</summary>
    [Description("How many seconds."), Range(0, 31_536_000)]
    public double? Seconds { get; init; }

    /// <summary>Until when, ISO 8601.</summary>
    [Description("Until when, as 2026-01-31T09:00:00Z."), Field("template")]
    public string? Until { get; init; }
}
