using System.Threading.Channels;
using OtherThing.Core.Nodes;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Core.Nodes.Models;

/// <summary>The session of a machine that only listens.</summary>
internal sealed class ModelSession(Guid nodeId) : INodeSession
{
    private readonly Channel<NodeCommand> _commands = Channel.CreateUnbounded<NodeCommand>();

    public Guid NodeId => nodeId;

    public void Send(NodeCommand command) => _commands.Writer.TryWrite(command);

    public void Close(SessionEnd reason, string text) => _commands.Writer.TryComplete();

    public async Task<T> NextAsync<T>()
        where T : NodeCommand
    {
        while (true)
        {
            if (await _commands.Reader.NextAsync() is T wanted)
            {
                return wanted;
            }
        }
    }
}
