using System.Runtime.InteropServices;
using System.Text.Json;

namespace OtherThing.Core.Steps.Schemas;

/// <summary>The values inside a JSON value by number, those of one array or object side by side.</summary>
internal sealed class JsonShape
{
    /// <summary>The value itself.</summary>
    public const int Root = 0;

    /// <summary>Stands for the name of any member, as long as the longest.</summary>
    public const int AnyName = 1;

    public static readonly JsonShape Null = Of(Results.Json.Null);

    private readonly List<(JsonValueKind Kind, int First, int Count, int Bytes, string Name)> _values = [];

    private JsonShape()
    {
    }

    public int Count => _values.Count;

    public static JsonShape Of(JsonElement value)
    {
        var shape = new JsonShape();
        var elements = new List<JsonElement> { value, default };
        shape._values.Add((value.ValueKind, 0, 0, BytesOf(value), ""));
        shape._values.Add((JsonValueKind.String, 0, 0, 0, ""));
        for (var at = 0; at < elements.Count; at++)
        {
            var (element, first) = (elements[at], elements.Count);
            switch (element.ValueKind)
            {
                case JsonValueKind.Object:
                    foreach (var member in element.EnumerateObject())
                    {
                        shape.Add(elements, member.Value, member.Name);
                    }

                    break;
                case JsonValueKind.Array:
                    foreach (var item in element.EnumerateArray())
                    {
                        shape.Add(elements, item, "");
                    }

                    break;
                default:
                    continue;
            }

            shape._values[at] = shape._values[at] with { First = first, Count = elements.Count - first };
        }

        return shape;
    }

    public JsonValueKind KindOf(int at) => _values[at].Kind;

    public int BytesOf(int at) => _values[at].Bytes;

    public string NameOf(int at) => _values[at].Name;

    public (int First, int Count) ChildrenOf(int at) => (_values[at].First, _values[at].Count);

    private void Add(List<JsonElement> elements, JsonElement element, string name)
    {
        elements.Add(element);
        _values.Add((element.ValueKind, 0, 0, BytesOf(element), name));
        if (name.Length > _values[AnyName].Bytes)
        {
            _values[AnyName] = _values[AnyName] with { Bytes = name.Length };
        }
    }

    private static int BytesOf(JsonElement element) => JsonMarshal.GetRawUtf8Value(element).Length;
}
