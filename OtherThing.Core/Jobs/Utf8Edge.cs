namespace OtherThing.Core.Jobs;

/// <summary>
/// Finds characters that the edge of a piece of UTF-8 cuts. Where what stood beyond the edge is gone for good, half a character says nothing and
/// would only be shown as one that the program never wrote.
/// </summary>
internal static class Utf8Edge
{
    /// <summary>How many bytes at the end begin a character and do not finish it: 0 to 3.</summary>
    public static int Begun(ReadOnlySpan<byte> bytes)
    {
        for (var back = 1; back <= Math.Min(3, bytes.Length); back++)
        {
            if (!GoesOn(bytes[^back]))
            {
                return LengthFrom(bytes[^back]) > back ? back : 0;
            }
        }

        return 0;
    }

    /// <summary>How many bytes at the start go on a character that began before: 0 to 3.</summary>
    public static int Rest(ReadOnlySpan<byte> bytes)
    {
        var count = 0;
        while (count < Math.Min(3, bytes.Length) && GoesOn(bytes[count]))
        {
            count++;
        }

        return count;
    }

    private static bool GoesOn(byte one) => (one & 0xC0) == 0x80;

    private static int LengthFrom(byte first) => first switch
    {
        >= 0xC2 and <= 0xDF => 2,
        >= 0xE0 and <= 0xEF => 3,
        >= 0xF0 and <= 0xF4 => 4,
        _ => 1,
    };
}
