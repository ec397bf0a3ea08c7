using System.Runtime.InteropServices;
using System.Text.Json;

namespace OtherThing.Core.Runs.Values;

/// <summary>About how much memory a value takes.</summary>
internal static class ValueWeight
{
    /// <summary>The document around a value.</summary>
    private const int Document = 200;

    /// <summary>The place of each token in its document.</summary>
    private const int Token = 12;

    /// <summary>Below this the tokens do not matter beside the document.</summary>
    private const int Small = 32;

    /// <summary>How long a value is as JSON, in bytes (UTF-8).</summary>
    public static int BytesOf(JsonElement value) =>
        value.ValueKind == JsonValueKind.Undefined ? 0 : JsonMarshal.GetRawUtf8Value(value).Length;

    /// <summary>Bytes of memory, rather too many than too few.</summary>
    public static long Of(JsonElement value)
    {
        if (value.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null or JsonValueKind.True or JsonValueKind.False)
        {
            return 0;
        }

        var json = JsonMarshal.GetRawUtf8Value(value);
        return json.Length <= Small || value.ValueKind is not (JsonValueKind.Array or JsonValueKind.Object)
            ? json.Length + Document
            : json.Length + Document + (Token * (long)(json.Count((byte)',') + json.Count((byte)':') + json.Count((byte)'[') + json.Count((byte)'{')));
    }
}
