using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace OtherThing.Data.Conventions;

/// <summary>
/// Repeats a statement, or a save, that stands for itself when another writer was in the way and it was rolled back for certain.
/// Inside a transaction nothing is repeated alone: there the whole unit is (<see cref="UnitOfWork"/>).
/// </summary>
internal sealed class RepeatingStrategy(ExecutionStrategyDependencies dependencies) : IExecutionStrategy
{
    private const int MostTries = 5;

    // Results are read as they come: once the first row is here, nothing is repeated.
    public bool RetriesOnFailure => false;

    private bool IsAlone => dependencies.CurrentContext.Context.Database.CurrentTransaction is null;

    public TResult Execute<TState, TResult>(
        TState state, Func<DbContext, TState, TResult> operation, Func<DbContext, TState, ExecutionResult<TResult>>? verifySucceeded) =>
        operation(dependencies.CurrentContext.Context, state);

    public async Task<TResult> ExecuteAsync<TState, TResult>(
        TState state,
        Func<DbContext, TState, CancellationToken, Task<TResult>> operation,
        Func<DbContext, TState, CancellationToken, Task<ExecutionResult<TResult>>>? verifySucceeded,
        CancellationToken cancellationToken = default)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                return await operation(dependencies.CurrentContext.Context, state, cancellationToken);
            }
            catch (Exception exception) when (tries < MostTries && IsAlone && DatabaseFaults.Of(exception, cancellationToken) == DatabaseFault.Conflict)
            {
                // Rolled back whole; the same again may go well.
            }

            await Task.Delay(UnitOfWork.Pause(tries), cancellationToken);
        }
    }
}
