using System.Data.Common;
using Microsoft.Data.SqlClient;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Storage;

namespace OtherThing.Data.Conventions;

/// <summary>
/// A statement written by hand: its text, and the column of the model behind each parameter. Type, size and precision of a parameter are those
/// of its column, so a provider neither guesses them from a first value nor cuts a later one; what does not fit is refused before it is sent.
/// </summary>
internal sealed class Statement
{
    private readonly RelationalTypeMapping[] _mappings;
    private readonly int[] _longest;

    /// <param name="text">The statement.</param>
    /// <param name="parameters">Its parameters without their <c>@</c>, in the order their values are given in, each with its column.</param>
    public Statement(string text, params IReadOnlyList<(string Name, IProperty Column)> parameters)
    {
        (Text, Parameters) = (text, parameters);
        _mappings = [.. parameters.Select(parameter => (RelationalTypeMapping)parameter.Column.GetTypeMapping())];
        _longest = [.. parameters.Select(parameter => parameter.Column.GetMaxLength() ?? int.MaxValue)];
    }

    public string Text { get; }

    public IReadOnlyList<(string Name, IProperty Column)> Parameters { get; }

    /// <summary>A command that is used again and again on one connection.</summary>
    public DbCommand On(DbConnection connection)
    {
        var command = connection.CreateCommand();
        command.CommandText = Text;
        AddParameters(command.Parameters, command);
        return command;
    }

    /// <summary>A command of a batch.</summary>
    /// <param name="batch">The batch it is added to.</param>
    /// <param name="maker">Any command of the same provider; it makes the parameters.</param>
    /// <param name="values">The values as the database takes them.</param>
    public DbBatchCommand In(DbBatch batch, DbCommand maker, params ReadOnlySpan<object?> values)
    {
        var command = batch.CreateBatchCommand();
        command.CommandText = Text;
        AddParameters(command.Parameters, maker);
        Fill(command.Parameters, values);
        batch.BatchCommands.Add(command);
        return command;
    }

    /// <summary>Sets the values of one row, as the database takes them.</summary>
    public void Fill(DbParameterCollection parameters, params ReadOnlySpan<object?> values)
    {
        for (var i = 0; i < values.Length; i++)
        {
            var value = values[i];
            var length = value switch { string text => text.Length, byte[] bytes => bytes.Length, _ => 0 };
            if (length > _longest[i])
            {
                throw ColumnLengths.TooLong(Parameters[i].Column, length);
            }

            parameters[i].Value = value ?? DBNull.Value;
        }
    }

    /// <summary>What the database takes for a value of the model.</summary>
    public object? Stored(int parameter, object? value) =>
        value is null || _mappings[parameter].Converter is not { } converter ? value : converter.ConvertToProvider(value);

    private void AddParameters(DbParameterCollection parameters, DbCommand maker)
    {
        for (var i = 0; i < _mappings.Length; i++)
        {
            var (name, column) = Parameters[i];
            var parameter = _mappings[i].CreateParameter(maker, "@" + name, null, column.IsNullable);
            // SQLite would cut a value at a size; it has none.
            if (parameter is SqlParameter && SizeOf(column, _mappings[i]) is { } size)
            {
                parameter.Size = size;
            }

            parameters.Add(parameter);
        }
    }

    /// <summary>The size of a column of text or bytes on SQL Server, -1 for <c>max</c>; null for the others.</summary>
    private static int? SizeOf(IProperty column, RelationalTypeMapping mapping) =>
        (mapping.Converter?.ProviderClrType ?? mapping.ClrType) is var type && type != typeof(string) && type != typeof(byte[]) ? null
        : mapping.StoreType.EndsWith("(max)", StringComparison.OrdinalIgnoreCase) ? -1
        : mapping.Size ?? column.GetMaxLength();
}
