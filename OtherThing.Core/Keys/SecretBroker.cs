using OtherThing.Core.Access;
using OtherThing.Core.Audit;
using OtherThing.Core.Results;

namespace OtherThing.Core.Keys;

/// <summary>The only one who opens keys: it notes the use first, and a use that cannot be noted does not happen.</summary>
public sealed class SecretBroker(IVault vault, AuditLog audit, IMembershipStore memberships, IKeyStore keys)
{
    internal const string ValueField = "value";

    /// <summary>Opens a key for one use and wipes it afterwards.</summary>
    /// <param name="actor">Who uses it.</param>
    /// <param name="key">The key.</param>
    /// <param name="host">Where the value will be sent; it must be the origin the key is bound to.</param>
    /// <param name="purpose">What for, for the audit: <c>run:{id}</c>, <c>test</c>.</param>
    /// <param name="use">The use.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>What the use returns, or <c>key.paused</c>, <c>key.cannot_decrypt</c>.</returns>
    public async Task<Result<T>> UseAsync<T>(
        Actor actor, ApiKey key, string host, string purpose, Func<SecretValue, Task<T>> use, CancellationToken cancellationToken)
    {
        if (await memberships.FindRoleAsync(key.WorkspaceId, key.AddedBy, cancellationToken) is null)
        {
            return KeyErrors.Paused();
        }

        await audit.AppendAsync(actor, key.WorkspaceId, Operations.KeyUse, $"key:{key.Id}", purpose);

        // The binding is rebuilt from where the value is about to go, not from what the row says of itself.
        using var value = await vault.OpenAsync(Binding(key, host), key.Sealed, cancellationToken);
        if (value is null)
        {
            await keys.NoteAsync(key.WorkspaceId, key.Id, ApiKeyStatus.CannotDecrypt, null, cancellationToken);
            return KeyErrors.CannotDecrypt;
        }

        return await use(value);
    }

    internal static SecretBinding Binding(ApiKey key, string host) => new(key.WorkspaceId, key.Id, ValueField, host);
}
