using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using OtherThing.Core.Templates.Tree;

namespace OtherThing.Core.Templates.Values;

/// <summary>How values become text and JSON.</summary>
internal static class ValueText
{
    private static readonly JsonWriterOptions s_writerOptions = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
        MaxDepth = 1000,
    };

    /// <summary>The value as it stands in a text: nothing is "", a list or an object is its JSON.</summary>
    public static string ToText(this Value value, RenderContext context, int position)
    {
        switch (value.Kind)
        {
            case ValueKind.Missing or ValueKind.Null or ValueKind.Empty or ValueKind.Blank:
                return "";
            case ValueKind.True:
                return "true";
            case ValueKind.False:
                return "false";
            case ValueKind.Number:
                value.TryNumber(out var number);
                return number.ToString();
            case ValueKind.List:
                return value.ToJson(context, position);
            default:
                if (value.TryText(position, out var text))
                {
                    context.Charge(text.Length, position);
                    return text;
                }

                return value.IsNumber ? value.Json.GetRawText() : value.ToJson(context, position);
        }
    }

    /// <summary>The value's JSON on one line.</summary>
    public static string ToJson(this Value value, RenderContext context, int position)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var writer = new Utf8JsonWriter(buffer, s_writerOptions))
        {
            // Each text has the whole output limit to itself; how many there are is a matter of steps.
            var before = context.BytesLeft;
            context.BytesLeft = TemplateLimits.MaxOutputBytes;
            value.WriteTo(writer, context, position, compact: true);
            context.BytesLeft = before;
        }

        context.ChargeSteps(4 + (buffer.WrittenCount / 32), position);
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <summary>Writes the value with its JSON type, and counts what a computed value writes against the output limit.</summary>
    public static void WriteTo(this Value value, Utf8JsonWriter writer, RenderContext context, int position, bool compact = false)
    {
        switch (value.Kind)
        {
            case ValueKind.True or ValueKind.False:
                writer.WriteBooleanValue(value.IsTruthy);
                break;
            case ValueKind.Number:
                value.TryNumber(out var number);
                context.Written(24, position);
                writer.WriteRawValue(number.ToString(), skipInputValidation: true);
                break;
            case ValueKind.Text:
                value.TryText(position, out var text);
                context.Written(text.Length, position);
                writer.WriteStringValue(text);
                break;
            case ValueKind.Empty or ValueKind.Blank:
                writer.WriteStringValue("");
                break;
            case ValueKind.List:
                writer.WriteStartArray();
                foreach (var item in value.List)
                {
                    context.Charge(1, position);
                    item.WriteTo(writer, context, position, compact);
                }

                writer.WriteEndArray();
                break;
            case ValueKind.Json:
                context.Written(JsonReads.ByteLength(value.Json), position);
                if (compact)
                {
                    JsonReads.WriteCompact(writer, value.Json, position);
                }
                else
                {
                    JsonReads.Write(writer, value.Json);
                }

                break;
            default:
                writer.WriteNullValue();
                break;
        }
    }
}
