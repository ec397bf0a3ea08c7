using OtherThing.Core.Results;

namespace OtherThing.Core.Flows;

/// <summary>The flow every new workspace starts with: it needs no key, only a node.</summary>
public static class SampleFlow
{
    private static readonly string[] s_countWords = ["wc", "-w"];

    /// <summary>What it is called.</summary>
    public const string Name = "Sample: count the words";

    /// <summary>What it is for.</summary>
    public const string Description = "Fetches a text from this server, counts its words on one of your machines, and says whether it is long or short.";

    /// <summary>The document.</summary>
    /// <param name="textAddress">Where the text is served.</param>
    public static FlowDocument Create(Uri textAddress) => new()
    {
        Steps =
        [
            Step("start", "trigger.manual", "Start", 0, 0, new { }),
            Step("fetch", "http.request", "Fetch a text", 320, 0, new { method = "GET", url = textAddress.AbsoluteUri }),
            Step("count", "node.command", "Count words on a machine", 640, 0, new { command = s_countWords, stdin = "{{ steps.fetch.body }}" }),
            Step("words", "data.set", "Read the number", 960, 0, new { value = new { count = "{{ steps.count.stdout | strip | to_number }}" } }),
            Step("is_long", "logic.if", "Over 200 words?", 320, 256, new { condition = "steps.words.count > 200" }),
            Step("long", "data.set", "A long text", 640, 192, new { value = "A long text: {{ steps.words.count }} words." }),
            Step("short", "data.set", "A short text", 640, 320, new { value = "A short text: {{ steps.words.count }} words." }),
            Step("report", "output", "Report", 960, 256, new
            {
                value = new { verdict = "{{ steps.long | default: steps.short }}", words = "{{ steps.words.count }}", node = "{{ steps.count.nodeId }}" },
            }),
        ],
        Connections =
        [
            new() { From = "start", To = "fetch" },
            new() { From = "fetch", To = "count" },
            new() { From = "count", To = "words" },
            new() { From = "words", To = "is_long" },
            new() { From = "is_long", Port = "true", To = "long" },
            new() { From = "is_long", Port = "false", To = "short" },
            new() { From = "long", To = "report" },
            new() { From = "short", To = "report" },
        ],
        Notes =
        [
            new()
            {
                Id = "hello", Position = new FlowPosition(0, 192), Width = 256, Height = 204,
                Text =
                    "Press Run. The text comes over HTTP from this server, its words are counted by the program wc on one of your machines, and the branch "
                        + "taken depends on the number.",
            },
        ],
    };

    private static FlowStep Step(string id, string type, string name, double x, double y, object config) => new()
    {
        Id = id,
        Type = type,
        Name = name,
        Position = new FlowPosition(x, y),
        Config = Json.ToElement(config),
    };
}
