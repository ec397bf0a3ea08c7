using Grpc.Core;
using OtherThing.Core.Results;

namespace OtherThing.Web.Gateway;

/// <summary><see cref="Error"/> to gRPC status: one place for nodes. The trailer <c>ot-code</c> carries the stable code.</summary>
internal static class RpcErrors
{
    public static RpcException ToRpc(this Error error) => new(
        new Status(
            error.Kind switch
            {
                ErrorKind.Invalid or ErrorKind.TooLarge or ErrorKind.Unsupported => StatusCode.InvalidArgument,
                ErrorKind.Unauthenticated => StatusCode.Unauthenticated,
                ErrorKind.Forbidden => StatusCode.PermissionDenied,
                ErrorKind.NotFound => StatusCode.NotFound,
                ErrorKind.TooMany => StatusCode.ResourceExhausted,
                ErrorKind.Conflict or ErrorKind.PreconditionFailed or ErrorKind.Loop => StatusCode.FailedPrecondition,
                _ => StatusCode.Unavailable,
            },
            error.Message),
        new Metadata { { "ot-code", error.Code } });
}
