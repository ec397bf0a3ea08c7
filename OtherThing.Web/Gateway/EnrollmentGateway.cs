using Google.Protobuf;
using Grpc.Core;
using OtherThing.Core.Nodes;
using OtherThing.Protocol.V1;

namespace OtherThing.Web.Gateway;

/// <summary>Enrolment and key proof: translates, nothing more.</summary>
internal sealed class EnrollmentGateway(EnrollmentService enrollment) : Enrollment.EnrollmentBase
{
    private const uint PollSeconds = 5;

    public override async Task<BeginReply> Begin(BeginRequest request, ServerCallContext context)
    {
        var facts = NodeMessages.Facts(request.Facts, request.Consent, request.AgentVersion);
        var offered = await enrollment.BeginAsync(
            request.PublicKey.ToByteArray(), facts, request.Name, NodeLinkGateway.AddressOf(context), context.CancellationToken);
        return offered.TryGet(out var offer, out var error)
            ? new BeginReply
            {
                EnrollId = offer.EnrollId.ToString("D"),
                UserCode = offer.Code,
                VerifyUrl = "/link",
                IntervalS = PollSeconds,
                ExpiresS = (uint)offer.Lifetime.TotalSeconds,
            }
            : throw error.ToRpc();
    }

    public override async Task<PollReply> Poll(PollRequest request, ServerCallContext context)
    {
        if (!Guid.TryParse(request.EnrollId, out var enrollId))
        {
            throw NodeErrors.NotFound.ToRpc();
        }

        var polled = await enrollment.PollAsync(enrollId, request.Proof.ToByteArray(), context.CancellationToken);
        return polled switch
        {
            { Error: { Code: "node.revoked" } denied } => new PollReply { Denied = new PollReply.Types.Denied { Reason = denied.Message } },
            { Error: { } error } => throw error.ToRpc(),
            { Value: { } enrolment } => new PollReply { Enrolled = Enrolled(enrolment) },
            _ => new PollReply { Pending = new PollReply.Types.Pending() },
        };
    }

    public override async Task<Enrolled> Redeem(RedeemRequest request, ServerCallContext context)
    {
        var redeemed = await enrollment.RedeemAsync(
            request.JoinToken,
            request.PublicKey.ToByteArray(),
            request.Proof.ToByteArray(),
            NodeMessages.Facts(request.Facts, request.Consent, request.AgentVersion),
            request.Name,
            NodeLinkGateway.AddressOf(context),
            context.CancellationToken);
        if (redeemed.TryGet(out var enrolment, out var error))
        {
            return Enrolled(enrolment);
        }

        // The wire names it so: an unknown, used or expired token is a refusal, not a missing sign-in.
        throw error.Code == "node.join_token_invalid" ? new RpcException(new Status(StatusCode.PermissionDenied, error.Message)) : error.ToRpc();
    }

    private static Enrolled Enrolled(Enrolment enrolment) =>
        new() { NodeId = enrolment.NodeId.ToString("D"), ServerId = enrolment.InstallationId };
}

/// <summary>A node proves its key and gets its bearer.</summary>
internal sealed class NodeAuthGateway(NodeProofs proofs, NodeTokens tokens) : NodeAuth.NodeAuthBase
{
    public override async Task<GetTokenReply> GetToken(GetTokenRequest request, ServerCallContext context)
    {
        if (Read(request.Assertion) is not { } assertion)
        {
            throw NodeErrors.ProofInvalid.ToRpc();
        }

        var proven = await proofs.CheckAsync(assertion, request.Assertion.ToByteArray(), request.Signature.ToByteArray(), context.CancellationToken);
        if (proven.TryGet(out var node, out var error))
        {
            return new GetTokenReply { Token = tokens.Issue(node.Id), ExpiresInS = (uint)NodeTokens.Lifetime.TotalSeconds };
        }

        // As the wire names it: a node that is gone is refused for good.
        throw error.Code == "node.not_found" ? new RpcException(new Status(StatusCode.PermissionDenied, error.Message)) : error.ToRpc();
    }

    private static NodeAssertion? Read(ByteString assertion)
    {
        try
        {
            return assertion.Length <= 1000 ? NodeMessages.Assertion(Assertion.Parser.ParseFrom(assertion)) : null;
        }
        catch (InvalidProtocolBufferException)
        {
            return null;
        }
    }
}
