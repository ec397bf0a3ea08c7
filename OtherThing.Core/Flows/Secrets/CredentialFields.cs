using System.Text.Json;
using System.Text.Json.Nodes;
using OtherThing.Core.Egress;
using OtherThing.Core.Results;

namespace OtherThing.Core.Flows.Secrets;

/// <summary>A value of an <c>http.request</c> step that carries a credential by its name.</summary>
/// <param name="InHeader">True for a header, false for a parameter of the query or the address.</param>
/// <param name="Name">The name as it is written.</param>
/// <param name="Text">The value.</param>
internal readonly record struct CredentialField(bool InHeader, string Name, string Text)
{
    /// <summary>What a sealed value is bound to besides workspace and host.</summary>
    public string Binding => (InHeader ? "http.header." : "http.query.") + Name.ToLowerInvariant();

    /// <summary>For people.</summary>
    public string Words => InHeader ? $"header {Name}" : $"query parameter {Name}";

    /// <summary>Where it stands in the config.</summary>
    public string Place => (InHeader ? "headers." : "query.") + Name;
}

/// <summary>Finds and changes the values of an <c>http.request</c> step that carry credentials.</summary>
internal static class CredentialFields
{
    /// <summary>Those of a config.</summary>
    public static IEnumerable<CredentialField> In(JsonElement config)
    {
        foreach (var (name, text) in Texts(config, "headers").Where(static field => CredentialHeaders.Contains(field.Name)))
        {
            yield return new CredentialField(true, name, text);
        }

        foreach (var (name, text) in Texts(config, "query").Where(static field => CredentialQuery.Contains(field.Name)))
        {
            yield return new CredentialField(false, name, text);
        }

        if (config.TryGetProperty("url", out var url) && url.ValueKind == JsonValueKind.String)
        {
            foreach (var (name, text) in CredentialQuery.In(url.GetString()!))
            {
                yield return new CredentialField(false, name, text);
            }
        }
    }

    /// <summary>The config with other texts in them.</summary>
    /// <param name="config">The config.</param>
    /// <param name="change">A value's new text; null leaves it.</param>
    public static JsonElement Change(JsonElement config, Func<CredentialField, string?> change)
    {
        var changed = JsonObject.Create(config)!;
        Change(changed["headers"] as JsonObject, CredentialHeaders.Contains, (name, text) => change(new CredentialField(true, name, text)));
        Change(changed["query"] as JsonObject, CredentialQuery.Contains, (name, text) => change(new CredentialField(false, name, text)));
        if (changed["url"] is JsonValue url && url.TryGetValue<string>(out var address))
        {
            changed["url"] = CredentialQuery.Change(address, (name, text) => change(new CredentialField(false, name, text)) ?? text);
        }

        return Json.ToElement(changed);
    }

    private static void Change(JsonObject? fields, Func<string, bool> isCredential, Func<string, string, string?> change)
    {
        foreach (var (name, value) in fields?.Where(field => isCredential(field.Key)).ToArray() ?? [])
        {
            if (value is JsonArray list)
            {
                for (var i = 0; i < list.Count; i++)
                {
                    list[i] = Changed(list[i], name, change) ?? list[i]?.DeepClone();
                }
            }
            else if (Changed(value, name, change) is { } changed)
            {
                fields![name] = changed;
            }
        }
    }

    private static JsonValue? Changed(JsonNode? value, string name, Func<string, string, string?> change) =>
        value is JsonValue one && one.TryGetValue<string>(out var text) && change(name, text) is { } changed ? JsonValue.Create(changed) : null;

    private static IEnumerable<(string Name, string Text)> Texts(JsonElement config, string field)
    {
        if (!config.TryGetProperty(field, out var fields) || fields.ValueKind != JsonValueKind.Object)
        {
            yield break;
        }

        foreach (var one in fields.EnumerateObject())
        {
            foreach (var value in one.Value.ValueKind == JsonValueKind.Array ? [.. one.Value.EnumerateArray()] : new[] { one.Value })
            {
                if (value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text)
                {
                    yield return (one.Name, text);
                }
            }
        }
    }
}
