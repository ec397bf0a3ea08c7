using System.Text.Json;
using System.Text.Json.Serialization;

namespace OtherThing.Core.Results;

/// <summary>A field of a change: not mentioned (leave it), or set, possibly to null (clear it).</summary>
[JsonConverter(typeof(OptionalConverter))]
public readonly record struct Optional<T>
{
    /// <summary>A field that was mentioned.</summary>
    public Optional(T value) => (Value, IsSet) = (value, true);

    /// <summary>True when the caller mentioned the field.</summary>
    public bool IsSet { get; }

    /// <summary>What to set it to; meaningless unless <see cref="IsSet"/>.</summary>
    public T? Value { get; }

    /// <summary>What to set it to, or what it is now when it was not mentioned.</summary>
    public T? Or(T? current) => IsSet ? Value : current;

    /// <summary>A field that was mentioned.</summary>
    [System.Diagnostics.CodeAnalysis.SuppressMessage("Usage", "CA2225", Justification = "The constructor is the named way.")]
    public static implicit operator Optional<T>(T value) => new(value);
}

/// <summary>Reads a mentioned field as set; a missing one never gets here and stays unset.</summary>
internal sealed class OptionalConverter : JsonConverterFactory
{
    public override bool CanConvert(Type typeToConvert) =>
        typeToConvert.IsGenericType && typeToConvert.GetGenericTypeDefinition() == typeof(Optional<>);

    public override JsonConverter CreateConverter(Type typeToConvert, JsonSerializerOptions options) =>
        (JsonConverter)Activator.CreateInstance(typeof(Converter<>).MakeGenericType(typeToConvert.GetGenericArguments()))!;

    private sealed class Converter<T> : JsonConverter<Optional<T>>
    {
        public override bool HandleNull => true;

        public override Optional<T> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            new(JsonSerializer.Deserialize<T>(ref reader, options)!);

        public override void Write(Utf8JsonWriter writer, Optional<T> value, JsonSerializerOptions options) =>
            JsonSerializer.Serialize(writer, value.Value, options);
    }
}
