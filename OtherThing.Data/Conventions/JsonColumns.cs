using System.Text.Json;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;
using OtherThing.Core.Results;

namespace OtherThing.Data.Conventions;

/// <summary>Immutable records kept as one JSON text; a change is a new record.</summary>
internal static class JsonColumns
{
    public static PropertyBuilder<T> IsJson<T>(this PropertyBuilder<T> property)
        where T : class
    {
        property.HasConversion(
            new ValueConverter<T, string>(
                value => JsonSerializer.Serialize(value, Json.Options),
                text => JsonSerializer.Deserialize<T>(text, Json.Options)!),
            new ValueComparer<T>((a, b) => ReferenceEquals(a, b), value => value.GetHashCode(), value => value));
        return property;
    }
}
