using System.ComponentModel;
using System.Text.Json;

namespace OtherThing.Core.Steps.Configs;

/// <summary>Config of <c>trigger.manual</c>.</summary>
public sealed record ManualTriggerConfig
{
    /// <summary>What the person who starts the run fills in.</summary>
    [Description("What the person who starts the run fills in; without fields any input is taken.")]
    public IReadOnlyList<InputField> Fields { get; init; } = [];
}

/// <summary>One field of a run's input form.</summary>
public sealed record InputField
{
    /// <summary>Its name in <c>input</c>.</summary>
    [Description("Its name in input.")]
    public required string Name { get; init; }

    /// <summary>What it takes.</summary>
    [Description("What it takes.")]
    public InputFieldType Type { get; init; }

    /// <summary>True when a run cannot start without it.</summary>
    [Description("A run cannot start without it.")]
    public bool Required { get; init; }

    /// <summary>Taken when the caller leaves it out.</summary>
    [Description("Taken when it is left out.")]
    public JsonElement? Default { get; init; }
}

/// <summary>What an input field takes.</summary>
public enum InputFieldType
{
    /// <summary>A JSON string.</summary>
    [System.Diagnostics.CodeAnalysis.SuppressMessage("Naming", "CA1720", Justification = "JSON's own word.")]
    String,

    /// <summary>A string of several lines.</summary>
    Text,

    /// <summary>A JSON number.</summary>
    Number,

    /// <summary>true or false.</summary>
    Boolean,

    /// <summary>Any JSON.</summary>
    Json,
}
