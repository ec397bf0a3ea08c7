using System.Security.Cryptography;
using Grpc.Core;
using Microsoft.AspNetCore.DataProtection;

namespace OtherThing.Web.Gateway;

/// <summary>The bearer of a node for its calls: sealed, fifteen minutes, no store. Rights are looked up, never in the token.</summary>
internal sealed class NodeTokens(IDataProtectionProvider protection)
{
    private readonly ITimeLimitedDataProtector _protector = protection.CreateProtector("OtherThing.Nodes", "bearer", "1").ToTimeLimitedDataProtector();

    public static TimeSpan Lifetime { get; } = TimeSpan.FromMinutes(15);

    public string Issue(Guid nodeId) => _protector.Protect(nodeId.ToString("N"), Lifetime);

    /// <summary>The node that calls.</summary>
    /// <exception cref="RpcException">UNAUTHENTICATED: no bearer, or not one of ours, or over its time.</exception>
    public Guid Require(ServerCallContext call)
    {
        var header = call.RequestHeaders.GetValue("authorization");
        if (header is { Length: < 2000 } && header.StartsWith("Bearer ", StringComparison.Ordinal))
        {
            try
            {
                return Guid.ParseExact(_protector.Unprotect(header["Bearer ".Length..]), "N");
            }
            catch (CryptographicException)
            {
                // forged, foreign or too old: all the same to the caller
            }
        }

        throw new RpcException(new Status(StatusCode.Unauthenticated, "Prove the node's key again: NodeAuth.GetToken."));
    }
}
