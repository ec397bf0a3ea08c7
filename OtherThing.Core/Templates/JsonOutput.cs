using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace OtherThing.Core.Templates;

/// <summary>Collects written JSON in a buffer kept per thread and parses it once.</summary>
internal static class JsonOutput
{
    private const int KeptBytes = 65_536;

    private static readonly JsonWriterOptions s_writerOptions = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
        MaxDepth = 1000,
    };

    private static readonly JsonDocumentOptions s_readerOptions = new() { MaxDepth = TemplateLimits.MaxJsonDepth };

    [ThreadStatic]
    private static (ArrayBufferWriter<byte> Buffer, Utf8JsonWriter Writer)? s_spare;

    /// <summary>Lets something write one JSON value, and reads it back as an element of its own document.</summary>
    /// <exception cref="TemplateError">The value is deeper than <see cref="TemplateLimits.MaxJsonDepth"/>, or the writing threw.</exception>
    public static JsonElement ToElement<T>(T source, Action<T, Utf8JsonWriter, ITemplateScope?> write, ITemplateScope? scope)
    {
        var (buffer, writer) = s_spare ?? Create();
        s_spare = null;
        try
        {
            write(source, writer, scope);
            writer.Flush();
            return JsonElement.Parse(buffer.WrittenSpan, s_readerOptions);
        }
        catch (JsonException)
        {
            throw new TemplateError("template.limit", $"The value is nested more than {TemplateLimits.MaxJsonDepth} deep.", 0, null);
        }
        finally
        {
            if (buffer.Capacity <= KeptBytes)
            {
                buffer.Clear();
                writer.Reset();
                s_spare = (buffer, writer);
            }
            else
            {
                writer.Reset();
                writer.Dispose();
            }
        }
    }

    private static (ArrayBufferWriter<byte> Buffer, Utf8JsonWriter Writer) Create()
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        return (buffer, new Utf8JsonWriter(buffer, s_writerOptions));
    }
}
