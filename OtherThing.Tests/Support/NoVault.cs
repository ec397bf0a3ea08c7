using OtherThing.Core.Keys;
using OtherThing.Core.Results;

namespace OtherThing.Tests.Support;

/// <summary>For what seals and opens nothing.</summary>
internal sealed class NoVault : IVault
{
    public Task<Error?> CheckAsync(Guid workspaceId, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<byte[]> SealAsync(SecretBinding binding, SecretValue value, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<SecretValue?> OpenAsync(SecretBinding binding, byte[] sealedValue, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<byte[]> FingerprintAsync(Guid workspaceId, string purpose, SecretValue value, CancellationToken cancellationToken) =>
        throw new NotSupportedException();
}
