using System.Text.Json;
using OtherThing.Core.Templates.Tree;
using OtherThing.Core.Templates.Values;

namespace OtherThing.Core.Templates;

/// <summary>A part of a JSON value that holds templates somewhere.</summary>
internal abstract class JsonTemplateNode
{
    public abstract void WriteTo(Utf8JsonWriter writer, RenderContext context);

    /// <summary>The value as it is in the scope, where the whole part is one path to it.</summary>
    public virtual bool TryReadPlain(ITemplateScope scope, out JsonElement value)
    {
        value = default;
        return false;
    }
}

/// <summary>A part without templates.</summary>
internal sealed class LiteralJsonNode(JsonElement value) : JsonTemplateNode
{
    private readonly int _bytes = JsonReads.ByteLength(value);

    public override void WriteTo(Utf8JsonWriter writer, RenderContext context)
    {
        context.TakenOver(_bytes, 0);
        JsonReads.Write(writer, value);
    }
}

/// <summary>A string with tags.</summary>
internal sealed class TextJsonNode(Template template, string path) : JsonTemplateNode
{
    public override bool TryReadPlain(ITemplateScope scope, out JsonElement value)
    {
        try
        {
            return template.TryReadPlain(scope, out value);
        }
        catch (TemplateError error)
        {
            error.FieldPath = path;
            throw;
        }
    }

    public override void WriteTo(Utf8JsonWriter writer, RenderContext context)
    {
        try
        {
            template.WriteTo(writer, context);
        }
        catch (TemplateError error)
        {
            error.FieldPath = path;
            throw;
        }
    }
}

/// <summary>A string that does not parse; the flow it stands in should never have been published.</summary>
internal sealed class BrokenJsonNode(TemplateProblem problem, string path) : JsonTemplateNode
{
    public override void WriteTo(Utf8JsonWriter writer, RenderContext context) =>
        throw new TemplateError("template.invalid", problem.Message, problem.Position, null) { FieldPath = path };
}

/// <summary>An object with templates in it.</summary>
internal sealed class ObjectJsonNode(IReadOnlyList<(JsonEncodedText Name, JsonTemplateNode Value)> members) : JsonTemplateNode
{
    private readonly (JsonEncodedText Name, JsonTemplateNode Value)[] _members = [.. members];

    public override void WriteTo(Utf8JsonWriter writer, RenderContext context)
    {
        writer.WriteStartObject();
        foreach (var (name, value) in _members)
        {
            writer.WritePropertyName(name);
            value.WriteTo(writer, context);
        }

        writer.WriteEndObject();
    }
}

/// <summary>An array with templates in it.</summary>
internal sealed class ArrayJsonNode(IReadOnlyList<JsonTemplateNode> items) : JsonTemplateNode
{
    private readonly JsonTemplateNode[] _items = [.. items];

    public override void WriteTo(Utf8JsonWriter writer, RenderContext context)
    {
        writer.WriteStartArray();
        foreach (var item in _items)
        {
            item.WriteTo(writer, context);
        }

        writer.WriteEndArray();
    }
}
