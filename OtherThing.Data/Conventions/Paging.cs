using OtherThing.Core.Results;

namespace OtherThing.Data.Conventions;

/// <summary>Lists ask for one row more than the page has, to know whether there is a next one.</summary>
internal static class Paging
{
    public static Page<T> ToPage<T>(this List<T> rows, int limit, Func<T, Cursor> place)
    {
        if (rows.Count <= limit)
        {
            return new Page<T>(rows, null);
        }

        rows.RemoveRange(limit, rows.Count - limit);
        return new Page<T>(rows, place(rows[^1]).ToString());
    }
}
