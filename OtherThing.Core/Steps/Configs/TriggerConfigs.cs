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

    /// <summary>What a choice may be.</summary>
    [Description("What a choice may be.")]
    public IReadOnlyList<string> Choices { get; init; } = [];

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

    /// <summary>One of the field's choices.</summary>
    Choice,

    /// <summary>A day, <c>2026-01-31</c>.</summary>
    Date,
}

/// <summary>Config of <c>trigger.webhook</c>.</summary>
public sealed record WebhookTriggerConfig
{
    /// <summary>The step type.</summary>
    public const string StepType = "trigger.webhook";

    /// <summary>What the sender gets.</summary>
    [Description("What the sender gets: accepted answers 202 with the run's id at once, output waits and answers the flow's output.")]
    public WebhookRespond Respond { get; init; }

    /// <summary>What deliveries are signed with; anyone who knows the address may send when it is null or empty.</summary>
    [Description(
        "What deliveries are signed with (Standard Webhooks: HMAC-SHA256 over id.timestamp.body). Without one, whoever knows the address can start the flow. "
            + "It is sealed when saved and never shown again.")]
    [Field("secret")]
    public string? Secret { get; init; }
}

/// <summary>What the sender of a delivery gets.</summary>
public enum WebhookRespond
{
    /// <summary>202 and the run's id, as soon as the start is on disk.</summary>
    Accepted,

    /// <summary>200 and the flow's output, once the run has ended.</summary>
    Output,
}

/// <summary>Config of <c>trigger.schedule</c>.</summary>
public sealed record ScheduleTriggerConfig
{
    /// <summary>The step type.</summary>
    public const string StepType = "trigger.schedule";

    /// <summary>When it fires; see <see cref="Triggers.Schedule"/>.</summary>
    [Description("Minute, hour, day of month, month, day of week: 0 9 * * MON-FRI is weekdays at nine. A sixth field in front counts seconds.")]
    [Field("cron")]
    public required string Cron { get; init; }

    /// <summary>The IANA time zone it is read in; null is UTC.</summary>
    [Description("The time zone the times are meant in, such as Europe/Vienna; UTC when left out.")]
    [Field("timezone")]
    public string? Timezone { get; init; }

    /// <summary>What happens to times that passed while no server ran.</summary>
    [Description("Times that passed while no server ran: skip drops them, once starts one run for all of them.")]
    public MissedFires Missed { get; init; }
}

/// <summary>What happens to times of a schedule that passed while no server ran.</summary>
public enum MissedFires
{
    /// <summary>They are dropped.</summary>
    Skip,

    /// <summary>One run starts for all of them.</summary>
    Once,
}
