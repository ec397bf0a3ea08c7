using System.Security.Cryptography;
using System.Text;
using Google.Protobuf;
using OtherThing.Protocol.V1;

namespace OtherThing.Agent.Identity;

/// <summary>The machine's P-256 key. It is made here and never leaves.</summary>
internal sealed class NodeKey : IDisposable
{
    private readonly ECDsa _key;

    private NodeKey(ECDsa key) => _key = key;

    internal byte[] PublicKey => _key.ExportSubjectPublicKeyInfo();

    internal static NodeKey Load(string path)
    {
        var key = ECDsa.Create();
        key.ImportFromPem(File.ReadAllText(path));
        return new NodeKey(key);
    }

    /// <summary>Makes a new key; an old one at the same place is replaced, so that no key ever serves two servers.</summary>
    internal static NodeKey Create(string path)
    {
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        File.Delete(path);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using var file = new FileStream(path, options);
        file.Write(Encoding.ASCII.GetBytes(key.ExportPkcs8PrivateKeyPem()));
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
        ByteString.CopyFrom(_key.SignData([.. Encoding.UTF8.GetBytes(purpose), .. data], HashAlgorithmName.SHA256));
}
