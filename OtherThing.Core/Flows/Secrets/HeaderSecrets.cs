using System.Text.Json;
using OtherThing.Core.Access;
using OtherThing.Core.Flows.Validation;
using OtherThing.Core.Keys;
using OtherThing.Core.Results;

namespace OtherThing.Core.Flows.Secrets;

/// <summary>
/// Keeps credentials that somebody types into the headers, the query or the address of an <c>http.request</c> step out of the flow
/// document: what is saved, shown to co-editors, kept as a version and compared is their sealed form. It opens only in its workspace, under
/// its name, and for the scheme, host and port that the step wrote out when it was typed. What a template stands for is no typed value and
/// stays as it is; what is typed beside one is sealed by itself.
/// </summary>
public sealed class HeaderSecrets(IVault vault) : IFlowListener
{
    /// <summary>The type of step that is looked at.</summary>
    public const string StepType = "http.request";

    /// <inheritdoc/>
    public async Task<Result<FlowDocument>> SavingAsync(Guid workspaceId, FlowDocument definition, CancellationToken cancellationToken)
    {
        if (definition.Steps.Select(RefuseAddress).FirstOrDefault(static error => error is not null) is { } inTheAddress)
        {
            return inTheAddress;
        }

        var typed = definition.Steps.Where(step => TypedIn(step).Any()).ToList();
        if (typed.Count == 0)
        {
            return definition;
        }

        if (typed.Select(Refuse).FirstOrDefault(static error => error is not null) is { } refusal)
        {
            return refusal;
        }

        if (await vault.CheckAsync(workspaceId, cancellationToken) is { } locked)
        {
            return locked;
        }

        var steps = new List<FlowStep>(definition.Steps.Count);
        foreach (var step in definition.Steps)
        {
            steps.Add(await SealAsync(workspaceId, step, cancellationToken));
        }

        return definition with { Steps = steps };
    }

    /// <inheritdoc/>
    public Task<Error?> CheckPublishAsync(Actor actor, Entry entry, Flow flow, FlowDocument definition, CancellationToken cancellationToken) =>
        Task.FromResult<Error?>(null);

    /// <inheritdoc/>
    public Task<PublishedWith?> PublishingAsync(Actor actor, Flow flow, FlowDocument definition, CancellationToken cancellationToken) =>
        Task.FromResult<PublishedWith?>(null);

    /// <inheritdoc/>
    public Task DeletedAsync(Guid workspaceId, Guid flowId, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>What is sent: the config with every sealed value opened.</summary>
    /// <param name="workspaceId">The workspace.</param>
    /// <param name="step">The step as its document has it.</param>
    /// <param name="config">Its config with every template filled in.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The config, or <c>http.secret_unreadable</c>.</returns>
    public async Task<Result<JsonElement>> OpenAsync(Guid workspaceId, FlowStep step, JsonElement config, CancellationToken cancellationToken)
    {
        if (!CredentialFields.In(config).Any(static field => SealedText.Has(field.Text)))
        {
            return config;
        }

        var goesThere = config.TryGetProperty("url", out var text) && text.ValueKind == JsonValueKind.String
            && Uri.TryCreate(text.GetString()!.Trim(), UriKind.Absolute, out var url) && IsWrittenOut(step, url);
        var values = new Dictionary<CredentialField, string>();
        foreach (var field in CredentialFields.In(config).Where(static field => SealedText.Has(field.Text)).Distinct())
        {
            if (!goesThere
                || await SealedText.OpenAsync(
                    field.Text, sealedValue => OpenAsync(BindingOf(workspaceId, step, field), sealedValue, cancellationToken)) is not { } value)
            {
                return Error.Invalid(
                    "http.secret_unreadable", field.Place,
                    $"The value of {field.Words} was typed for another address, workspace or server and is not sent. Type it again.");
            }

            values[field] = value;
        }

        return CredentialFields.Change(config, field => values.GetValueOrDefault(field));
    }

    private async Task<string?> OpenAsync(SecretBinding binding, byte[] sealedValue, CancellationToken cancellationToken)
    {
        using var opened = await vault.OpenAsync(binding, sealedValue, cancellationToken);
        return opened?.Expose();
    }

    private async Task<FlowStep> SealAsync(Guid workspaceId, FlowStep step, CancellationToken cancellationToken)
    {
        var values = new Dictionary<CredentialField, string>();
        foreach (var field in TypedIn(step).Distinct())
        {
            values[field] = await SealedText.SealAsync(field.Text, async typed =>
            {
                using var value = new SecretValue(typed);
                return await vault.SealAsync(BindingOf(workspaceId, step, field), value, cancellationToken);
            });
        }

        return values.Count == 0 ? step : step with { Config = CredentialFields.Change(step.Config, field => values.GetValueOrDefault(field)) };
    }

    private static SecretBinding BindingOf(Guid workspaceId, FlowStep step, CredentialField field) =>
        new(workspaceId, workspaceId, field.Binding, HostOf(step));

    // What is compared is the address that is called, not how it is spelled: text that joins a host's end makes another host of it.
    private static bool IsWrittenOut(FlowStep step, Uri url) =>
        HostOf(step) is var written && !SealedText.HasTemplate(written) && Uri.TryCreate(written, UriKind.Absolute, out var bound)
        && bound.UserInfo.Length == 0 && url.UserInfo.Length == 0
        && bound.Scheme == url.Scheme && bound.Port == url.Port && bound.IdnHost.Equals(url.IdnHost, StringComparison.OrdinalIgnoreCase);

    /// <summary>Why what is typed cannot be sealed; null when it can.</summary>
    private static Error? Refuse(FlowStep step)
    {
        var (first, host) = (TypedIn(step).First(), HostOf(step));
        if (SealedText.HasTemplate(host))
        {
            return Error.Invalid(
                "http.host_template", $"steps.{step.Id}.config.url",
                $"Step {step.Id} has a typed value in its {first.Words}, and a template in the scheme, host or port of its url decides where that is sent. "
                + "Write the host out and put the template after the first slash that follows it.");
        }

        if (!Uri.TryCreate(host, UriKind.Absolute, out var url)
            || (url.Scheme != Uri.UriSchemeHttps && url.Scheme != Uri.UriSchemeHttp)
            || url.Host.Length == 0)
        {
            return Error.Invalid(
                "http.host_missing", $"steps.{step.Id}.config.url",
                $"Step {step.Id} has a typed value in its {first.Words} and no whole url yet, so that it is open where it may be sent. Give the url first, "
                    + "such as https://api.example.com/, and type the value then.");
        }

        return TypedIn(step).FirstOrDefault(static field => SealedText.HasLiteral(field.Text)) is { Name: not null } literal
            ? Error.Invalid(
                "http.secret_in_template", $"steps.{step.Id}.config.{literal.Place}",
                $"Step {step.Id} has a text inside a template of its {literal.Words}, where it cannot be sealed. Put the text beside the template.")
            : null;
    }

    /// <summary>A name and password in the address are sent nowhere: calls with them are refused, so they need not stand there in clear.</summary>
    private static Error? RefuseAddress(FlowStep? step)
    {
        if (step is not { Type: StepType, Config.ValueKind: JsonValueKind.Object })
        {
            return null;
        }

        var host = HostOf(step);
        var (start, end) = (host.IndexOf("://", StringComparison.Ordinal), host.LastIndexOf('@'));
        return start >= 0 && end > start && SealedText.HasTyped(host[(start + 3)..end].Replace(":", "{{}}", StringComparison.Ordinal))
            ? Error.Invalid(
                "http.url_credentials", $"steps.{step.Id}.config.url",
                $"The address of {FlowValidator.Called(step)} has a name or password before its host. Put them into an Authorization header.")
            : null;
    }

    /// <summary>Everything before the path, as the document spells it; text that joins the host's end is part of it.</summary>
    private static string HostOf(FlowStep step)
    {
        if (!step.Config.TryGetProperty("url", out var url) || url.ValueKind != JsonValueKind.String)
        {
            return "";
        }

        var text = url.GetString()!.Trim();
        var start = text.IndexOf("://", StringComparison.Ordinal);
        var end = start < 0 ? -1 : text.AsSpan(start + 3).IndexOfAny('/', '?', '#');
        return (end < 0 ? text : text[..(start + 3 + end)]).ToLowerInvariant();
    }

    private static IEnumerable<CredentialField> TypedIn(FlowStep? step) => step is { Type: StepType, Config.ValueKind: JsonValueKind.Object }
        ? CredentialFields.In(step.Config).Where(static field => SealedText.HasTyped(field.Text) || SealedText.HasLiteral(field.Text))
        : [];
}
