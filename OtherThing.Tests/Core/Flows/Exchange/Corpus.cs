using System.Text.Json;

namespace OtherThing.Tests.Core.Flows.Exchange;

/// <summary>Files as n8n and Node-RED write them.</summary>
internal static class Corpus
{
    public static IReadOnlyList<string> N8n { get; } = ["n8n-support-webhook", "n8n-nightly-loop", "n8n-agent", "n8n-old"];

    public static IReadOnlyList<string> NodeRed { get; } = ["node-red-api", "node-red-house"];

    public static string Text(string name) => File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Core", "Flows", "Exchange", "Corpora", name + ".json"));

    public static JsonElement Json(string name) => JsonElement.Parse(Text(name));
}
