using Grpc.Core;

namespace OtherThing.Agent.Link;

/// <summary>One answer to one call that has a deadline.</summary>
internal static class Answers
{
    /// <summary>
    /// Waits for the answer. To gRPC a deadline that has passed is a cancellation like any other; to us it is a server that does not answer,
    /// which is tried again.
    /// </summary>
    /// <exception cref="RpcException">What the server said, or <see cref="StatusCode.DeadlineExceeded"/>.</exception>
    /// <exception cref="OperationCanceledException">The caller gave up.</exception>
    internal static async Task<T> AnswerAsync<T>(this AsyncUnaryCall<T> call, CancellationToken cancellationToken)
    {
        try
        {
            return await call;
        }
        catch (OperationCanceledException ex) when (!cancellationToken.IsCancellationRequested)
        {
            throw new RpcException(new Status(StatusCode.DeadlineExceeded, "The server does not answer.", ex));
        }
    }
}
