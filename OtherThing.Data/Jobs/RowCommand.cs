using System.Data.Common;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace OtherThing.Data.Jobs;

/// <summary>
/// One statement for many rows of one entity, prepared once per transaction, without change tracking: for the hot path.
/// The text comes from the model, so it follows it, and is the same on every provider.
/// </summary>
internal sealed class RowCommand<T> : IAsyncDisposable
    where T : class
{
    private readonly DbCommand _command;
    private readonly List<(DbParameter Parameter, IProperty Property)> _cells = [];
    private readonly Dictionary<string, (DbParameter Parameter, RelationalTypeMapping Mapping)> _extras = [];

    private RowCommand(DbCommand command) => _command = command;

    /// <summary>Inserts a row unless its key exists.</summary>
    public static RowCommand<T> Insert(AppDbContext db)
    {
        var (command, entity, sql) = Begin(db);
        var table = sql.DelimitIdentifier(entity.GetTableName()!);
        var properties = entity.GetProperties().ToArray();
        var key = entity.FindPrimaryKey()!.Properties;
        var text = new StringBuilder("INSERT INTO ").Append(table).Append(" (")
            .AppendJoin(", ", properties.Select(p => sql.DelimitIdentifier(p.GetColumnName()))).Append(") SELECT ")
            .AppendJoin(", ", properties.Select(p => "@" + p.Name)).Append(" WHERE NOT EXISTS (SELECT 1 FROM ").Append(table).Append(" WHERE ")
            .AppendJoin(" AND ", key.Select(p => Equal(sql, p, p.Name))).Append(')');
        return command.Take(text, properties);
    }

    /// <summary>Sets the columns of one row where every condition holds; a condition is a property and its parameter's name.</summary>
    public static RowCommand<T> Update(AppDbContext db, IEnumerable<string> columns, params IReadOnlyList<string> expected)
    {
        var (command, entity, sql) = Begin(db);
        var properties = columns.Select(name => entity.FindProperty(name)!).ToArray();
        var key = entity.FindPrimaryKey()!.Properties;
        var text = new StringBuilder("UPDATE ").Append(sql.DelimitIdentifier(entity.GetTableName()!)).Append(" SET ")
            .AppendJoin(", ", properties.Select(p => Equal(sql, p, p.Name))).Append(" WHERE ")
            .AppendJoin(" AND ", key.Select(p => Equal(sql, p, p.Name)));
        foreach (var property in expected.Select(name => entity.FindProperty(name)!))
        {
            text.Append(" AND ").Append(Equal(sql, property, "Expected" + property.Name));
            command.Extra("Expected" + property.Name, property);
        }

        return command.Take(text, [.. properties, .. key]);
    }

    /// <summary>Runs the statement for one row; true when a row was written.</summary>
    public async Task<bool> RunAsync(T row, CancellationToken cancellationToken, params (string Name, object Value)[] expected)
    {
        foreach (var (parameter, property) in _cells)
        {
            parameter.Value = Stored(property.GetTypeMapping().Converter, property.GetGetter().GetClrValue(row));
        }

        foreach (var (name, value) in expected)
        {
            var (parameter, mapping) = _extras["Expected" + name];
            parameter.Value = Stored(mapping.Converter, value);
        }

        return await _command.ExecuteNonQueryAsync(cancellationToken) == 1;
    }

    public ValueTask DisposeAsync() => _command.DisposeAsync();

    private static (RowCommand<T> Command, IEntityType Entity, ISqlGenerationHelper Sql) Begin(AppDbContext db)
    {
        var command = db.Database.GetDbConnection().CreateCommand();
        command.Transaction = db.Database.CurrentTransaction!.GetDbTransaction();
        return (new RowCommand<T>(command), db.Model.FindEntityType(typeof(T))!, db.GetService<ISqlGenerationHelper>());
    }

    private static string Equal(ISqlGenerationHelper sql, IProperty property, string parameter) =>
        $"{sql.DelimitIdentifier(property.GetColumnName())} = @{parameter}";

    private static object Stored(ValueConverter? converter, object? value) =>
        (value is null || converter is null ? value : converter.ConvertToProvider(value)) ?? DBNull.Value;

    private RowCommand<T> Take(StringBuilder text, IEnumerable<IProperty> properties)
    {
        _command.CommandText = text.ToString();
        foreach (var property in properties)
        {
            _cells.Add((Add(property.Name, property), property));
        }

        return this;
    }

    private void Extra(string name, IProperty property) =>
        _extras[name] = (Add(name, property), (RelationalTypeMapping)property.GetTypeMapping());

    private DbParameter Add(string name, IProperty property)
    {
        var parameter = ((RelationalTypeMapping)property.GetTypeMapping()).CreateParameter(_command, "@" + name, null, property.IsNullable);
        _command.Parameters.Add(parameter);
        return parameter;
    }
}
