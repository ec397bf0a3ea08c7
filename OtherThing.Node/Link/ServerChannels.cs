using Grpc.Net.Client;
using OtherThing.Agent.Identity;
using OtherThing.Protocol.V1;

namespace OtherThing.Agent.Link;

/// <summary>The two connections to a server: control, and bulk.</summary>
internal sealed class ServerChannels : IDisposable
{
    private readonly GrpcChannel _control;
    private readonly GrpcChannel _bulk;

    internal ServerChannels(string grpc, string? pin)
    {
        _control = Open(grpc, pin);
        _bulk = Open(grpc, pin);
    }

    internal Enrollment.EnrollmentClient Enrollment => new(_control);

    internal NodeAuth.NodeAuthClient Auth => new(_control);

    internal NodeLink.NodeLinkClient Link => new(_control);

    internal NodeData.NodeDataClient Data => new(_bulk);

    public void Dispose()
    {
        _control.Dispose();
        _bulk.Dispose();
    }

    private static GrpcChannel Open(string grpc, string? pin) => GrpcChannel.ForAddress(grpc, new GrpcChannelOptions
    {
        HttpHandler = ServerAddress.CreateHandler(grpc, pin),
        DisposeHttpClient = true,
        ThrowOperationCanceledOnCancellation = true,
        MaxReceiveMessageSize = 4 * 1024 * 1024,
    });
}
