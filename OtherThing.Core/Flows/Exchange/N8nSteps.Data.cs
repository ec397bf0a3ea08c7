using System.Text.Json;
using System.Text.Json.Nodes;

namespace OtherThing.Core.Flows.Exchange;

internal sealed partial class N8nSteps
{
    private static readonly string[] s_valueTypes = ["stringValue", "numberValue", "booleanValue", "arrayValue", "objectValue"];

    private static ForeignStep Set(ForeignNode node, N8nExpressions expressions)
    {
        var settings = node.Settings;
        if (settings.Text("mode") == "raw")
        {
            return new("data.set", new JsonObject { ["value"] = Json(settings.Text("jsonOutput") ?? "{}", expressions) });
        }

        var value = new JsonObject();
        foreach (var (name, type, raw) in Assignments(settings))
        {
            Put(value, HasPaths(settings) ? name.Split('.', StringSplitOptions.RemoveEmptyEntries) : [name], Value(type, raw, expressions));
        }

        return new("data.set", new JsonObject { ["value"] = value })
        {
            Remarks = KeepsInput(settings)
                ? ["It added its fields to what came in; here its output has its own fields only, and what reads the others reads them where they come from."]
                : [],
        };
    }

    private static IEnumerable<(string Name, string Type, JsonElement Value)> Assignments(JsonElement settings)
    {
        foreach (var each in settings.Get("assignments").List("assignments").Concat(settings.Get("fields").List("values")))
        {
            // {"name":"a","type":"numberValue","numberValue":"5"}; a text is the default there, and then the type is left out.
            var type = each.Text("type") ?? Array.Find(s_valueTypes, type => each.Get(type).ValueKind != JsonValueKind.Undefined) ?? "string";
            var value = each.Get("value");
            if (value.ValueKind == JsonValueKind.Undefined)
            {
                value = each.Get(type);
            }

            yield return (each.Text("name") ?? "", type.Replace("Value", "", StringComparison.Ordinal), value);
        }

        foreach (var type in new[] { "string", "number", "boolean" })
        {
            foreach (var each in settings.Get("values").List(type))
            {
                yield return (each.Text("name") ?? "", type, each.Get("value"));
            }
        }
    }

    /// <summary>True when what came in goes on beside the set fields.</summary>
    private static bool KeepsInput(JsonElement settings) =>
        settings.Get("values").ValueKind == JsonValueKind.Object ? !settings.Flag("keepOnlySet")
        : settings.Get("fields").ValueKind == JsonValueKind.Object ? settings.Text("include") is null or "all"
        : settings.Flag("includeOtherFields");

    private static JsonNode? Value(string type, JsonElement raw, N8nExpressions expressions)
    {
        if (raw.ValueKind is not JsonValueKind.String)
        {
            return raw.ValueKind == JsonValueKind.Undefined ? null : JsonNode.Parse(raw.GetRawText());
        }

        var text = raw.GetString()!;
        return type switch
        {
            _ when text.StartsWith('=') => Json(text, expressions),
            "number" when ForeignText.Number(text) is { } number => JsonNode.Parse(number),
            "boolean" when text is "true" or "false" => JsonValue.Create(text == "true"),
            "object" or "array" => Json(text, expressions),
            _ => JsonValue.Create(ForeignText.Literal(text)),
        };
    }

    /// <summary>True when a name with dots is a path, as it is unless the node says otherwise.</summary>
    private static bool HasPaths(JsonElement settings) => settings.Get("options").Flag("dotNotation", otherwise: true);

    private static void Put(JsonObject value, string[] segments, JsonNode? item)
    {
        if (segments.Length is 0 or > 8 || segments[0].Length == 0)
        {
            return;
        }

        var at = value;
        foreach (var segment in segments[..^1])
        {
            if (at[segment] is not JsonObject inner)
            {
                at[segment] = inner = [];
            }

            at = inner;
        }

        at[segments[^1]] = item;
    }

    private static ForeignStep Http(ForeignNode node, N8nExpressions expressions)
    {
        var settings = node.Settings;
        var config = new JsonObject
        {
            ["method"] = (settings.Text("method") ?? settings.Text("requestMethod") ?? "GET")
                .ToUpperInvariant() is "GET" or "POST" or "PUT" or "PATCH" or "DELETE" or "HEAD" or "OPTIONS"
                ? (settings.Text("method") ?? settings.Text("requestMethod") ?? "GET").ToUpperInvariant()
                : "GET",
            ["url"] = expressions.Template(settings.Text("url") ?? ""),
        };
        var headers = Pairs(settings, "sendHeaders", "headerParameters", "jsonHeaders", expressions);
        var query = Pairs(settings, "sendQuery", "queryParameters", "jsonQuery", expressions);
        foreach (var (name, value) in headers?.ToList() ?? [])
        {
            if (value is JsonArray several)
            {
                headers![name] = string.Join(", ", several.Select(each => Text(each))); // a header that stands twice means a list
            }
        }

        var body = Body(settings, ref headers, expressions);
        AddIfAny(config, "headers", headers);
        AddIfAny(config, "query", query);
        if (body is not null)
        {
            config["body"] = body;
        }

        return new("http.request", config)
        {
            Remarks = settings.Text("authentication") is { } way && way != "none"
                ? [$"It signed in there ({way}); put what it needs into a key or a header here."]
                : [],
        };
    }

    private static void AddIfAny(JsonObject config, string name, JsonObject? pairs)
    {
        if (pairs is { Count: > 0 })
        {
            config[name] = pairs;
        }
    }

    /// <summary>Names and values: as JSON, in a list, or as versions before 3 wrote either; a name that stands twice has a list of values.</summary>
    private static JsonObject? Pairs(JsonElement settings, string flag, string list, string json, N8nExpressions expressions)
    {
        if (!settings.Flag(flag, otherwise: true))
        {
            return null;
        }

        if ((settings.Text(json) ?? settings.Text(list + "Json")) is { } text && Json(text, expressions) is JsonObject written)
        {
            return written;
        }

        var pairs = new JsonObject();
        foreach (var each in settings.Get(list).List("parameters").Concat(settings.Get(list + "Ui").List("parameter")))
        {
            if (each.Text("name") is { Length: > 0 } name)
            {
                var value = expressions.Template(each.Text("value") ?? "");
                if (pairs[name] is JsonArray several)
                {
                    several.Add(value);
                }
                else
                {
                    pairs[name] = pairs[name] is { } before ? new JsonArray(before.DeepClone(), value) : JsonValue.Create(value);
                }
            }
        }

        return pairs;
    }

    private static JsonNode? Body(JsonElement settings, ref JsonObject? headers, N8nExpressions expressions)
    {
        if (!settings.Flag("sendBody", otherwise: settings.Get("bodyParametersUi").ValueKind == JsonValueKind.Object
            || settings.Get("bodyParametersJson").ValueKind == JsonValueKind.String))
        {
            return null;
        }

        if ((settings.Text("jsonBody") ?? settings.Text("bodyParametersJson")) is { } json && settings.Text("specifyBody") is null or "json")
        {
            return Json(settings.Text("jsonBody") ?? settings.Text("bodyParametersJson") ?? "", expressions);
        }

        if (settings.Text("body") is { } text && settings.Text("contentType") is "raw" or null)
        {
            if (settings.Text("rawContentType") is { } contentType)
            {
                (headers ??= [])["Content-Type"] = contentType;
            }

            return JsonValue.Create(expressions.Template(settings.Text("body") ?? ""));
        }

        var pairs = Pairs(settings, "sendBody", "bodyParameters", "-", expressions);
        if (settings.Text("contentType") != "form-urlencoded")
        {
            return pairs;
        }

        (headers ??= [])["Content-Type"] = "application/x-www-form-urlencoded";
        return JsonValue.Create(string.Join('&', (pairs ?? []).SelectMany(pair => (pair.Value as JsonArray ?? [pair.Value?.DeepClone()])
            .Select(each => $"{Uri.EscapeDataString(pair.Key)}={Escaped(Text(each))}"))));
    }

    private static string Text(JsonNode? value) =>
        value is null ? "" : value.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : value.ToJsonString();

    private static string Escaped(string template) => template.Contains("{{", StringComparison.Ordinal)
        ? template.Replace("}}", "| url_encode }}", StringComparison.Ordinal)
        : Uri.EscapeDataString(template);

    /// <summary>JavaScript as it stands, in a frame that hands it the items and prints what it returns.</summary>
    private ForeignStep? Code(ForeignNode node)
    {
        var settings = node.Settings;
        var code = settings.Text("jsCode") ?? settings.Text("functionCode");
        if (code is null || settings.Text("language") is not (null or "javaScript"))
        {
            return null;
        }

        var each = settings.Text("mode") == "runOnceForEachItem" || Kind(node) == "functionItem";
        var stdin = ReadInput(node, []) is { } all ? $"{{{{ {all} | json }}}}" : "[]";
        return new("node.command", new JsonObject
        {
            ["command"] = new JsonArray("node", "-e", ForeignText.Literal(ForeignCode.Items(code, each))),
            ["stdin"] = stdin,
        })
        {
            Remarks = ["Its JavaScript runs on a machine that has the program node; it sees $input, $json and items, and no other part of n8n."],
        };
    }
}
