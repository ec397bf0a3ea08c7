using System.Collections.Concurrent;
using System.Data.Common;
using System.Diagnostics;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace OtherThing.Tests.Data.Runs;

/// <summary>How SQLite goes about some statements of one database, while it lives.</summary>
internal sealed class QueryPlans : IObserver<DiagnosticListener>, IObserver<KeyValuePair<string, object?>>, IDisposable
{
    private readonly string _connection;
    private readonly string _says;
    private readonly ConcurrentQueue<string> _found = [];
    private readonly ConcurrentBag<IDisposable> _subscriptions = [];

    /// <param name="connection">Whose statements.</param>
    /// <param name="says">What they have in their text.</param>
    public QueryPlans(string connection, string says = "DELETE FROM")
    {
        (_connection, _says) = (connection, says);
        _subscriptions.Add(DiagnosticListener.AllListeners.Subscribe(this));
    }

    /// <summary>Each line of each plan.</summary>
    public IReadOnlyCollection<string> Found => _found;

    public void OnNext(DiagnosticListener value)
    {
        if (value.Name == DbLoggerCategory.Name)
        {
            _subscriptions.Add(value.Subscribe(this));
        }
    }

    public void OnNext(KeyValuePair<string, object?> value)
    {
        if (value.Value is CommandEventData { Command: var command } && value.Key == RelationalEventId.CommandExecuting.Name
            && command.Connection?.ConnectionString == _connection && command.CommandText.Contains(_says, StringComparison.Ordinal))
        {
            Explain(command);
        }
    }

    public void OnCompleted()
    {
    }

    public void OnError(Exception error)
    {
    }

    public void Dispose()
    {
        foreach (var subscription in _subscriptions)
        {
            subscription.Dispose();
        }
    }

    private void Explain(DbCommand command)
    {
        using var ask = command.Connection!.CreateCommand();
        (ask.Transaction, ask.CommandText) = (command.Transaction, "EXPLAIN QUERY PLAN " + command.CommandText);
        foreach (DbParameter parameter in command.Parameters)
        {
            var copy = ask.CreateParameter();
            (copy.ParameterName, copy.Value) = (parameter.ParameterName, parameter.Value);
            ask.Parameters.Add(copy);
        }

        using var reader = ask.ExecuteReader();
        while (reader.Read())
        {
            _found.Enqueue(reader.GetString(3));
        }
    }
}
