using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace OtherThing.Core.Results;

/// <summary>One page of a list.</summary>
/// <param name="Items">The items, in the list's order.</param>
/// <param name="Next">The cursor that continues after the last item; null at the end.</param>
public sealed record Page<T>(IReadOnlyList<T> Items, string? Next)
{
    /// <summary>The same page with its items mapped.</summary>
    public Page<TOut> Select<TOut>(Func<T, TOut> map) => new([.. Items.Select(map)], Next);
}

/// <summary>Which page is asked for.</summary>
/// <param name="Limit">At most this many items, 1 to 200.</param>
/// <param name="Cursor">Where to go on; null for the start.</param>
public sealed record PageRequest(int Limit = PageRequest.DefaultLimit, Cursor? Cursor = null)
{
    /// <summary>Items on a page when the caller names no limit.</summary>
    public const int DefaultLimit = 50;

    /// <summary>The most items on one page.</summary>
    public const int MaxLimit = 200;

    /// <summary>Reads the caller's words.</summary>
    /// <returns>The request, or <c>page.limit_invalid</c>, <c>page.cursor_invalid</c>.</returns>
    public static Result<PageRequest> Parse(int? limit, string? cursor)
    {
        if (limit is < 1 or > MaxLimit)
        {
            return Error.Invalid("page.limit_invalid", "limit", $"limit must be 1 to {MaxLimit}.");
        }

        if (string.IsNullOrEmpty(cursor))
        {
            return new PageRequest(limit ?? DefaultLimit);
        }

        return Results.Cursor.TryParse(cursor, out var parsed)
            ? new PageRequest(limit ?? DefaultLimit, parsed)
            : Error.Invalid("page.cursor_invalid", "cursor", "cursor is not one this server gave out.");
    }
}

/// <summary>A place in a list ordered by time and id; opaque to callers.</summary>
/// <param name="At">The sort time (UTC) of the last item seen.</param>
/// <param name="Id">Its id, which breaks ties.</param>
public sealed record Cursor(DateTime At, Guid Id)
{
    /// <summary>Reads a cursor that <see cref="ToString"/> wrote.</summary>
    public static bool TryParse(string text, out Cursor? cursor)
    {
        cursor = null;
        if (text.Length > 100 || !Base64Url.IsValid(text))
        {
            return false;
        }

        var parts = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(text)).Split('~');
        if (parts.Length != 2
            || !long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var ticks)
            || ticks > DateTime.MaxValue.Ticks
            || !Guid.TryParse(parts[1], out var id))
        {
            return false;
        }

        cursor = new Cursor(new DateTime(ticks, DateTimeKind.Utc), id);
        return true;
    }

    /// <inheritdoc/>
    public override string ToString() =>
        Base64Url.EncodeToString(Encoding.UTF8.GetBytes($"{At.Ticks.ToString(CultureInfo.InvariantCulture)}~{Id:N}"));
}
