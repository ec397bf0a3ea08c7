using System.Globalization;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;
using OtherThing.Core.Runs.Values;

namespace OtherThing.Data.Runs;

/// <summary>How a run's input or output stands in its row: as its JSON, or as where it lies, written so that no JSON begins like it.</summary>
public sealed class RunValueConverter() : ValueConverter<RunValue, string>(value => Write(value), stored => Read(stored))
{
    private const string Prefix = "@blob:";

    /// <summary>What the row holds for a value.</summary>
    public static string Write(RunValue value) => value.Large is { } large
        ? string.Create(CultureInfo.InvariantCulture, $"{Prefix}{large.Hash}:{large.Bytes}")
        : value.Text;

    /// <summary>The value that a row holds.</summary>
    public static RunValue Read(string stored) => ReadLarge(stored) is { } large ? RunValue.Of(large) : RunValue.Of(stored);

    private static BlobRef? ReadLarge(string stored) =>
        stored.StartsWith(Prefix, StringComparison.Ordinal)
        && stored[Prefix.Length..].Split(':') is [var hash, var length]
        && BlobRef.IsHash(hash)
        && long.TryParse(length, NumberStyles.None, CultureInfo.InvariantCulture, out var bytes)
            ? new BlobRef(hash, bytes)
            : null;
}
