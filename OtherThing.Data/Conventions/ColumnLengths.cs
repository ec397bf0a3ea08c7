using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Metadata;
using OtherThing.Core.Results;

namespace OtherThing.Data.Conventions;

/// <summary>
/// No row with a value longer than its column goes to a database: SQLite would keep it, SQL Server refuse it, and both shall do the same.
/// Who takes in a text says its limit long before; this is the last wall.
/// </summary>
internal sealed class ColumnLengths : SaveChangesInterceptor
{
    private static readonly ConcurrentDictionary<IEntityType, (IProperty Property, int Longest)[]> s_bounded = new();

    public override ValueTask<InterceptionResult<int>> SavingChangesAsync(
        DbContextEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken = default)
    {
        foreach (var entry in eventData.Context!.ChangeTracker.Entries())
        {
            if (entry.State is not (EntityState.Added or EntityState.Modified))
            {
                continue;
            }

            foreach (var (property, longest) in s_bounded.GetOrAdd(entry.Metadata, Bounded))
            {
                var length = entry.Property(property).CurrentValue switch { string text => text.Length, byte[] bytes => bytes.Length, _ => 0 };
                if (length > longest)
                {
                    throw TooLong(property, length);
                }
            }
        }

        return ValueTask.FromResult(result);
    }

    public static RowRefusedException TooLong(IProperty column, int length)
    {
        var (table, name) = (column.DeclaringType.ContainingEntityType.GetTableName()!, column.GetColumnName());
        var unit = column.ClrType == typeof(byte[]) ? "bytes" : "characters";
        return new RowRefusedException(table, name, $"{name} of {table} takes {column.GetMaxLength():N0} {unit}, and there were {length:N0}.");
    }

    private static (IProperty, int)[] Bounded(IEntityType entity) =>
    [
        .. entity.GetProperties().Where(property => property.ClrType == typeof(string) || property.ClrType == typeof(byte[]))
            .Where(property => property.GetMaxLength() is not null).Select(property => (property, property.GetMaxLength()!.Value)),
    ];
}
