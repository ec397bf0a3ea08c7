namespace OtherThing.Core.Flows.Exchange;

/// <summary>Where the data of n8n's nodes is read here.</summary>
internal sealed partial class N8nSteps
{
    /// <summary>What <c>$json</c> with members after it reads in a node; null when that is not certain.</summary>
    private string? ReadInput(ForeignNode node, IReadOnlyList<string> segments)
    {
        var read = _graph.Into(node).Where(link => link.IsMain && !IsBack(link)).Select(link => ReadLink(link, segments)).Distinct().ToList();
        return read is [{ } only] ? only : null;
    }

    private string? ReadLink(ForeignLink link, IReadOnlyList<string> segments)
    {
        var from = _graph.Find(link.From)!;
        return Loops.FirstOrDefault(loop => loop.Node == from) is { } around && link.Output == around.Output
            ? ForeignText.Join("item", segments)
            : ReadOutput(from, segments);
    }

    /// <summary>What another node put out.</summary>
    private string? ReadOutput(ForeignNode node, IReadOnlyList<string> segments)
    {
        if (!_looking.Add(node.Key))
        {
            return null; // a circle
        }

        try
        {
            return node.Disabled ? ReadInput(node, segments) : Kind(node) switch
            {
                "if" or "filter" or "switch" or "wait" or "respondToWebhook" => ReadInput(node, segments),
                "set" or "editFields" => ReadSet(node, segments),
                "httpRequest" => ReadHttp(node, segments),
                "code" or "function" or "functionItem" when node.Settings.Text("language") is null or "javaScript" =>
                    new ForeignBase($"steps.{node.Id}.stdout", FromText: true).Read(segments),
                "agent" or "conversationalAgent" => ReadChat(node, segments, "output"),
                "chainLlm" => ReadChat(node, segments, "text"),
                "merge" => null,
                var kind when kind.EndsWith("Trigger", StringComparison.Ordinal) || kind is "webhook" or "start" => ForeignText.Join("input", segments),
                _ => ForeignText.Join("steps." + node.Id, segments),
            };
        }
        finally
        {
            _looking.Remove(node.Key);
        }
    }

    /// <summary>A field that the set made is its own; another one came in with the rest.</summary>
    private string? ReadSet(ForeignNode node, IReadOnlyList<string> segments)
    {
        if (!KeepsInput(node.Settings) || node.Settings.Text("mode") == "raw" || segments.Count == 0)
        {
            return ForeignText.Join("steps." + node.Id, segments);
        }

        return Assignments(node.Settings).Any(each => each.Name.Split('.')[0] == segments[0])
            ? ForeignText.Join("steps." + node.Id, segments)
            : ReadInput(node, segments);
    }

    private static string ReadHttp(ForeignNode node, IReadOnlyList<string> segments)
    {
        var options = node.Settings.Get("options");
        var full = options.Get("response", "response").Flag("fullResponse") || options.Flag("fullResponse");
        return !full ? ForeignText.Join($"steps.{node.Id}.body", segments)
            : segments is ["statusCode", ..] ? ForeignText.Join($"steps.{node.Id}.status", [.. segments.Skip(1)])
            : ForeignText.Join("steps." + node.Id, segments);
    }

    private static string? ReadChat(ForeignNode node, IReadOnlyList<string> segments, string answer) =>
        segments is [var head, ..] && head == answer ? ForeignText.Join($"steps.{node.Id}.text", [.. segments.Skip(1)]) : null;

    private bool IsBack(ForeignLink link) => Loops.Any(loop => link.To == loop.Node.Key && loop.Body.Contains(link.From));
}
