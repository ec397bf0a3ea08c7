namespace OtherThing.Web.Features.Console;

/// <summary>
/// A line that another part of the same open page gives the console. It never comes by an address, which a stranger could write.
/// </summary>
internal sealed class ConsoleInbox
{
    private (Guid WorkspaceId, string Line)? _line;

    /// <summary>Called when a line came.</summary>
    public event Action? Came;

    /// <summary>Gives the console of a workspace a line; it is run when the console opens, or at once.</summary>
    public void Send(Guid workspaceId, string line)
    {
        _line = (workspaceId, line);
        Came?.Invoke();
    }

    /// <summary>The line that waits for this workspace's console, once.</summary>
    public string? Take(Guid workspaceId)
    {
        if (_line is not { } waiting || waiting.WorkspaceId != workspaceId)
        {
            return null;
        }

        _line = null;
        return waiting.Line;
    }
}
