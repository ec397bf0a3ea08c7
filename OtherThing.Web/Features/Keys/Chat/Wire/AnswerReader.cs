using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using OtherThing.Core.Keys;

namespace OtherThing.Web.Features.Keys.Chat.Wire;

/// <summary>
/// Takes the bytes of an answer, however they are cut, and hands their events to the codec: server-sent events whose lines end in LF, CRLF or
/// CR, or one document where a stream was asked for. What begins like JSON is one, whatever the server calls it.
/// </summary>
internal sealed class AnswerReader(IChatCodec codec, ChatAnswer answer)
{
    private const int MaxDepth = 64;

    // One event, or the document. An answer of a million tokens in one piece is 5 MB.
    private const int MaxBytes = 16 * 1024 * 1024;
    private const int MaxHead = 2_000;

    private readonly ArrayBufferWriter<byte> _head = new();
    private readonly ArrayBufferWriter<byte> _line = new();
    private readonly ArrayBufferWriter<byte> _data = new();
    private Form _form;
    private string? _name;
    private bool _isAfterReturn;

    private enum Form
    {
        Unknown,
        Events,
        Document,
    }

    /// <summary>How the answer begins, for whoever has to say that it is none.</summary>
    public string Head => Encoding.UTF8.GetString(_head.WrittenSpan);

    /// <summary>The next piece; nothing is read any more once the answer is ended.</summary>
    public void Push(ReadOnlySpan<byte> bytes)
    {
        _head.Write(bytes[..Math.Min(bytes.Length, MaxHead - _head.WrittenCount)]);
        switch (_form)
        {
            case Form.Events:
                ReadLines(bytes);
                break;
            case Form.Document:
                Keep(_data, bytes);
                break;
            default:
                Keep(_data, bytes);
                Decide();
                break;
        }
    }

    /// <summary>Nothing more comes: what stands without an end is read, too.</summary>
    public void Complete()
    {
        if (answer.IsEnded)
        {
            return;
        }

        if (_form == Form.Events)
        {
            ReadLine(_line.WrittenSpan);
        }

        Dispatch(isCutOff: _form == Form.Events);
    }

    private void Decide()
    {
        var begun = _data.WrittenSpan;
        ReadOnlySpan<byte> mark = [0xEF, 0xBB, 0xBF];
        begun = begun.StartsWith(mark) ? begun[mark.Length..] : begun;
        begun = begun.TrimStart(" \t\r\n"u8);
        if (begun.IsEmpty || (begun.Length < mark.Length && mark.StartsWith(begun)))
        {
            return;
        }

        var bytes = begun.ToArray();
        _data.ResetWrittenCount();
        _form = bytes[0] is (byte)'{' or (byte)'[' ? Form.Document : Form.Events;
        if (_form == Form.Document)
        {
            Keep(_data, bytes);
        }
        else
        {
            ReadLines(bytes);
        }
    }

    private void ReadLines(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty && !answer.IsEnded)
        {
            if (_isAfterReturn && bytes[0] == '\n')
            {
                bytes = bytes[1..];
            }

            _isAfterReturn = false;
            var end = bytes.IndexOfAny((byte)'\n', (byte)'\r');
            Keep(_line, end < 0 ? bytes : bytes[..end]);
            if (end < 0)
            {
                return;
            }

            _isAfterReturn = bytes[end] == '\r';
            bytes = bytes[(end + 1)..];
            ReadLine(_line.WrittenSpan);
            _line.ResetWrittenCount();
            if (_form == Form.Document)
            {
                Keep(_data, bytes);
                return;
            }
        }
    }

    private void ReadLine(ReadOnlySpan<byte> line)
    {
        if (line.IsEmpty)
        {
            Dispatch(isCutOff: false);
            return;
        }

        if (line[0] == '{')
        {
            // A server that fails in the middle may write its error without any frame, in one line or as a document to the end.
            Dispatch(isCutOff: false);
            var bare = line;
            if (!TryRead(ref bare, null))
            {
                _form = Form.Document;
                Keep(_data, line);
                Keep(_data, "\n"u8);
            }

            return;
        }

        var colon = line.IndexOf((byte)':');
        var field = colon < 0 ? line : line[..colon];
        var value = colon < 0 ? default : line[(colon + 1)..].TrimStart((byte)' ');
        if (field.SequenceEqual("data"u8))
        {
            Keep(_data, value);
            Keep(_data, "\n"u8);
        }
        else if (field.SequenceEqual("event"u8))
        {
            _name = Encoding.UTF8.GetString(value).Trim();
        }
    }

    private void Dispatch(bool isCutOff)
    {
        var name = _name;
        var data = _data.WrittenSpan.Trim(" \t\r\n"u8);
        _name = null;
        if (name == "error" && !data.IsEmpty && data[0] is not (byte)'{' and not (byte)'[')
        {
            answer.Fail(new WireError(Encoding.UTF8.GetString(data), null));
        }

        // Servers that leave the empty line out put several values into one event.
        while (!data.IsEmpty && !answer.IsEnded)
        {
            if (data.StartsWith("[DONE]"u8))
            {
                answer.End();
            }
            else if (data[0] is not (byte)'{' and not (byte)'[')
            {
                break; // a word that keeps the connection alive
            }
            else if (!TryRead(ref data, name))
            {
                answer.IsUnreadable |= !isCutOff;
                break;
            }
        }

        _data.ResetWrittenCount();
    }

    private bool TryRead(ref ReadOnlySpan<byte> data, string? name)
    {
        try
        {
            var value = LenientJson.Read(ref data, MaxDepth, keepHalves: true);
            data = data.TrimStart(" \t\r\n"u8);
            foreach (var happened in value is JsonArray list ? list.OfType<JsonObject>() : value is JsonObject single ? [single] : [])
            {
                codec.Read(name, happened, answer);
            }

            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <exception cref="InvalidDataException">It would be more than an answer may have.</exception>
    private static void Keep(ArrayBufferWriter<byte> kept, ReadOnlySpan<byte> bytes)
    {
        if (kept.WrittenCount + (long)bytes.Length > MaxBytes)
        {
            throw new InvalidDataException($"A part of the answer has more than {MaxBytes / 1_048_576} MiB.");
        }

        kept.Write(bytes);
    }
}
