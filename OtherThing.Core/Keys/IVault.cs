using OtherThing.Core.Results;

namespace OtherThing.Core.Keys;

/// <summary>What a sealed value belongs to; opening it under any other binding fails.</summary>
/// <param name="WorkspaceId">The workspace.</param>
/// <param name="SubjectId">The key.</param>
/// <param name="Field">Which of its values.</param>
/// <param name="Host">The only origin it may be sent to.</param>
public sealed record SecretBinding(Guid WorkspaceId, Guid SubjectId, string Field, string Host);

/// <summary>Seals values so that neither the database alone nor the key ring alone gives them back.</summary>
public interface IVault
{
    /// <summary>Whether values of a workspace can be sealed and opened here; ask it before an act that seals one.</summary>
    /// <returns>Null, or <c>vault.cannot_open</c>: the ring is not the one that the workspace's values were sealed with.</returns>
    Task<Error?> CheckAsync(Guid workspaceId, CancellationToken cancellationToken);

    /// <summary>Seals a value.</summary>
    Task<byte[]> SealAsync(SecretBinding binding, SecretValue value, CancellationToken cancellationToken);

    /// <summary>Opens a value; null when it cannot be opened: another ring, another binding, a changed byte.</summary>
    Task<SecretValue?> OpenAsync(SecretBinding binding, byte[] sealedValue, CancellationToken cancellationToken);

    /// <summary>A keyed fingerprint: equal for equal values of one workspace, meaningless outside it.</summary>
    Task<byte[]> FingerprintAsync(Guid workspaceId, string purpose, SecretValue value, CancellationToken cancellationToken);
}
