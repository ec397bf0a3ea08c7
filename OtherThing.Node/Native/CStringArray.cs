using System.Runtime.InteropServices;
using System.Text;

namespace OtherThing.Agent.Native;

/// <summary>A null-terminated array of null-terminated UTF-8 strings in unmanaged memory.</summary>
internal sealed unsafe class CStringArray : IDisposable
{
    private byte* _block;

    /// <exception cref="ArgumentException">One of the items holds a NUL itself.</exception>
    internal CStringArray(IReadOnlyList<string> items)
    {
        if (items.Any(item => item.Contains('\0', StringComparison.Ordinal)))
        {
            throw new ArgumentException("An argument or a variable holds a NUL character.", nameof(items));
        }

        var table = (items.Count + 1) * sizeof(byte*);
        var size = table + items.Sum(item => Encoding.UTF8.GetByteCount(item) + 1);
        _block = (byte*)NativeMemory.Alloc((nuint)size);
        var next = _block + table;
        for (var i = 0; i < items.Count; i++)
        {
            Pointer[i] = next;
            next += Encoding.UTF8.GetBytes(items[i], new Span<byte>(next, (int)(_block + size - next)));
            *next++ = 0;
        }

        Pointer[items.Count] = null;
    }

    internal byte** Pointer => (byte**)_block;

    public void Dispose()
    {
        NativeMemory.Free(_block);
        _block = null;
    }
}
