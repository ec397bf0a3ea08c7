using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OtherThing.Core.Flows;
using OtherThing.Core.Runs.Machine;
using OtherThing.Core.Steps;

namespace OtherThing.Core.Runs.Grains;

/// <summary>Carries out one attempt on the thread pool, within its time, and turns whatever happens into an outcome.</summary>
internal sealed partial class StepRunner(
    IEnumerable<IStepExecutor> executors, RunRights rights, RunTalk talk, TimeProvider clock, IHostApplicationLifetime lifetime, ILogger<StepRunner> logger)
{
    private readonly FrozenDictionary<string, IStepExecutor> _executors = executors.ToFrozenDictionary(executor => executor.Type);

    /// <returns>How it ended; null when the process stops, so that the attempt stays at work in the journal.</returns>
    /// <param name="run">The run.</param>
    /// <param name="start">What to carry out.</param>
    /// <param name="isHandedOver">Whether the attempt goes on with another owner.</param>
    /// <param name="onlyWaits">Hears that the attempt only waits for somebody else from now on.</param>
    /// <param name="cancelled">Stops the attempt.</param>
    public async Task<StepOutcome?> ExecuteAsync(Run run, StartAttempt start, Func<bool> isHandedOver, Action onlyWaits, CancellationToken cancelled)
    {
        if (!_executors.TryGetValue(start.Step.Type.Name, out var executor))
        {
            return StepOutcome.Failed("step.not_available", $"This server cannot carry out {start.Step.Type.Name}.", noEffect: true);
        }

        using var timeout = new CancellationTokenSource(start.Step.Timeout, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancelled, timeout.Token, lifetime.ApplicationStopping);
        using var speech = talk.Open(run.Id, start.Path);
        var call = Describe(run, start, speech, isHandedOver, onlyWaits);
        try
        {
            if (await rights.RefuseAsync(run.WorkspaceId, run.StartedBy, either.Token) is { } refusal)
            {
                return StepOutcome.Failed(refusal.Code, refusal.Message, noEffect: !start.Resumed) with { EndsRun = true };
            }

            return await Task.Run(() => executor.ExecuteAsync(call, either.Token), CancellationToken.None);
        }
        catch (OperationCanceledException) when (cancelled.IsCancellationRequested)
        {
            return StepOutcome.Failed("run.cancelled", "The step was stopped.");
        }
        catch (OperationCanceledException) when (lifetime.ApplicationStopping.IsCancellationRequested)
        {
            return null;
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested)
        {
            var message = $"The step took longer than {start.Step.Timeout.TotalSeconds:0.#} s.";
            return start.Step.Effects == StepEffects.Once
                ? StepOutcome.Unknown("step.timeout", message + " Whether it took effect is not known.")
                : StepOutcome.Failed("step.timeout", message);
        }
        catch (Exception exception)
        {
            LogFault(exception, run.Id, start.Path);
            return StepOutcome.Failed(
                "step.fault",
                $"The step failed because of an internal error of the server ({exception.GetType().Name}). The server's log has details under run {run.Id}.");
        }
    }

    private StepCall Describe(Run run, StartAttempt start, RunTalk.Speech speech, Func<bool> isHandedOver, Action onlyWaits) => new()
    {
        WorkspaceId = run.WorkspaceId,
        FlowId = run.FlowId,
        RunId = run.Id,
        UserId = run.StartedBy,
        Path = start.Path,
        Attempt = start.Attempt,
        AttemptId = IdOf(run.Id, start.Path, start.Attempt),
        Resumed = start.Resumed,
        Step = start.Step.Definition,
        Config = start.Config,
        Timeout = start.Step.Timeout,
        Depth = run.Depth,
        RootRunId = run.RootRunId,
        Hops = run.Hops,
        OnlyWaits = onlyWaits,
        IsHandedOver = () => lifetime.ApplicationStopping.IsCancellationRequested || isHandedOver(),
        Report = speech.Say,
    };

    /// <summary>The same id for the same attempt after any restart: a version 8 UUID of the SHA-256 of its place.</summary>
    internal static Guid IdOf(Guid runId, string path, int attempt)
    {
        Span<byte> hash = stackalloc byte[32];
        SHA256.HashData(Encoding.UTF8.GetBytes($"{runId:N}/{path}/{attempt}"), hash);
        hash[6] = (byte)((hash[6] & 0x0F) | 0x80);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new Guid(hash[..16], bigEndian: true);
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Step {Path} of run {RunId} stopped on a fault")]
    private partial void LogFault(Exception exception, Guid runId, string path);
}
