using System.Text.Json;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace OtherThing.Data.Conventions;

/// <summary>Every time is stored and read as UTC; a local time is a bug and says so.</summary>
public sealed class UtcDateTimeConverter() : ValueConverter<DateTime, DateTime>(
    time => time.Kind == DateTimeKind.Utc ? time : Refuse(time),
    stored => DateTime.SpecifyKind(stored, DateTimeKind.Utc))
{
    private static DateTime Refuse(DateTime time) =>
        time == default ? DateTime.SpecifyKind(time, DateTimeKind.Utc)
        : throw new InvalidOperationException($"Only UTC times are stored; {time:O} is {time.Kind}.");
}

/// <summary>Enums are stored by name, <c>in_progress</c>, the word REST uses too.</summary>
public sealed class SnakeCaseEnumConverter<TEnum>() : ValueConverter<TEnum, string>(
    value => SnakeCase<TEnum>.Of(value), stored => SnakeCase<TEnum>.Parse(stored))
    where TEnum : struct, Enum;

/// <summary>The stored names of an enum.</summary>
internal static class SnakeCase<TEnum>
    where TEnum : struct, Enum
{
    private static readonly Dictionary<TEnum, string> s_names = Enum.GetValues<TEnum>()
        .ToDictionary(value => value, value => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString()));

    private static readonly Dictionary<string, TEnum> s_values = s_names.ToDictionary(pair => pair.Value, pair => pair.Key);

    public static string Of(TEnum value) => s_names[value];

    public static TEnum Parse(string stored) => s_values[stored];
}
