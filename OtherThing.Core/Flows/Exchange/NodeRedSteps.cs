using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using OtherThing.Core.Steps;

namespace OtherThing.Core.Flows.Exchange;

/// <summary>What each node type of Node-RED becomes here. A message is its payload: other properties have no place.</summary>
internal sealed partial class NodeRedSteps(ForeignGraph graph)
{
    private readonly HashSet<string> _looking = new(StringComparer.Ordinal);

    public ForeignStep Map(ForeignNode node)
    {
        if (node.Disabled)
        {
            return Placeholder(node, "It was switched off there.");
        }

        var step = Convert(node);
        return step is null ? Placeholder(node, "There is no step here that does the same.")
            : step.Type != StepCatalog.Placeholder && StepCatalog.Find(step.Type) is null ? Placeholder(node, $"This server has no step {step.Type} yet.")
            : step;
    }

    private ForeignStep? Convert(ForeignNode node) => node.Type switch
    {
        "inject" => Inject(node),
        "http in" => new("trigger.webhook", new JsonObject { ["respond"] = "output" }),
        "http response" => new("output", new JsonObject { ["value"] = Payload(node) is { } answer ? $"{{{{ {answer} }}}}" : null }),
        "http request" => Http(node),
        "change" => Change(node),
        "switch" => NodeRedSwitches.Read(node, property => Property(node, property)),
        "template" => Template(node),
        "function" => Function(node),
        "delay" => Delay(node),
        "join" => new("logic.join", new JsonObject { ["mode"] = "all" }) { Remarks = ["Its output is what arrived, by step, not one joined message."] },
        "debug" or "link in" or "link out" or "junction" => ForeignStep.PassOn(Payload(node) is { } passed ? $"{{{{ {passed} }}}}" : null),
        _ => null,
    };

    private ForeignStep Placeholder(ForeignNode node, string why)
    {
        var outputs = Math.Max(node.Original.List("wires").Count, 1);
        return ForeignStep.Placeholder(
            "node-red", node, [.. Enumerable.Range(1, outputs).Select(at => at == 1 ? "out" : string.Create(CultureInfo.InvariantCulture, $"out{at}"))], why);
    }

    private static ForeignStep Inject(ForeignNode node)
    {
        var settings = node.Settings;
        var cron = settings.Text("crontab");
        if (string.IsNullOrWhiteSpace(cron) && settings.Number("repeat") is { } seconds and >= 60 && seconds % 60 == 0 && 3600 % seconds == 0)
        {
            cron = seconds == 3600 ? "0 * * * *" : string.Create(CultureInfo.InvariantCulture, $"*/{seconds / 60} * * * *");
        }

        if (!string.IsNullOrWhiteSpace(cron))
        {
            return new(
                "trigger.schedule",
                new JsonObject { ["cron"] = cron.Trim(), ["timezone"] = "UTC" })
            { Remarks = ["It followed the clock of its machine; UTC is taken."] };
        }

        var repeats = settings.Number("repeat") is > 0
            ? new[] { $"It repeated every {settings.Text("repeat")} s, which no schedule here says; it starts by hand." }
            : [];
        var (type, value) = settings.Text("payloadType") switch
        {
            "str" => ("text", JsonValue.Create(settings.Text("payload") ?? "")),
            "num" when ForeignText.Number(settings.Text("payload") ?? "") is { } number => ("number", JsonNode.Parse(number)),
            "bool" => ("boolean", JsonValue.Create(settings.Text("payload") == "true")),
            "json" when ForeignJson.TryParse(settings.Text("payload") ?? "") is { } json => ("json", json),
            _ => ("", (JsonNode?)null),
        };
        var field = new JsonObject { ["name"] = "payload", ["type"] = type, ["default"] = value };
        return new("trigger.manual", type.Length == 0 ? [] : new JsonObject { ["fields"] = new JsonArray(field) }) { Remarks = repeats };
    }

    private ForeignStep Http(ForeignNode node)
    {
        var settings = node.Settings;
        var method = (settings.Text("method") ?? "GET").ToUpperInvariant();
        var known = method is "GET" or "POST" or "PUT" or "PATCH" or "DELETE" or "HEAD" or "OPTIONS";
        var config = new JsonObject { ["method"] = known ? method : "GET", ["url"] = Mustache(node, settings.Text("url") ?? "", escape: false) };
        var headers = new JsonObject();
        foreach (var header in settings.List("headers"))
        {
            if ((header.Text("keyValue") is { Length: > 0 } own ? own : header.Text("keyType")) is { Length: > 0 } name)
            {
                headers[name] = ForeignText.Literal(header.Text("valueValue") is { Length: > 0 } value ? value : header.Text("valueType") ?? "");
            }
        }

        if (headers.Count > 0)
        {
            config["headers"] = headers;
        }

        if (Payload(node) is { } payload && method is "POST" or "PUT" or "PATCH")
        {
            config["body"] = $"{{{{ {Payload(node)} }}}}";
        }

        return new("http.request", config)
        {
            Remarks = known ? [] : ["The message chose the method there; here it is GET until you choose."],
        };
    }

    /// <summary>Rules that set the payload or members of it; any other rule has no match.</summary>
    private ForeignStep? Change(ForeignNode node)
    {
        JsonNode? value = null;
        var made = false;
        foreach (var rule in node.Settings.List("rules"))
        {
            var path = rule.Text("p") ?? "";
            if (rule.Text("t") != "set"
                || (rule.Text("pt") ?? "msg") != "msg"
                || !(path == "payload" || path.StartsWith("payload.", StringComparison.Ordinal))
                || !TryValue(node, rule, out var item))
            {
                return null;
            }

            var segments = path.Split('.')[1..];
            if (segments.Length == 0)
            {
                value = item;
            }
            else if (!made || value is JsonObject)
            {
                var at = (JsonObject)(value ??= new JsonObject());
                foreach (var segment in segments[..^1])
                {
                    at = at[segment] as JsonObject ?? (JsonObject)(at[segment] = new JsonObject());
                }

                at[segments[^1]] = item;
            }
            else
            {
                return null;
            }

            made = true;
        }

        return made ? new("data.set", new JsonObject { ["value"] = value }) : null;
    }

    private bool TryValue(ForeignNode node, JsonElement rule, out JsonNode? value)
    {
        var to = rule.Text("to") ?? "";
        value = rule.Text("tot") switch
        {
            "str" or null => JsonValue.Create(ForeignText.Literal(to)),
            "num" => ForeignText.Number(to) is { } number ? JsonNode.Parse(number) : null,
            "bool" => JsonValue.Create(to == "true"),
            "json" => ForeignJson.MapStrings(ForeignJson.TryParse(to), ForeignText.Literal),
            "msg" when Property(node, to) is { } read => JsonValue.Create($"{{{{ {read} }}}}"),
            _ => null,
        };
        return value is not null;
    }

    private ForeignStep? Template(ForeignNode node)
    {
        var settings = node.Settings;
        if ((settings.Text("fieldType") ?? "msg") != "msg" || (settings.Text("field") ?? "payload") != "payload")
        {
            return null;
        }

        var text = settings.Text("template") ?? "";
        return new("data.set", new JsonObject
        {
            ["value"] = settings.Text("syntax") == "plain" ? ForeignText.Literal(text) : Mustache(node, text, escape: settings.Text("format") is not "text"),
        });
    }

    /// <summary>Mustache's plain tags are ours; sections stay as they are and are underlined.</summary>
    private string Mustache(ForeignNode node, string text, bool escape) => MustacheTag().Replace(text, tag =>
        Property(node, tag.Groups["path"].Value) is not { } read ? tag.Value
        : escape && tag.Groups["three"].Length == 0 && !read.Contains('|', StringComparison.Ordinal) ? $"{{{{ {read} | escape }}}}"
        : $"{{{{ {read} }}}}");

    private ForeignStep Function(ForeignNode node)
    {
        var many = node.Original.List("wires").Count > 1;
        return new("node.command", new JsonObject
        {
            ["command"] = new JsonArray("node", "-e", ForeignText.Literal(ForeignCode.Message(node.Settings.Text("func") ?? "return msg;"))),
            ["stdin"] = Payload(node) is { } read ? $"{{{{ {read} | json }}}}" : "null",
        })
        {
            Remarks =
            [
                "Its JavaScript runs on a machine that has the program node; it sees msg.payload, and no context, flow or global.",
                .. many ? new[] { "It had several outputs; here all of them leave by out." } : [],
            ],
        };
    }

    private static ForeignStep? Delay(ForeignNode node)
    {
        var unit = node.Settings.Text("timeoutUnits") switch { "milliseconds" => 0.001, "minutes" => 60, "hours" => 3600, "days" => 86_400, _ => 1.0 };
        return node.Settings.Text("pauseType") is null or "delay"
            ? new("logic.wait", new JsonObject { ["seconds"] = Math.Clamp((node.Settings.Number("timeout") ?? 5) * unit, 0, 31_536_000) })
            : null;
    }

    private string? Payload(ForeignNode node) => Property(node, "payload");

    /// <summary>What <c>msg.payload.name</c> reads in a node.</summary>
    private string? Property(ForeignNode node, string property)
    {
        var path = property.StartsWith("msg.", StringComparison.Ordinal) ? property[4..] : property;
        if (path != "payload" && !PayloadPath().IsMatch(path))
        {
            return null;
        }

        var segments = MemberName().Matches(path["payload".Length..]).Select(match => match.Groups["name"].Value).ToList();
        var read = graph.Into(node).Select(link => Output(graph.Find(link.From)!, segments)).Distinct().ToList();
        return read is [{ } only] ? only : null;
    }

    private string? Output(ForeignNode node, List<string> segments)
    {
        if (!_looking.Add(node.Key))
        {
            return null;
        }

        try
        {
            return node.Type switch
            {
                "inject" => node.Settings.Text("payloadType") is "str" or "num" or "bool" or "json"
                    ? ForeignText.Join("input.payload", segments)
                    : ForeignText.Join("input", segments),
                "http in" => ForeignText.Join(node.Settings.Text("method") == "get" ? "input.query" : "input.body", segments),
                "http request" => ForeignText.Join($"steps.{node.Id}.body", segments),
                "function" => new ForeignBase($"steps.{node.Id}.stdout", FromText: true).Read(["payload", .. segments]),
                "switch" or "delay" or "http response" => Property(node, string.Concat(["payload", .. segments.Select(segment => "." + segment)])),
                "join" => null,
                _ => ForeignText.Join("steps." + node.Id, segments),
            };
        }
        finally
        {
            _looking.Remove(node.Key);
        }
    }

    [GeneratedRegex(@"(?<three>\{)?\{\{&?\s*(?<path>[A-Za-z_][A-Za-z0-9_.\[\]]*)\s*\}\}(?(three)\})", RegexOptions.CultureInvariant)]
    private static partial Regex MustacheTag();

    [GeneratedRegex(@"^payload(?:\.[A-Za-z_][A-Za-z0-9_]*|\[[0-9]{1,6}\]|\.[0-9]{1,6})*$", RegexOptions.CultureInvariant)]
    private static partial Regex PayloadPath();

    [GeneratedRegex(@"(?<name>[A-Za-z0-9_]+)", RegexOptions.CultureInvariant)]
    private static partial Regex MemberName();
}
