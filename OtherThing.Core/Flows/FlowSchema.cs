using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using OtherThing.Core.Results;
using OtherThing.Core.Steps;

namespace OtherThing.Core.Flows;

/// <summary>JSON Schema (2020-12) of the flow document, with one branch per step type; published at <c>/schemas/flow/v1.json</c>.</summary>
public static class FlowSchema
{
    /// <summary>The whole schema.</summary>
    public static JsonElement Document { get; } = Create();

    private static JsonElement Create()
    {
        var schema = (JsonObject)ConfigSchemas.Strict.GetJsonSchemaAsNode(
            typeof(FlowDocument), new JsonSchemaExporterOptions { TreatNullObliviousAsNonNullable = true });
        schema["$schema"] = "https://json-schema.org/draft/2020-12/schema";
        schema["$id"] = "/schemas/flow/v1.json";
        schema["title"] = "OtherThing flow";
        var step = (JsonObject)schema["properties"]!["steps"]!["items"]!;
        var properties = (JsonObject)step["properties"]!;
        properties["id"] = new JsonObject { ["type"] = "string", ["pattern"] = "^[A-Za-z][A-Za-z0-9_]{0,63}$" };
        properties["type"] = new JsonObject { ["enum"] = new JsonArray([.. StepCatalog.All.Select(type => (JsonNode)type.Name)]) };
        properties["config"] = new JsonObject { ["type"] = "object" };
        step["allOf"] = new JsonArray([.. StepCatalog.All.Select(Branch)]);
        var defs = new JsonObject();
        foreach (var type in StepCatalog.All)
        {
            defs[type.Name + ".config"] = Config(type);
            defs[type.Name + ".output"] = JsonNode.Parse(type.OutputSchema.GetRawText());
        }

        schema["$defs"] = defs;
        return Json.ToElement(schema);
    }

    private static JsonNode Branch(StepType type) => new JsonObject
    {
        ["if"] = new JsonObject { ["properties"] = new JsonObject { ["type"] = new JsonObject { ["const"] = type.Name } } },
        ["then"] = new JsonObject { ["properties"] = new JsonObject { ["config"] = new JsonObject { ["$ref"] = $"#/$defs/{type.Name}.config" } } },
    };

    private static JsonNode? Config(StepType type)
    {
        var config = JsonNode.Parse(type.ConfigSchema.GetRawText());
        if (config is JsonObject schema)
        {
            schema["description"] = type.Description;
        }

        return config;
    }
}
