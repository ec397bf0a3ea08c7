using System.Text;
using Microsoft.Playwright;

namespace OtherThing.Tests.Browser.Support;

/// <summary>What a page sends to the server over its socket, without what keeps the line open or confirms that something was drawn.</summary>
internal sealed class SentFrames
{
    private readonly List<string> _sent = [];

    public SentFrames(IPage page) =>
        page.WebSocket += (_, socket) => socket.FrameSent += (_, frame) => Note(frame.Text ?? Encoding.UTF8.GetString(frame.Binary ?? []));

    /// <summary>Everything sent so far, oldest first.</summary>
    public IReadOnlyList<string> All
    {
        get
        {
            lock (_sent)
            {
                return [.. _sent];
            }
        }
    }

    public void Forget()
    {
        lock (_sent)
        {
            _sent.Clear();
        }
    }

    // A keep-alive is three bytes: its length, an array of one, the number six.
    private void Note(string text)
    {
        if (text.Length <= 4 || text.Contains("OnRenderCompleted", StringComparison.Ordinal))
        {
            return;
        }

        lock (_sent)
        {
            _sent.Add(text);
        }
    }
}
