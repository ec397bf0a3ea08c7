using Microsoft.EntityFrameworkCore;

namespace OtherThing.Data.Retention;

/// <summary>The statements that delete in pieces; each is found by an index alone.</summary>
internal static class Rows
{
    /// <summary>The name of the table of an entity.</summary>
    public static string Table<T>(AppDbContext db) => db.Model.FindEntityType(typeof(T))!.GetTableName()!;

    /// <summary>Deletes the rows whose column has one of these values.</summary>
    public static Task<int> DeleteAsync<T>(AppDbContext db, string column, IReadOnlyCollection<Guid> values, CancellationToken cancellationToken)
    {
        if (values.Count == 0)
        {
            return Task.FromResult(0);
        }

        var text = $"DELETE FROM \"{Table<T>(db)}\" WHERE \"{column}\" IN ({List(values.Count)})";
        return db.Database.ExecuteSqlRawAsync(text, values.Cast<object>(), cancellationToken);
    }

    /// <summary>Deletes some of the rows that a condition holds for.</summary>
    /// <param name="db">The context, in a transaction.</param>
    /// <param name="table">The table.</param>
    /// <param name="condition">The condition, with <c>{0}</c> and so on for the values; an index must have it.</param>
    /// <param name="most">At most so many rows.</param>
    /// <param name="values">The values.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static Task<int> DeleteSomeAsync(
        AppDbContext db, string table, string condition, int most, object[] values, CancellationToken cancellationToken)
    {
        var text = db.Database.IsSqlite()
            ? $"DELETE FROM \"{table}\" WHERE rowid IN (SELECT rowid FROM \"{table}\" WHERE {condition} LIMIT {most})"
            : $"DELETE TOP ({most}) FROM \"{table}\" WHERE {condition}";
        return db.Database.ExecuteSqlRawAsync(text, values, cancellationToken);
    }

    /// <summary><c>{0},{1}</c> and so on.</summary>
    public static string List(int count) => string.Join(',', Enumerable.Range(0, count).Select(at => $"{{{at}}}"));
}
