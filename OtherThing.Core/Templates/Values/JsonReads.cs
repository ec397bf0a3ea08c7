using System.Runtime.InteropServices;
using System.Text.Json;

namespace OtherThing.Core.Templates.Values;

/// <summary>
/// Reads JSON from outside. A text there may hold half a surrogate pair (<c>"\ud800"</c>), which System.Text.Json only
/// notices when the text is read, with an InvalidOperationException: here it becomes a <see cref="TemplateError"/>.
/// </summary>
internal static class JsonReads
{
    public static string Text(JsonElement element, int position)
    {
        try
        {
            return element.ValueKind == JsonValueKind.String ? element.GetString()! : element.GetRawText();
        }
        catch (InvalidOperationException error) when (IsNotText(error))
        {
            throw NotText(position);
        }
    }

    public static bool TryMember(JsonElement element, ReadOnlySpan<byte> name, int position, out JsonElement value)
    {
        try
        {
            return element.TryGetProperty(name, out value);
        }
        catch (InvalidOperationException error) when (IsNotText(error))
        {
            throw NotText(position);
        }
    }

    public static string Name(JsonProperty property, int position)
    {
        try
        {
            return property.Name;
        }
        catch (InvalidOperationException error) when (IsNotText(error))
        {
            throw NotText(position);
        }
    }

    public static bool AreEqual(JsonElement a, JsonElement b, int position)
    {
        try
        {
            return JsonElement.DeepEquals(a, b);
        }
        catch (InvalidOperationException error) when (IsNotText(error))
        {
            throw NotText(position);
        }
        catch (ArgumentOutOfRangeException)
        {
            // An exponent of more than 32 bits inside: the library compares no such numbers, and nobody writes one in two ways.
            return JsonMarshal.GetRawUtf8Value(a).SequenceEqual(JsonMarshal.GetRawUtf8Value(b));
        }
    }

    /// <summary>Writes a value as it is, byte for byte.</summary>
    public static void Write(Utf8JsonWriter writer, JsonElement element) =>
        writer.WriteRawValue(JsonMarshal.GetRawUtf8Value(element), skipInputValidation: true);

    /// <summary>Writes a value on one line. The writer's own depth limit must be beyond the value's depth.</summary>
    public static void WriteCompact(Utf8JsonWriter writer, JsonElement element, int position)
    {
        try
        {
            element.WriteTo(writer);
        }
        catch (InvalidOperationException error) when (IsNotText(error))
        {
            throw NotText(position);
        }
    }

    /// <summary>How many UTF-8 bytes the value takes in its document.</summary>
    public static int ByteLength(JsonElement element) => JsonMarshal.GetRawUtf8Value(element).Length;

    /// <summary>Tells such a text from a document that was disposed of, or a bug in a scope.</summary>
    public static bool IsNotText(InvalidOperationException error) =>
        error is not ObjectDisposedException && error.Source?.StartsWith("System.Text.Json", StringComparison.Ordinal) == true;

    public static TemplateError NotText(int position) =>
        new("template.text_invalid", "A text in this value is not valid Unicode (it holds half of a surrogate pair).", position, null);
}
