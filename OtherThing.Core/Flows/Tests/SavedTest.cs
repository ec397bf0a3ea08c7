using System.Text.Json;
using System.Text.Json.Serialization;
using OtherThing.Core.Payloads;
using OtherThing.Core.Results;
using OtherThing.Core.Runs;
using OtherThing.Core.Runs.Machine;

namespace OtherThing.Core.Flows.Tests;

/// <summary>A test of a flow: an input, answers in place of what would have an effect, and what is expected to come out.</summary>
public sealed class SavedTest
{
    /// <summary>The longest name, in characters.</summary>
    public const int MaxName = 120;

    /// <summary>How long its name may be.</summary>
    public static TextLimit NameLimit { get; } = new(120, MaxName);

    /// <summary>The most characters of input, answers and expectation together.</summary>
    public const int MaxCharacters = 4 * 1024 * 1024;

    private SavedTest()
    {
    }

    /// <summary>A new test of a flow.</summary>
    public SavedTest(Guid workspaceId, Guid flowId, string name, SavedTestContent content, Guid? fromRun, Guid createdBy, DateTime utcNow)
    {
        Id = Guid.CreateVersion7();
        (WorkspaceId, FlowId, FromRun, CreatedBy, CreatedAt) = (workspaceId, flowId, fromRun, createdBy, utcNow);
        Change(name, content, utcNow);
    }

    /// <summary>Its id.</summary>
    public Guid Id { get; private set; }

    /// <summary>The workspace.</summary>
    public Guid WorkspaceId { get; private set; }

    /// <summary>The flow it tests.</summary>
    public Guid FlowId { get; private set; }

    /// <summary>What people call it.</summary>
    public string Name { get; private set; } = "";

    /// <summary>What it does, as JSON: a <see cref="SavedTestContent"/>.</summary>
    public string Content { get; private set; } = "";

    /// <summary>The run it was saved from; it may be deleted since.</summary>
    public Guid? FromRun { get; private set; }

    /// <summary>Who made it.</summary>
    public Guid CreatedBy { get; private set; }

    /// <summary>When (UTC).</summary>
    public DateTime CreatedAt { get; private set; }

    /// <summary>When it was last changed (UTC).</summary>
    public DateTime UpdatedAt { get; private set; }

    /// <summary>What it does.</summary>
    public SavedTestContent ReadContent() => JsonSerializer.Deserialize<SavedTestContent>(Content, Json.Options)!;

    /// <summary>Renames it or gives it another content.</summary>
    public void Change(string? name, SavedTestContent? content, DateTime utcNow)
    {
        Name = name ?? Name;
        Content = content is null ? Content : JsonSerializer.Serialize(content, Json.Options);
        UpdatedAt = utcNow;
    }
}

/// <summary>A test in a list, without what it does.</summary>
public sealed record SavedTestSummary(Guid Id, string Name, Guid? FromRun, Guid CreatedBy, DateTime CreatedAt, DateTime UpdatedAt);

/// <summary>What a test does.</summary>
public sealed record SavedTestContent
{
    /// <summary>The run's input.</summary>
    public JsonElement Input { get; init; } = Json.EmptyObject;

    /// <summary>The trigger it starts from; null takes the flow's first.</summary>
    public string? TriggerStepId { get; init; }

    /// <summary>By step path: how the step answers instead of being carried out.</summary>
    public IReadOnlyDictionary<string, StepAnswer> Answers { get; init; } = new Dictionary<string, StepAnswer>();

    /// <summary>What is expected to come out.</summary>
    public TestExpectation Expected { get; init; } = new();

    /// <summary>What templates read at <c>run</c>.</summary>
    public JsonElement Run { get; init; } = Json.EmptyObject;

    /// <summary>What templates read at <c>workspace</c>.</summary>
    public JsonElement Workspace { get; init; } = Json.EmptyObject;

    /// <summary>What time it is in the test (UTC).</summary>
    public DateTime StartedAt { get; init; }

    /// <summary>Outputs that were pinned in the run.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public RunGivens? Givens { get; init; }
}

/// <summary>How a step answers in a test.</summary>
public sealed record StepAnswer
{
    /// <summary>Succeeded, failed or unknown.</summary>
    public StepRunStatus Status { get; init; } = StepRunStatus.Succeeded;

    /// <summary>What it puts out.</summary>
    [JsonConverter(typeof(KeptPayloadConverter))]
    public JsonElement? Output { get; init; }

    /// <summary>The port it leaves by.</summary>
    public string Port { get; init; } = "out";

    /// <summary>Why it fails.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public StepError? Error { get; init; }
}

/// <summary>What is expected of a run.</summary>
public sealed record TestExpectation
{
    /// <summary>Succeeded or failed.</summary>
    public RunStatus Status { get; init; } = RunStatus.Succeeded;

    /// <summary>Its output when it succeeds.</summary>
    [JsonConverter(typeof(KeptPayloadConverter))]
    public JsonElement? Output { get; init; }

    /// <summary>The code of its error when it fails; null takes any.</summary>
    public string? ErrorCode { get; init; }
}
