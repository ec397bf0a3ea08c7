using System.Text.Json;
using System.Text.Json.Nodes;

namespace OtherThing.Core.Flows.Exchange;

internal sealed partial class N8nSteps
{
    private static readonly Dictionary<string, string> s_providers = new(StringComparer.Ordinal)
    {
        ["lmChatOpenAi"] = "openai",
        ["lmOpenAi"] = "openai",
        ["lmChatAnthropic"] = "anthropic",
        ["lmChatGoogleGemini"] = "google",
        ["lmChatGroq"] = "groq",
        ["lmChatOllama"] = "nodes",
        ["lmOllama"] = "nodes",
        ["openAi"] = "openai",
        ["anthropic"] = "anthropic",
        ["googleGemini"] = "google",
    };

    private static bool IsModel(ForeignNode node) => s_providers.ContainsKey(Kind(node));

    /// <summary>A model that hangs on a chat step: its settings stand in the chat step, and here to be seen.</summary>
    private static ForeignStep ModelSettings(ForeignNode node)
    {
        var value = new JsonObject { ["provider"] = s_providers[Kind(node)], ["model"] = ModelName(node.Settings) };
        return new(
            "data.set",
            new JsonObject { ["value"] = value })
        { Remarks = ["Its model and settings stand in the step it leads to; this step only keeps them in sight."] };
    }

    private ForeignStep Chat(ForeignNode node, N8nExpressions expressions)
    {
        var settings = node.Settings;
        var model = _graph.Into(node).Where(link => link.Kind == "ai_languageModel").Select(link => _graph.Find(link.From)!).FirstOrDefault(IsModel) ?? node;
        var messages = settings.Get("messages")
            .List("values")
            .Concat(settings.Get("messages").List("messageValues"))
            .Concat(settings.Get("prompt").List("messages"))
            .ToList();
        var system = settings.Get("options").Text("systemMessage") ?? messages.Where(each => IsSystem(each)).Select(Content).FirstOrDefault();
        var prompt = settings.Text("text") ?? (settings.Get("prompt").ValueKind == JsonValueKind.String ? settings.Text("prompt") : null)
            ?? messages.Where(each => !IsSystem(each)).Select(Content).FirstOrDefault();
        prompt ??= "={{ $json.chatInput }}";
        var config = new JsonObject
        {
            ["provider"] = s_providers.GetValueOrDefault(Kind(model), "openai"),
            ["model"] = ModelName(model.Settings),
        };
        if (!string.IsNullOrEmpty(system))
        {
            config["system"] = expressions.Template(system);
        }

        config["prompt"] = expressions.Template(prompt);
        var options = model.Settings.Get("options");
        if (options.Number("temperature") is { } temperature)
        {
            config["temperature"] = temperature;
        }

        if ((options.Number("maxTokens") ?? options.Number("maxTokensToSample") ?? options.Number("maxOutputTokens")) is > 0 and < 1_000_000 and var most)
        {
            config["maxTokens"] = (int)most;
        }

        var others =
            _graph.Into(node).Where(link => !link.IsMain && link.Kind != "ai_languageModel").Select(link => link.Kind["ai_".Length..]).Distinct().ToList();
        return new(
            "ai.chat",
            config)
        { Remarks = others.Count > 0 ? [$"It had more at hand there ({string.Join(", ", others)}); here it asks the model once."] : [] };
    }

    private static bool IsSystem(JsonElement message) =>
        message.Text("role") == "system"
        || message.Text("type") is "SystemMessagePromptTemplate"
        || (message.Text("role") is null && message.Text("type") is null && message.Text("message") is not null);

    private static string Content(JsonElement message) => message.Text("content") ?? message.Text("message") ?? "";

    private static string ModelName(JsonElement settings)
    {
        var found = settings.Text("model")
            ?? settings.Get("model").Text("value")
            ?? settings.Text("modelName")
            ?? settings.Text("modelId")
            ?? settings.Get("modelId").Text("value")
            ?? "";
        return found.StartsWith("models/", StringComparison.Ordinal) ? found[7..] : found.TrimStart('=');
    }
}
