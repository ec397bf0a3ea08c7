using Microsoft.Extensions.Logging;
using OtherThing.Core.Access;
using OtherThing.Core.Audit;
using OtherThing.Core.Live;
using OtherThing.Core.Results;

namespace OtherThing.Core.Keys;

/// <summary>A key someone wants to lend.</summary>
/// <param name="Provider">The provider's name: <c>openai anthropic google groq custom</c>.</param>
/// <param name="Name">What to call it; null takes the provider's title.</param>
/// <param name="Value">The value as the provider gave it out.</param>
/// <param name="BaseUrl">Where a custom provider lives; null for the known ones.</param>
public sealed record KeyDraft(string? Provider, string? Name, string? Value, string? BaseUrl);

/// <summary>Takes keys that members lend to a workspace.</summary>
public sealed partial class KeyAddService(
    IKeyStore keys,
    IVault vault,
    ProviderProbe probe,
    KeyDraftRules rules,
    AuditLog audit,
    ILiveFeed feed,
    Door door,
    TimeProvider clock,
    ILogger<KeyAddService> logger)
{
    /// <summary>Tests a key against its provider and keeps it, sealed.</summary>
    /// <returns>
    /// The key without its value, or <c>key.invalid</c> with the fields at fault, <c>key.duplicate</c>, <c>vault.cannot_open</c>, or what
    /// <see cref="ProviderProbe.ListModelsAsync"/> answers.
    /// </returns>
    public async Task<Result<ApiKeyView>> AddAsync(Actor actor, Guid workspaceId, KeyDraft draft, CancellationToken cancellationToken)
    {
        if (!(await door.EnterAsync(actor, workspaceId, Operations.KeyAdd, cancellationToken)).TryGet(out var entry, out var refusal))
        {
            return refusal;
        }

        if (!rules.Check(draft).TryGet(out var wanted, out var invalid))
        {
            return invalid;
        }

        if (await vault.CheckAsync(workspaceId, cancellationToken) is { } locked)
        {
            return locked;
        }

        using var value = new SecretValue(wanted.Value);
        var (info, baseUrl) = (wanted.Provider, wanted.BaseUrl);
        if (!(await probe.ListModelsAsync(info.Provider, baseUrl, value, cancellationToken)).TryGet(out _, out var rejected))
        {
            return rejected;
        }

        var now = clock.GetUtcNow().UtcDateTime;
        var key = new ApiKey(
            Guid.CreateVersion7(), workspaceId, info.Provider, wanted.Name, baseUrl, ApiKey.MaskOf(wanted.Value), entry.UserId, now);
        key.Seal(
            await vault.SealAsync(SecretBroker.Binding(key, key.Host), value, cancellationToken),
            await vault.FingerprintAsync(workspaceId, key.Host, value, cancellationToken));
        if (!await keys.TryAddAsync(key, cancellationToken))
        {
            return KeyErrors.Duplicate;
        }

        await audit.AppendAsync(actor, workspaceId, Operations.KeyAdd, $"key:{key.Id}", $"{info.Name} '{key.Name}'");
        LogAdded(key.Id, workspaceId, info.Name);
        feed.Publish(Topic.Workspace(workspaceId), new KeysChanged());
        return ApiKeyView.Of(key, isLent: true);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Key {KeyId} of workspace {WorkspaceId} added for {Provider}")]
    private partial void LogAdded(Guid keyId, Guid workspaceId, string provider);
}
