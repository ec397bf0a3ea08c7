using System.Security.Cryptography;
using System.Text;
using Google.Protobuf;
using OtherThing.Agent.Platforms;
using OtherThing.Protocol.V1;

namespace OtherThing.Agent.Identity;

/// <summary>The machine's P-256 key. It is made here and never leaves.</summary>
internal sealed class NodeKey : IDisposable
{
    private readonly SigningKey _key;

    private NodeKey(SigningKey key) => _key = key;

    internal byte[] PublicKey => _key.PublicKey;

    internal static NodeKey Load(string path) => new(SigningKey.FromPem(File.ReadAllText(path)));

    /// <summary>Makes a new key; an old one at the same place is replaced, so that no key ever serves two servers.</summary>
    internal static NodeKey Create(string path)
    {
        var key = SigningKey.Create();
        File.Delete(path);
        using var file = Platform.Current.CreateOwnFile(path);
        file.Write(Encoding.ASCII.GetBytes(key.ToPem()));
        file.Flush(flushToDisk: true);
        return new NodeKey(key);
    }

    internal ByteString ProvePoll(string enrollId) => Sign("otherthing.poll.v1\n", Encoding.UTF8.GetBytes(enrollId));

    internal ByteString ProveRedeem(string joinToken) => Sign("otherthing.redeem.v1\n", Encoding.UTF8.GetBytes(joinToken));

    /// <summary>A proof for one connect, good for a minute and once.</summary>
    internal GetTokenRequest Assert(string nodeId, string audience, DateTimeOffset now)
    {
        var assertion = new Assertion
        {
            NodeId = nodeId,
            Audience = audience,
            Jti = ByteString.CopyFrom(RandomNumberGenerator.GetBytes(16)),
            IatUnixS = now.ToUnixTimeSeconds(),
            ExpUnixS = now.ToUnixTimeSeconds() + 60,
        }.ToByteArray();
        return new GetTokenRequest { Assertion = ByteString.CopyFrom(assertion), Signature = Sign("otherthing.assertion.v1\n", assertion) };
    }

    public void Dispose() => _key.Dispose();

    private ByteString Sign(string purpose, byte[] data) =>
        ByteString.CopyFrom(_key.Sign([.. Encoding.UTF8.GetBytes(purpose), .. data]));
}
