using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Storage;

namespace OtherThing.Data.Conventions;

/// <summary>
/// One statement for many rows of one entity, without change tracking: for the hot path. The text comes from the model, so it follows it,
/// and is the same on every provider.
/// </summary>
internal sealed class RowCommand<T>
    where T : class
{
    private readonly IProperty[] _cells;
    private readonly string[] _expected;

    private RowCommand(string text, IProperty[] cells, IReadOnlyList<IProperty> expected)
    {
        (_cells, _expected) = (cells, [.. expected.Select(property => property.Name)]);
        Statement = new Statement(
            text, [.. cells.Select(property => (property.Name, property)), .. expected.Select(property => ("Expected" + property.Name, property))]);
    }

    public Statement Statement { get; }

    /// <summary>Inserts a row.</summary>
    public static RowCommand<T> Add(AppDbContext db)
    {
        var (sql, table, properties) = Columns(db);
        var text = new StringBuilder("INSERT INTO ").Append(table).Append(" (")
            .AppendJoin(", ", properties.Select(p => sql.DelimitIdentifier(p.GetColumnName()))).Append(") VALUES (")
            .AppendJoin(", ", properties.Select(p => "@" + p.Name)).Append(')');
        return new RowCommand<T>(text.ToString(), properties, []);
    }

    /// <summary>Inserts a row unless its key exists.</summary>
    public static RowCommand<T> Insert(AppDbContext db)
    {
        var (sql, table, properties) = Columns(db);
        var text = new StringBuilder("INSERT INTO ").Append(table).Append(" (")
            .AppendJoin(", ", properties.Select(p => sql.DelimitIdentifier(p.GetColumnName()))).Append(") SELECT ")
            .AppendJoin(", ", properties.Select(p => "@" + p.Name)).Append(" WHERE NOT EXISTS (SELECT 1 FROM ").Append(table).Append(" WHERE ")
            .AppendJoin(" AND ", db.Model.FindEntityType(typeof(T))!.FindPrimaryKey()!.Properties.Select(p => Equal(sql, p, p.Name))).Append(')');
        return new RowCommand<T>(text.ToString(), properties, []);
    }

    /// <summary>Sets the columns of one row where every condition holds; a condition is a property, whose value is given apart.</summary>
    public static RowCommand<T> Update(AppDbContext db, IEnumerable<string> columns, params IReadOnlyList<string> expected)
    {
        var (entity, sql) = (db.Model.FindEntityType(typeof(T))!, db.GetService<ISqlGenerationHelper>());
        var properties = columns.Select(name => entity.FindProperty(name)!).ToArray();
        var conditions = expected.Select(name => entity.FindProperty(name)!).ToArray();
        var key = entity.FindPrimaryKey()!.Properties;
        var text = new StringBuilder("UPDATE ").Append(sql.DelimitIdentifier(entity.GetTableName()!)).Append(" SET ")
            .AppendJoin(", ", properties.Select(p => Equal(sql, p, p.Name))).Append(" WHERE ")
            .AppendJoin(" AND ", key.Select(p => Equal(sql, p, p.Name)))
            .Append(string.Concat(conditions.Select(p => " AND " + Equal(sql, p, "Expected" + p.Name))));
        return new RowCommand<T>(text.ToString(), [.. properties, .. key], conditions);
    }

    /// <summary>Runs the command for each row, in their order and in the context's transaction; as one batch where the provider knows batches.</summary>
    public async Task RunAsync(AppDbContext db, IReadOnlyList<T> rows, CancellationToken cancellationToken)
    {
        var (connection, transaction) = (db.Database.GetDbConnection(), db.Database.CurrentTransaction!.GetDbTransaction());
        await using var command = Statement.On(connection);
        if (!connection.CanCreateBatch)
        {
            command.Transaction = transaction;
            foreach (var row in rows)
            {
                Statement.Fill(command.Parameters, Values(row));
                await command.ExecuteNonQueryAsync(cancellationToken);
            }

            return;
        }

        await using var batch = connection.CreateBatch();
        batch.Transaction = transaction;
        foreach (var row in rows)
        {
            Statement.In(batch, command, Values(row));
        }

        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>The values of one row in the order of the statement's parameters, as the database takes them.</summary>
    public object?[] Values(T row, params ReadOnlySpan<(string Name, object Value)> expected)
    {
        var values = new object?[_cells.Length + _expected.Length];
        for (var i = 0; i < _cells.Length; i++)
        {
            values[i] = Statement.Stored(i, _cells[i].GetGetter().GetClrValue(row));
        }

        foreach (var (name, value) in expected)
        {
            var at = _cells.Length + Array.IndexOf(_expected, name);
            values[at] = Statement.Stored(at, value);
        }

        return values;
    }

    // What the database makes itself is not said.
    private static (ISqlGenerationHelper Sql, string Table, IProperty[] Properties) Columns(AppDbContext db)
    {
        var (entity, sql) = (db.Model.FindEntityType(typeof(T))!, db.GetService<ISqlGenerationHelper>());
        return (sql, sql.DelimitIdentifier(entity.GetTableName()!), [.. entity.GetProperties().Where(property => !property.IsShadowProperty())]);
    }

    private static string Equal(ISqlGenerationHelper sql, IProperty property, string parameter) =>
        $"{sql.DelimitIdentifier(property.GetColumnName())} = @{parameter}";
}
