using System.Runtime.CompilerServices;

namespace OtherThing.Core.Steps.Schemas;

/// <summary>
/// Stops a check from inside. Only references can make a check longer than schema and value are, so the handlers of references ask;
/// it is kept per thread because the library hands nothing of ours through.
/// </summary>
internal static class SchemaWatch
{
    [ThreadStatic]
    private static CancellationToken s_cancellation;

    public static void Begin(CancellationToken cancellationToken) => s_cancellation = cancellationToken;

    /// <exception cref="OperationCanceledException">Nobody waits for the answer any more.</exception>
    /// <exception cref="InsufficientExecutionStackException">References lead into one another without an end.</exception>
    public static void Look()
    {
        s_cancellation.ThrowIfCancellationRequested();
        RuntimeHelpers.EnsureSufficientExecutionStack();
    }
}
