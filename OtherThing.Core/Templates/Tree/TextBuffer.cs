using System.Buffers;
using System.Text;

namespace OtherThing.Core.Templates.Tree;

/// <summary>A growing text from the shared pool that refuses to outgrow the output limit.</summary>
internal sealed class TextBuffer
{
    private const int KeptLength = 16_384;

    private char[] _text = [];

    public int Length { get; private set; }

    public ReadOnlySpan<char> Span => _text.AsSpan(0, Length);

    public void Append(ReadOnlySpan<char> text, int position)
    {
        RenderContext.CheckLength((long)Length + text.Length, position);
        if (Length + text.Length > _text.Length)
        {
            Grow(Length + text.Length);
        }

        text.CopyTo(_text.AsSpan(Length));
        Length += text.Length;
    }

    /// <summary>Refuses what is too long as UTF-8, although it has few enough characters.</summary>
    public void CheckBytes()
    {
        if (Length > TemplateLimits.MaxOutputBytes / 3 && Encoding.UTF8.GetByteCount(Span) > TemplateLimits.MaxOutputBytes)
        {
            throw RenderContext.TooLong(0);
        }
    }

    /// <summary>Empties it; a long buffer goes back to the pool.</summary>
    public void Reset()
    {
        if (_text.Length > KeptLength)
        {
            ArrayPool<char>.Shared.Return(_text, clearArray: true);
            _text = [];
        }
        else
        {
            _text.AsSpan(0, Length).Clear();
        }

        Length = 0;
    }

    private void Grow(int needed)
    {
        var larger = ArrayPool<char>.Shared.Rent(Math.Max(256, Math.Max(needed, _text.Length * 2)));
        Span.CopyTo(larger);
        if (_text.Length > 0)
        {
            ArrayPool<char>.Shared.Return(_text, clearArray: true);
        }

        _text = larger;
    }
}
