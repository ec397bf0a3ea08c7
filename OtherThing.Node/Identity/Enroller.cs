using Google.Protobuf;
using Grpc.Core;
using OtherThing.Agent.Link;
using OtherThing.Agent.Machine;
using OtherThing.Protocol.V1;

namespace OtherThing.Agent.Identity;

/// <summary>The server said no, for good.</summary>
internal sealed class RefusedException(string message) : Exception(message);

/// <summary>Makes this machine known to a server: by a join token, or by a code that its owner enters in the web page.</summary>
internal sealed class Enroller(DataDirectory data, MachineFacts facts, Consent consent, string version, TextWriter output, TimeProvider clock)
{
    /// <summary>Told the code that the owner shall enter, and where.</summary>
    internal Action<string, Uri> Offered { get; init; } = (_, _) => { };

    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(20);

    internal async Task<NodeIdentity> EnrollAsync(string server, string grpc, string? name, string? joinToken, CancellationToken cancellationToken)
    {
        using var key = NodeKey.Create(data.Key);
        using var channels = new ServerChannels(grpc, pin: null);
        var enrolled = joinToken is null
            ? await ByCodeAsync(channels.Enrollment, server, key, name ?? "", cancellationToken)
            : await ByTokenAsync(channels.Enrollment, key, name ?? "", joinToken, cancellationToken);
        var identity = new NodeIdentity
        {
            Server = server,
            ServerId = enrolled.ServerId,
            NodeId = enrolled.NodeId,
            Name = name ?? Environment.MachineName,
            ServerKeyPin = enrolled.ServerKeyPin.IsEmpty ? null : Convert.ToHexStringLower(enrolled.ServerKeyPin.Span),
            Grpc = grpc,
        };
        identity.Save(data.Identity);
        return identity;
    }

    private async Task<Enrolled> ByTokenAsync(Enrollment.EnrollmentClient client, NodeKey key, string name, string token, CancellationToken cancellationToken)
    {
        var request = new RedeemRequest
        {
            JoinToken = token,
            PublicKey = ByteString.CopyFrom(key.PublicKey),
            Proof = key.ProveRedeem(token),
            Facts = facts.Read(),
            AgentVersion = version,
            Name = name,
            Consent = consent,
        };
        try
        {
            return await client.RedeemAsync(request, deadline: Deadline(), cancellationToken: cancellationToken).AnswerAsync(cancellationToken);
        }
        catch (RpcException ex) when (ex.StatusCode is StatusCode.PermissionDenied or StatusCode.InvalidArgument)
        {
            throw new RefusedException($"The server refused the join token: {ex.Status.Detail}");
        }
    }

    private async Task<Enrolled> ByCodeAsync(Enrollment.EnrollmentClient client, string server, NodeKey key, string name, CancellationToken cancellationToken)
    {
        var request = new BeginRequest
        {
            PublicKey = ByteString.CopyFrom(key.PublicKey),
            Facts = facts.Read(),
            AgentVersion = version,
            Name = name,
            Consent = consent,
        };
        while (true)
        {
            var begun = await client.BeginAsync(request, deadline: Deadline(), cancellationToken: cancellationToken).AnswerAsync(cancellationToken);
            var address = new Uri(new Uri(server), $"{begun.VerifyUrl}?code={begun.UserCode}");
            Offered(begun.UserCode, address);
            await output.WriteLineAsync($"Claim code: {begun.UserCode}");
            await output.WriteLineAsync(
                $"Enter it at {address} (signed in, within {Math.Max(1, begun.ExpiresS / 60)} "
                    + "minutes). Whoever enters it owns this machine there.");
            await output.WriteLineAsync($"Key: {Fingerprint.Words(key.PublicKey)}");
            await output.FlushAsync(cancellationToken);
            if (await PollAsync(client, key, begun, cancellationToken) is { } enrolled)
            {
                return enrolled;
            }
        }
    }

    /// <summary>Null when the code ran out.</summary>
    private async Task<Enrolled?> PollAsync(Enrollment.EnrollmentClient client, NodeKey key, BeginReply begun, CancellationToken cancellationToken)
    {
        var request = new PollRequest { EnrollId = begun.EnrollId, Proof = key.ProvePoll(begun.EnrollId) };
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(Math.Clamp(begun.IntervalS, 1, 60)), clock);
        while (await timer.WaitForNextTickAsync(cancellationToken))
        {
            try
            {
                var reply = await client.PollAsync(request, deadline: Deadline(), cancellationToken: cancellationToken).AnswerAsync(cancellationToken);
                switch (reply.StateCase)
                {
                    case PollReply.StateOneofCase.Enrolled:
                        return reply.Enrolled;
                    case PollReply.StateOneofCase.Denied:
                        throw new RefusedException($"The owner refused this machine. {reply.Denied.Reason}");
                }
            }
            catch (RpcException ex) when (ex.StatusCode == StatusCode.NotFound)
            {
                return null;
            }
            catch (RpcException ex) when (ex.StatusCode is StatusCode.Unavailable or StatusCode.DeadlineExceeded or StatusCode.ResourceExhausted)
            {
                // A server that restarts while somebody types the code is no reason to give up.
            }
        }

        return null;
    }

    private DateTime Deadline() => clock.GetUtcNow().UtcDateTime + s_deadline;
}
