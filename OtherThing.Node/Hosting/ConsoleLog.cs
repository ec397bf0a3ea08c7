using Microsoft.Extensions.Logging;

namespace OtherThing.Agent.Hosting;

/// <summary>One plain line per message, for a terminal or a service's journal.</summary>
internal sealed class ConsoleLog(TextWriter output, TimeProvider clock, LogLevel least) : ILogger
{
    private readonly Lock _lock = new();

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= least;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (!IsEnabled(logLevel))
        {
            return;
        }

        var mark = logLevel >= LogLevel.Error ? "error: " : logLevel == LogLevel.Warning ? "warning: " : "";
        lock (_lock)
        {
            output.WriteLine($"{clock.GetLocalNow():HH:mm:ss} {mark}{formatter(state, exception)}");
            if (exception is not null)
            {
                output.WriteLine(exception);
            }

            output.Flush();
        }
    }
}
