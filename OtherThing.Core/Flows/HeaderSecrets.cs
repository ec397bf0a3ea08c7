using System.Text.Json;
using System.Text.Json.Nodes;
using OtherThing.Core.Access;
using OtherThing.Core.Egress;
using OtherThing.Core.Keys;
using OtherThing.Core.Results;

namespace OtherThing.Core.Flows;

/// <summary>
/// Keeps credentials that somebody types into the headers of an <c>http.request</c> step out of the flow document: what is saved, shown
/// to co-editors, kept as a version and compared is their sealed form. It opens only in its workspace, under its header's name, and for
/// the scheme, host and port that the step wrote out when it was typed. What has a template in it is no typed value and stays as it is.
/// </summary>
public sealed class HeaderSecrets(IVault vault) : IFlowListener
{
    /// <summary>The type of step whose headers are looked at.</summary>
    public const string StepType = "http.request";

    private const string Prefix = "sealed:";

    /// <inheritdoc/>
    public async Task<Result<FlowDefinition>> SavingAsync(Guid workspaceId, FlowDefinition definition, CancellationToken cancellationToken)
    {
        var typed = definition.Steps.Where(step => TypedIn(step).Any()).ToList();
        if (typed.Count == 0)
        {
            return definition;
        }

        if (typed.Find(step => HasTemplate(HostOf(step))) is { } open)
        {
            return HostTemplated(open);
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
    public Task<Error?> CheckPublishAsync(Actor actor, Entry entry, Flow flow, FlowDefinition definition, CancellationToken cancellationToken) =>
        Task.FromResult<Error?>(null);

    /// <inheritdoc/>
    public Task PublishedAsync(Actor actor, Flow flow, FlowDefinition definition, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task DeletedAsync(Guid workspaceId, Guid flowId, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>A header's value as it is sent.</summary>
    /// <param name="workspaceId">The workspace.</param>
    /// <param name="step">The step as its document has it.</param>
    /// <param name="name">The header.</param>
    /// <param name="value">Its value, sealed or not.</param>
    /// <param name="url">Where it is sent, with every template filled in.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The value, or <c>http.secret_unreadable</c>.</returns>
    public async Task<Result<string>> OpenAsync(
        Guid workspaceId, FlowStep step, string name, string value, Uri url, CancellationToken cancellationToken)
    {
        if (!value.StartsWith(Prefix, StringComparison.Ordinal))
        {
            return value;
        }

        var bytes = new byte[value.Length];
        if (IsWrittenOut(step, url)
            && Convert.TryFromBase64String(value[Prefix.Length..], bytes, out var length)
            && await vault.OpenAsync(BindingOf(workspaceId, step, name), bytes[..length], cancellationToken) is { } opened)
        {
            using (opened)
            {
                return opened.Expose();
            }
        }

        return Error.Invalid(
            "http.secret_unreadable", $"headers.{name}",
            $"The value of header {name} was typed for another address, workspace or server and is not sent to {url.Authority}. Type it again.");
    }

    private async Task<FlowStep> SealAsync(Guid workspaceId, FlowStep step, CancellationToken cancellationToken)
    {
        var typed = TypedIn(step).ToList();
        if (typed.Count == 0)
        {
            return step;
        }

        var config = JsonObject.Create(step.Config)!;
        var headers = config["headers"]!.AsObject();
        foreach (var (name, text) in typed)
        {
            using var value = new SecretValue(text);
            headers[name] = Prefix + Convert.ToBase64String(await vault.SealAsync(BindingOf(workspaceId, step, name), value, cancellationToken));
        }

        return step with { Config = Json.ToElement(config) };
    }

    private static SecretBinding BindingOf(Guid workspaceId, FlowStep step, string name) =>
        new(workspaceId, workspaceId, "http.header." + name.ToLowerInvariant(), HostOf(step));

    // What is compared is the address that is called, not how it is spelled: text that joins a host's end makes another host of it.
    private static bool IsWrittenOut(FlowStep step, Uri url) =>
        HostOf(step) is var written && !HasTemplate(written) && Uri.TryCreate(written, UriKind.Absolute, out var bound)
        && bound.UserInfo.Length == 0 && url.UserInfo.Length == 0
        && bound.Scheme == url.Scheme && bound.Port == url.Port && bound.IdnHost.Equals(url.IdnHost, StringComparison.OrdinalIgnoreCase);

    private static bool HasTemplate(string text) =>
        text.Contains("{{", StringComparison.Ordinal) || text.Contains("{%", StringComparison.Ordinal);

    private static Error HostTemplated(FlowStep step) => Error.Invalid(
        "http.host_template", $"steps.{step.Id}.config.url",
        $"Step {step.Id} has a typed value in its header {TypedIn(step).First().Name}, and a template in the scheme, host or port of its url decides where that is sent. "
        + "Write the host out and put the template after the first slash that follows it.");

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

    private static IEnumerable<(string Name, string Text)> TypedIn(FlowStep? step)
    {
        if (step is not { Type: StepType, Config.ValueKind: JsonValueKind.Object }
            || !step.Config.TryGetProperty("headers", out var headers) || headers.ValueKind != JsonValueKind.Object)
        {
            yield break;
        }

        foreach (var header in headers.EnumerateObject())
        {
            if (header.Value.ValueKind == JsonValueKind.String && CredentialHeaders.Contains(header.Name)
                && header.Value.GetString() is { Length: > 0 } text
                && !text.StartsWith(Prefix, StringComparison.Ordinal) && !HasTemplate(text))
            {
                yield return (header.Name, text);
            }
        }
    }
}
