namespace OtherThing.Core.Results;

/// <summary>Lists look at so many rows for one page; for people, who want a full page rather than a quick one, this reads on.</summary>
public static class PageFilling
{
    /// <summary>So many reads make one page at most.</summary>
    public const int MostReads = 40;

    /// <summary>Reads until the page is full or the list is at its end.</summary>
    /// <returns>The page, or why it could not be read. A page that is short and has a next one was read as far as <see cref="MostReads"/> goes.</returns>
    public static async Task<Result<Page<T>>> FillAsync<T>(this PageRequest page, Func<PageRequest, Task<Result<Page<T>>>> read)
    {
        var (items, request) = (new List<T>(), page);
        for (var reads = 1; ; reads++)
        {
            if (!(await read(request)).TryGet(out var got, out var error))
            {
                return error;
            }

            items.AddRange(got.Items);
            if (got.Next is not { } next || items.Count >= page.Limit || reads == MostReads || !Cursor.TryParse(next, out var cursor))
            {
                return new Page<T>(items, got.Next);
            }

            request = new PageRequest(page.Limit - items.Count, cursor);
        }
    }
}
