using System.ComponentModel;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using OtherThing.Core.Results;

namespace OtherThing.Core.Steps;

/// <summary>Form, validation, documentation and contract share one source: the config records.</summary>
public static class ConfigSchemas
{
    /// <summary>How configs are read: unknown fields are refused, required ones must be there.</summary>
    public static JsonSerializerOptions Strict { get; } = CreateStrict();

    private static readonly JsonSchemaExporterOptions s_exporter = new()
    {
        TreatNullObliviousAsNonNullable = true,
        TransformSchemaNode = Describe,
    };

    /// <summary>The JSON Schema (2020-12) of a config record, with its <see cref="DescriptionAttribute"/> texts.</summary>
    public static JsonElement Export(Type configType) => Json.ToElement(Strict.GetJsonSchemaAsNode(configType, s_exporter));

    private static JsonNode Describe(JsonSchemaExporterContext context, JsonNode schema)
    {
        var provider = context.PropertyInfo?.AttributeProvider ?? context.TypeInfo.Type;
        var attributes = provider.GetCustomAttributes(inherit: true);
        if (schema is not JsonObject node)
        {
            // "Anything" is written as true; what is said of the field needs an object.
            if (context.PropertyInfo is null || !attributes.OfType<DescriptionAttribute>().Any())
            {
                return schema;
            }

            schema = node = [];
        }

        if (attributes.OfType<DescriptionAttribute>().FirstOrDefault() is { } text)
        {
            node["description"] = text.Description;
        }

        if (attributes.OfType<FieldAttribute>().FirstOrDefault() is { } field)
        {
            node["x-input"] = field.Input;
        }

        if (context.PropertyInfo is { AttributeProvider: PropertyInfo property }
            && attributes.OfType<System.ComponentModel.DataAnnotations.RangeAttribute>().FirstOrDefault() is { } range
            && property.PropertyType != typeof(string))
        {
            node["minimum"] = Convert.ToDouble(range.Minimum, System.Globalization.CultureInfo.InvariantCulture);
            node["maximum"] = Convert.ToDouble(range.Maximum, System.Globalization.CultureInfo.InvariantCulture);
        }

        return node;
    }

    private static JsonSerializerOptions CreateStrict()
    {
        var options = new JsonSerializerOptions { TypeInfoResolver = new DefaultJsonTypeInfoResolver() };
        Json.Configure(options);
        options.Converters.Insert(0, new Configs.HttpVerbConverter()); // methods are written in capitals, unlike other choices
        options.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;
        options.RespectNullableAnnotations = true;
        options.RespectRequiredConstructorParameters = true;
        options.MakeReadOnly();
        return options;
    }
}

/// <summary>Which input the builder's form shows for a config field.</summary>
/// <param name="input"><c>template</c>, <c>multiline</c>, <c>condition</c>, <c>json</c>, <c>code</c>, <c>model</c>, <c>provider</c>, <c>key</c>,
/// <c>flow</c>, <c>member</c>,
/// <c>node</c>, <c>cron</c>, <c>timezone</c>, <c>secret</c>.</param>
[AttributeUsage(AttributeTargets.Property)]
public sealed class FieldAttribute(string input) : Attribute
{
    /// <summary>The kind of input.</summary>
    public string Input { get; } = input;
}
