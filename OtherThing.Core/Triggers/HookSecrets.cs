using System.Text.Json;
using System.Text.Json.Nodes;
using OtherThing.Core.Flows;
using OtherThing.Core.Keys;
using OtherThing.Core.Results;
using OtherThing.Core.Steps.Configs;

namespace OtherThing.Core.Triggers;

/// <summary>
/// Keeps a webhook's secret out of the flow document: what is saved, shown, kept as a version and exported is its sealed form, which only
/// the server opens and only in the workspace it was given to.
/// </summary>
public sealed class HookSecrets(IVault vault)
{
    private const string Prefix = "sealed:";
    private const string TokenField = "webhook.token";

    /// <summary>Whether this server can seal for a workspace; null when it can.</summary>
    public Task<Error?> CheckAsync(Guid workspaceId, CancellationToken cancellationToken) => vault.CheckAsync(workspaceId, cancellationToken);

    /// <summary>The document with every secret that was typed in sealed.</summary>
    /// <returns>The document, or <c>vault.cannot_open</c>.</returns>
    public async Task<Result<FlowDocument>> SealAsync(Guid workspaceId, FlowDocument flow, CancellationToken cancellationToken)
    {
        if (!flow.Steps.Any(step => TypedSecretOf(step) is not null))
        {
            return flow;
        }

        if (await vault.CheckAsync(workspaceId, cancellationToken) is { } locked)
        {
            return locked;
        }

        var steps = new List<FlowStep>(flow.Steps.Count);
        foreach (var step in flow.Steps)
        {
            if (TypedSecretOf(step) is not { } secret)
            {
                steps.Add(step);
                continue;
            }

            using var value = new SecretValue(secret);
            var made = await vault.SealAsync(SecretBindingOf(workspaceId), value, cancellationToken);
            var config = JsonObject.Create(step.Config)!;
            config["secret"] = Prefix + Convert.ToBase64String(made);
            steps.Add(step with { Config = Json.ToElement(config) });
        }

        return flow with { Steps = steps };
    }

    /// <summary>The key deliveries of a webhook step are signed with; null for an unsigned one.</summary>
    /// <returns>The key, or why the sealed secret cannot be opened here.</returns>
    public async Task<Result<byte[]?>> ReadKeyAsync(Guid workspaceId, string stepId, WebhookTriggerConfig config, CancellationToken cancellationToken)
    {
        if (string.IsNullOrEmpty(config.Secret))
        {
            return Result<byte[]?>.Success(null);
        }

        if (!config.Secret.StartsWith(Prefix, StringComparison.Ordinal))
        {
            return HookSignature.KeyOf(config.Secret);
        }

        var bytes = new byte[config.Secret.Length];
        if (Convert.TryFromBase64String(config.Secret[Prefix.Length..], bytes, out var length)
            && await vault.OpenAsync(SecretBindingOf(workspaceId), bytes[..length], cancellationToken) is { } opened)
        {
            using (opened)
            {
                return HookSignature.KeyOf(opened.Expose());
            }
        }

        return Error.Invalid(
            "flow.invalid", $"flow.steps.{stepId}.config.secret",
            "This secret was sealed by another workspace or server and cannot be opened here. Type it again.");
    }

    /// <summary>A token as the database keeps it.</summary>
    public async Task<byte[]> SealTokenAsync(Trigger trigger, string token, CancellationToken cancellationToken)
    {
        using var value = new SecretValue(token);
        return await vault.SealAsync(TokenBindingOf(trigger), value, cancellationToken);
    }

    /// <summary>The token; null when this server's ring does not open it.</summary>
    public async Task<string?> OpenTokenAsync(Trigger trigger, CancellationToken cancellationToken)
    {
        if (trigger.SealedToken is null)
        {
            return null;
        }

        using var opened = await vault.OpenAsync(TokenBindingOf(trigger), trigger.SealedToken, cancellationToken);
        return opened?.Expose();
    }

    private static SecretBinding SecretBindingOf(Guid workspaceId) => new(workspaceId, workspaceId, "webhook.secret", "");

    private static SecretBinding TokenBindingOf(Trigger trigger) => new(trigger.WorkspaceId, trigger.Id, TokenField, "");

    private static string? TypedSecretOf(FlowStep step) =>
        step?.Type == WebhookTriggerConfig.StepType
        && step.Config.ValueKind == JsonValueKind.Object
        && step.Config.TryGetProperty("secret", out var secret) && secret.ValueKind == JsonValueKind.String
        && secret.GetString() is { Length: > 0 } text && !text.StartsWith(Prefix, StringComparison.Ordinal)
            ? text
            : null;
}
