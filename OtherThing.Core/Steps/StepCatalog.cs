using System.Collections.Frozen;
using System.Text.Json;
using OtherThing.Core.Flows;
using OtherThing.Core.Steps.Configs;

namespace OtherThing.Core.Steps;

/// <summary>Every step type there is; documents, forms, validation, engine and guide read it here.</summary>
public static class StepCatalog
{
    /// <summary>The type that keeps what an import could not match.</summary>
    public const string Placeholder = "placeholder";

    private static readonly string[] s_decisions = ["approved", "rejected"];
    private static readonly string[] s_truth = ["true", "false"];
    private static readonly string[] s_out = ["out"];

    /// <summary>All types in the order of the palette.</summary>
    public static IReadOnlyList<StepType> All { get; } =
    [
        new()
        {
            Name = "trigger.manual", Kind = StepKind.Trigger, Title = "Start by hand", ConfigType = typeof(ManualTriggerConfig),
            Description = "Starts a run when a person presses Run or a program calls REST. Output: the input.",
            Example = Parse("""{"fields":[{"name":"topic","type":"string","required":true}]}"""),
            Fresh = Parse("""{"fields":[]}"""),
        },
        new()
        {
            Name = WebhookTriggerConfig.StepType,
            Kind = StepKind.Trigger, Title = "Webhook", ConfigType = typeof(WebhookTriggerConfig), VerbatimFields = ["secret"],
            Description = "Starts a run for each request to its secret address, which it gets when the flow is published. Output: what was sent.",
            OutputSchema = Parse(
                """{"type":"object","properties":{"body":{},"headers":{"type":"object"},"query":{"type":"object"}},"required":["body","headers","query"]}"""),
            Example = Parse("""{"respond":"accepted"}"""),
        },
        new()
        {
            Name = ScheduleTriggerConfig.StepType,
            Kind = StepKind.Trigger, Title = "Schedule", ConfigType = typeof(ScheduleTriggerConfig), VerbatimFields = ["cron", "timezone"],
            Description = "Starts a run of the published flow at times of day, once per time also with several servers.",
            OutputSchema = Parse("""{"type":"object","properties":{"scheduledAt":{"type":"string","format":"date-time"}},"required":["scheduledAt"]}"""),
            Example = Parse("""{"cron":"0 9 * * MON-FRI","timezone":"Europe/Vienna"}"""),
            Fresh = Parse("""{"cron":"0 9 * * MON-FRI","timezone":"UTC"}"""),
        },
        new()
        {
            Name = "ai.chat", Kind = StepKind.Ai, Title = "Ask a model", ConfigType = typeof(AiChatConfig),
            Description = "Asks a model with one of the workspace's keys, or on one of its machines; tokens stream to the run page.",
            DefaultEffects = static _ => StepEffects.Once, DefaultTimeout = TimeSpan.FromMinutes(5),
            OutputSchema =
                Parse("""{"type":"object","properties":{"text":{"type":"string"},"json":{},"model":{"type":"string"},"usage":{"type":"object","properties":{"inputTokens":{"type":"integer"},"outputTokens":{"type":"integer"}}},"finishReason":{"type":"string"}},"required":["text","model"]}"""),
            Example = Parse("""{"provider":"openai","model":"gpt-5-mini","prompt":"Summarise in three sentences: {{ input.text }}"}"""),
            Fresh = Parse("""{"provider":"openai","model":"gpt-5-mini","prompt":"Summarise in three sentences: {{ input }}"}"""),
        },
        new()
        {
            Name = "http.request", Kind = StepKind.Http, Title = "HTTP request", ConfigType = typeof(HttpRequestConfig),
            Description =
                "Calls an address; a JSON answer is parsed, text is read in the charset it names, and each cookie that is set stands by itself in "
                    + "headers['set-cookie'].",
            DefaultEffects = static step => IsSafeMethod(step) ? StepEffects.Pure : StepEffects.Once,
            DefaultTimeout = TimeSpan.FromSeconds(30),
            OutputSchema =
                Parse("""{"type":"object","properties":{"status":{"type":"integer"},"headers":{"type":"object","properties":{"set-cookie":{"type":"array","items":{"type":"string"}}},"additionalProperties":{"type":"string"}},"body":{}},"required":["status","headers","body"]}"""),
            Example = Parse("""{"method":"GET","url":"https://example.com/data.json"}"""),
            Fresh = Parse("""{"method":"GET","url":""}"""),
        },
        new()
        {
            Name = "data.set", Kind = StepKind.Data, Title = "Set data", ConfigType = typeof(DataSetConfig),
            Description = "Makes a value from what came before. Output: that value.",
            Example = Parse("""{"value":{"name":"{{ input.name }}"}}"""),
            Fresh = Parse("""{"value":"{{ input }}"}"""),
        },
        new()
        {
            Name = "logic.if", Kind = StepKind.Logic, Title = "If", ConfigType = typeof(IfConfig), ConditionFields = ["condition"],
            Description = "Continues on the true or the false branch.",
            OwnPorts = static _ => s_truth,
            OutputSchema = Parse("""{"type":"boolean"}"""),
            Example = Parse("""{"condition":"input.count > 2"}"""),
            Fresh = Parse("""{"condition":""}"""),
        },
        new()
        {
            Name = "logic.switch", Kind = StepKind.Logic, Title = "Switch", ConfigType = typeof(SwitchConfig),
            Description = "Continues on the branch of the case that equals the value, else on default.",
            OwnPorts = static step => [.. CasesOf(step).Distinct(), "default"],
            Example = Parse("""{"value":"{{ input.kind }}","cases":["bug","question"]}"""),
            Fresh = Parse("""{"value":"","cases":["bug","question"]}"""),
        },
        new()
        {
            Name = "logic.map", Kind = StepKind.Logic, Title = "For each", ConfigType = typeof(MapConfig), IsContainer = true,
            Description = "Runs the steps inside once per item. Output: a list with the result of the last step for each item.",
            OutputSchema = Parse("""{"type":"array"}"""),
            Example = Parse("""{"items":"{{ input.items }}","concurrency":10}"""),
            Fresh = Parse("""{"items":"","concurrency":10}"""),
        },
        new()
        {
            Name = "logic.loop", Kind = StepKind.Logic, Title = "While", ConfigType = typeof(LoopConfig), IsContainer = true, ConditionFields = ["while"],
            Description = "Runs the steps inside again and again while a condition holds.",
            Example = Parse("""{"while":"iteration < 3","maxIterations":10}"""),
        },
        new()
        {
            Name = "logic.join", Kind = StepKind.Logic, Title = "Join", ConfigType = typeof(JoinConfig),
            Description = "Brings branches together. Output: what arrived, by step.",
            OutputSchema = Parse("""{"type":"object"}"""),
            Example = Parse("""{"mode":"all"}"""),
        },
        new()
        {
            Name = "logic.wait", Kind = StepKind.Logic, Title = "Wait", ConfigType = typeof(WaitConfig),
            Description = "Goes on after some seconds or at a time; survives restarts.",
            OutputSchema = Parse("""{"type":"object","properties":{"waitedUntil":{"type":"string","format":"date-time"}},"required":["waitedUntil"]}"""),
            Example = Parse("""{"seconds":5}"""),
        },
        new()
        {
            Name = ApprovalConfig.StepType, Kind = StepKind.Human, Title = "Ask for approval", ConfigType = typeof(ApprovalConfig),
            Description =
                "Puts a card on the board and waits until a person approves or rejects; also for weeks. A decision that does not come in time is a rejection.",
            OwnPorts = static _ => s_decisions,
            OutputSchema =
                Parse("""{"type":"object","properties":{"decision":{"enum":["approved","rejected"]},"note":{"type":"string"},"values":{"type":"object"},"decidedBy":{"type":["string","null"]},"decidedAt":{"type":"string","format":"date-time"},"timedOut":{"type":"boolean"},"taskId":{"type":"string"}},"required":["decision","timedOut"]}"""),
            Example = Parse("""{"title":"Send the report?","text":"{{ input.summary }}"}"""),
            Fresh = Parse("""{"title":"Should this flow continue?"}"""),
        },
        new()
        {
            Name = CreateTaskConfig.StepType, Kind = StepKind.Data, Title = "Add a task", ConfigType = typeof(CreateTaskConfig),
            Description = "Puts a card on the board.",
            DefaultEffects = static _ => StepEffects.Keyed, DefaultTimeout = TimeSpan.FromSeconds(30),
            OutputSchema = Parse("""{"type":"object","properties":{"taskId":{"type":"string"},"number":{"type":"integer"}},"required":["taskId"]}"""),
            Example = Parse("""{"title":"Look at {{ input.name }}"}"""),
            Fresh = Parse("""{"title":"Look at the result of {{ run.flowName }}"}"""),
        },
        new()
        {
            Name = "flow.call", Kind = StepKind.Logic, Title = "Call a flow", ConfigType = typeof(FlowCallConfig),
            Description = "Runs another flow of this workspace and waits for it. Output: the output of that flow. Fails when that flow fails.",
            DefaultEffects = static _ => StepEffects.Keyed, DefaultTimeout = TimeSpan.FromSeconds(FlowLimits.TimeoutSeconds),
            Example = Parse("""{"flowId":"0198c1f0-5f3e-7a52-9d41-3b6a0c2e7f18","input":{"topic":"{{ input.topic }}"}}"""),
            Fresh = Parse("""{"flowId":"","input":"{{ input }}"}"""),
        },
        new()
        {
            Name = "node.command",
            Kind = StepKind.Node, Title = "Command on a machine", ConfigType = typeof(NodeCommandConfig), VerbatimFields = ["script", "shell"],
            Description = "Runs a program or a script on a member's machine; a non-zero exit fails the step.",
            DefaultEffects = static _ => StepEffects.Once, DefaultTimeout = TimeSpan.FromMinutes(10),
            OutputSchema =
                Parse("""{"type":"object","properties":{"exitCode":{"type":"integer"},"stdout":{"type":"string"},"stderr":{"type":"string"},"nodeId":{"type":"string"},"seconds":{"type":"number"},"sandbox":{"type":["string","null"]},"network":{"type":["string","null"]}},"required":["exitCode","stdout","stderr"]}"""),
            Example = Parse("""{"command":["wc","-w"],"stdin":"{{ input.text }}"}"""),
            Fresh = Parse("""{"command":["hostname"]}"""),
        },
        new()
        {
            Name = "output", Kind = StepKind.Output, Title = "Output", ConfigType = typeof(OutputConfig),
            Description = "Its value becomes the run's output.",
            Example = Parse("""{"value":"{{ input }}"}"""),
        },
        new()
        {
            Name = Placeholder, Kind = StepKind.Data, Title = "Placeholder", ConfigType = typeof(PlaceholderConfig), IsPlaceholder = true,
            VerbatimFields = ["source", "type", "reason", "ports", "settings"],
            Description =
                "Stands for a step of another product that has no match here, and keeps its settings. It cannot run: put a step of this server in its place.",
            OwnPorts = static step => PortsOf(step) is { Count: > 0 } ports ? ports : s_out,
            Example =
                Parse("""{"source":"n8n","type":"n8n-nodes-base.slack","reason":"There is no step here that does the same.","ports":["out"],"settings":{"parameters":{"channel":"#general"}}}"""),
        },
    ];

    private static readonly FrozenDictionary<string, StepType> s_byName = All.ToFrozenDictionary(type => type.Name);

    /// <summary>The type of that name; null when there is none.</summary>
    public static StepType? Find(string name) => s_byName.GetValueOrDefault(name);

    /// <summary>The most cases of a switch; what a document has beyond them is a problem and no port.</summary>
    public const int MostCases = 100;

    /// <summary>The names of the cases of a switch, as its ports.</summary>
    public static IEnumerable<string> CasesOf(FlowStep step) =>
        step.Config.ValueKind == JsonValueKind.Object
        && step.Config.TryGetProperty("cases", out var cases) && cases.ValueKind == JsonValueKind.Array
            ? cases.EnumerateArray().Take(MostCases).Select(CaseName)
            : [];

    /// <summary>A case's port: a string as it is, anything else as JSON.</summary>
    public static string CaseName(JsonElement value) =>
        value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();

    private static List<string> PortsOf(FlowStep step) =>
        step.Config.ValueKind == JsonValueKind.Object && step.Config.TryGetProperty("ports", out var ports) && ports.ValueKind == JsonValueKind.Array
            ? [.. ports.EnumerateArray().Where(port => port.ValueKind == JsonValueKind.String).Select(port => port.GetString()!).Distinct(
                StringComparer.Ordinal)]
            : [];

    private static bool IsSafeMethod(FlowStep step) =>
        !step.Config.TryGetProperty("method", out var method) || method.ValueKind != JsonValueKind.String
        || method.GetString()!.ToUpperInvariant() is "GET" or "HEAD" or "OPTIONS";

    private static JsonElement Parse(string json) => JsonDocument.Parse(json).RootElement;
}
