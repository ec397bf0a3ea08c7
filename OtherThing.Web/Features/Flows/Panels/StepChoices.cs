using System.Text.Json;
using System.Text.Json.Nodes;
using OtherThing.Core.Access;
using OtherThing.Core.Flows;
using OtherThing.Core.Keys;
using OtherThing.Core.Nodes;
using OtherThing.Core.Nodes.Models;
using OtherThing.Core.Results;
using OtherThing.Core.Steps;
using OtherThing.Core.Usage.Prices;
using OtherThing.Core.Workspaces;

namespace OtherThing.Web.Features.Flows.Panels;

/// <summary>A value to choose and how it reads.</summary>
public sealed record FieldChoice(string Value, string Label);

/// <summary>What a step's fields can choose from: the workspace's keys, their providers and models, its members, flows and machines; times.</summary>
public sealed class StepChoices(
    KeyService keys, KeyTestService keyTests, PriceTable prices, MemberService members, FlowService flows, NodeService nodes)
{
    /// <summary>The hint of a field that chooses among the models of machines.</summary>
    public const string LocalModel = "local model";

    private const int MostModels = 200;
    private const string Machines = "nodes";
    private const string Newest = ":latest";

    private static readonly FieldChoice[] s_crons =
    [
        new("*/15 * * * *", "Every 15 minutes"),
        new("0 * * * *", "Every hour"),
        new("0 9 * * *", "Every day at 09:00"),
        new("0 9 * * MON-FRI", "Weekdays at 09:00"),
        new("0 9 * * MON", "Every Monday at 09:00"),
        new("0 9 1 * *", "The first of the month at 09:00"),
    ];

    private static readonly string[] s_providers = ["openai", "anthropic", "google", "groq", "custom"];

    // Small and cheap, and what their providers keep: a first try costs next to nothing.
    private static readonly Dictionary<string, string> s_models = new(StringComparer.Ordinal)
    {
        ["openai"] = "gpt-5-mini",
        ["anthropic"] = "claude-haiku-4-5",
        ["google"] = "gemini-2.5-flash",
        ["groq"] = "llama-3.1-8b-instant",
    };

    private readonly Dictionary<Guid, IReadOnlyList<string>> _asked = [];
    private IReadOnlyList<ApiKeyView> _keys = [];
    private IReadOnlyList<MemberView> _members = [];
    private IReadOnlyList<FlowSummary> _flows = [];
    private IReadOnlyList<NodeView> _nodes = [];
    private FieldChoice[] _localModels = [];

    /// <summary>Reads what the workspace has; who may not see some of it chooses from none.</summary>
    /// <param name="actor">Who chooses.</param>
    /// <param name="workspaceId">The workspace.</param>
    /// <param name="flowId">The flow that is edited: it is not offered to itself.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task ReadAsync(Actor actor, Guid workspaceId, Guid flowId, CancellationToken cancellationToken)
    {
        var listed = await keys.ListAsync(actor, workspaceId, new PageRequest(PageRequest.MaxLimit), cancellationToken);
        _keys = listed.IsSuccess ? listed.Value.Items : [];
        var people = await members.ListAsync(actor, workspaceId, new PageRequest(PageRequest.MaxLimit), cancellationToken);
        _members = people.IsSuccess ? people.Value.Items : [];
        var others = await flows.ListAsync(actor, workspaceId, new PageRequest(PageRequest.MaxLimit), cancellationToken);
        _flows = others.IsSuccess
            ? [.. others.Value.Items.Where(flow => flow.Id != flowId).OrderBy(flow => flow.Name, StringComparer.CurrentCultureIgnoreCase)]
            : [];
        var machines = await nodes.ListAsync(actor, workspaceId, cancellationToken);
        _nodes = machines.IsSuccess ? [.. machines.Value.OrderBy(node => node.Name, StringComparer.CurrentCultureIgnoreCase)] : [];
        _localModels = LocalModels(_nodes, workspaceId);
    }

    /// <summary>The field as it is chosen here: a model of machines by a list, where there is one; else as it is.</summary>
    public FieldSchema Picks(FieldSchema field, FlowStep step) =>
        field.Hint == "model" && AsksMachines(step) && _localModels.Length > 0 ? field with { Hint = LocalModel } : field;

    /// <summary>True for a step that asks the machines of the workspace, not a provider.</summary>
    public bool AsksMachines(FlowStep step) => Text(step, "provider") == Machines;

    /// <summary>What fits a field of the config; empty when anything does.</summary>
    public IReadOnlyList<FieldChoice> For(FieldSchema field, FlowStep step) => field.Hint switch
    {
        "provider" =>
            [.. s_providers.Select(provider => new FieldChoice(provider, HasKey(provider) ? $"{provider}: a key is here" : $"{provider}: no key yet")),
                new FieldChoice(Machines, _localModels.Length == 0 ? "Machines of the workspace: none serves a model" : "Machines of the workspace")],
        "key" => [.. KeysOf(step).Select(key => new FieldChoice(key.Id.ToString(), $"{key.Name} ({Name(key.Provider)}, {key.Mask})"))],
        "model" => Models(step),
        LocalModel => [.. _localModels.Select(model => model.Value + Newest == Text(step, "model") ? model with { Value = model.Value + Newest } : model)],
        "flow" => [.. _flows.Select(flow => new FieldChoice(flow.Id.ToString(), flow.PublishedRevision is null ? $"{flow.Name} (draft only)" : flow.Name))],
        "node" =>
            [.. _nodes.Select(
                node =>
                    new FieldChoice(
                        node.Id.ToString(), node.Status == NodeStatus.Ready ? node.Name : $"{node.Name} ({node.Status.ToString().ToLowerInvariant()})"))],
        "cron" => s_crons,
        "timezone" => TimeZones.All,
        "member" => [.. _members.Select(member => new FieldChoice(member.UserId.ToString(), member.DisplayName))],
        _ => [],
    };

    /// <summary>
    /// What new steps begin with here, by type, where that differs from the catalog: a model step asks a provider that the workspace has a key
    /// for. Of a custom provider nobody knows the models, so that one is left to be chosen.
    /// </summary>
    public IReadOnlyDictionary<string, JsonElement> FreshConfigs()
    {
        var provider = s_providers.FirstOrDefault(HasWorkingKey) ?? s_providers.FirstOrDefault(HasKey) ?? (_localModels.Length > 0 ? Machines : null);
        if (provider is null)
        {
            return new Dictionary<string, JsonElement>();
        }

        var config = JsonNode.Parse(StepCatalog.Find("ai.chat")!.Fresh.GetRawText())!.AsObject();
        (config["provider"], config["model"]) = (provider, provider == Machines ? _localModels[0].Value : s_models.GetValueOrDefault(provider, ""));
        return new Dictionary<string, JsonElement> { ["ai.chat"] = Json.ToElement(config) };
    }

    /// <summary>The key a chat step would use; null when there is none.</summary>
    public ApiKeyView? KeyOf(FlowStep step) => KeysOf(step).FirstOrDefault(key => Text(step, "keyId") is not { } id || key.Id.ToString() == id);

    /// <summary>Asks the provider which models the key opens; only when a person wants it.</summary>
    /// <returns>Null, or why it could not be asked.</returns>
    public async Task<string?> AskAsync(Actor actor, Guid workspaceId, ApiKeyView key, CancellationToken cancellationToken)
    {
        var tested = await keyTests.TestAsync(actor, workspaceId, key.Id, cancellationToken);
        if (!tested.TryGet(out var found, out var refusal) || found.Message is not null)
        {
            return refusal?.Message ?? found?.Message;
        }

        _asked[key.Id] = found.Models;
        return null;
    }

    /// <summary>Each model that a machine serves now, with the names of the machines; those in memory first.</summary>
    private static FieldChoice[] LocalModels(IReadOnlyList<NodeView> nodes, Guid workspaceId) =>
    [
        .. nodes.Where(node => node.Status == NodeStatus.Ready && (node.Facts.OnlyWorkspaces.Count == 0 || node.Facts.OnlyWorkspaces.Contains(workspaceId)))
            .SelectMany(node => node.Facts.Endpoints.SelectMany(endpoint => endpoint.Models), (node, model) => (node.Name, Model: model))
            .GroupBy(each => each.Model.Name.EndsWith(Newest, StringComparison.Ordinal) ? each.Model.Name[..^Newest.Length] : each.Model.Name)
            .OrderByDescending(group => group.Any(each => each.Model.Loaded == true)).ThenBy(group => group.Key, StringComparer.OrdinalIgnoreCase)
            .Take(MostModels)
            .Select(group => new FieldChoice(group.Key, $"{group.Key} on {string.Join(", ", group.GroupBy(each => each.Name).Select(Machine))}")),
    ];

    private static string Machine(IGrouping<string, (string Name, LocalModel Model)> machine) =>
        machine.Any(each => each.Model.Loaded == true) ? $"{machine.Key} (loaded)" : machine.Key;

    private FieldChoice[] Models(FlowStep step)
    {
        if (KeyOf(step) is { } key && _asked.TryGetValue(key.Id, out var asked))
        {
            return [.. asked.Take(MostModels).Select(model => new FieldChoice(model, model))];
        }

        return Text(step, "provider") is { } provider && prices.FindProvider(provider) is { } known
            ? [.. known.Models.Take(MostModels).Select(model => new FieldChoice(model.Id, model.Id))]
            : [];
    }

    private IEnumerable<ApiKeyView> KeysOf(FlowStep step) =>
        Text(step, "provider") is { } provider ? _keys.Where(key => Name(key.Provider) == provider) : _keys;

    private bool HasWorkingKey(string provider) => _keys.Any(key => Name(key.Provider) == provider && key.Status == ApiKeyStatus.Ok);

    private bool HasKey(string provider) => _keys.Any(key => Name(key.Provider) == provider);

    private static string Name(ApiProvider provider) => provider.ToString().ToLowerInvariant();

    private static string? Text(FlowStep step, string field) =>
        step.Config.ValueKind == JsonValueKind.Object && step.Config.TryGetProperty(field, out var value)
        && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text ? text : null;
}
