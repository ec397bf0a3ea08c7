namespace OtherThing.Core.Steps;

/// <summary>Carries out nothing: a placeholder says what to do instead.</summary>
public sealed class PlaceholderExecutor : IStepExecutor
{
    /// <inheritdoc />
    public string Type => StepCatalog.Placeholder;

    /// <inheritdoc />
    public Task<StepOutcome> ExecuteAsync(StepCall call, CancellationToken cancellationToken)
    {
        var type = call.Config.TryGetProperty("type", out var name) ? name.GetString() : null;
        return Task.FromResult(StepOutcome.Failed(
            "step.placeholder", $"This step stands for {type ?? "a step of another product"} and cannot run. Put a step of this server in its place.",
            noEffect: true));
    }
}
