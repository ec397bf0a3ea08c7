using Grpc.Core;
using OtherThing.Agent.Identity;
using OtherThing.Protocol.V1;

namespace OtherThing.Agent.Link;

/// <summary>Bearers for the node's calls; each is earned by a fresh proof of the key.</summary>
internal sealed class TokenSource(NodeAuth.NodeAuthClient auth, NodeKey key, NodeIdentity identity, TimeProvider clock) : IDisposable
{
    private static readonly TimeSpan s_early = TimeSpan.FromMinutes(1);
    private readonly SemaphoreSlim _one = new(1);
    private string _token = "";
    private DateTimeOffset _until;

    internal async Task<Metadata> HeadersAsync(CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            var now = clock.GetUtcNow();
            if (now + s_early >= _until)
            {
                var reply = await auth.GetTokenAsync(
                    key.Assert(identity.NodeId, identity.ServerId, now), deadline: now.UtcDateTime.AddSeconds(20), cancellationToken: cancellationToken)
                        .AnswerAsync(cancellationToken);
                (_token, _until) = (reply.Token, now.AddSeconds(reply.ExpiresInS));
            }

            return new Metadata { { "authorization", $"Bearer {_token}" } };
        }
        finally
        {
            _one.Release();
        }
    }

    public void Dispose() => _one.Dispose();

    /// <summary>The server did not take it: the next call proves the key again.</summary>
    internal void Drop() => _until = default;
}
