using System.Numerics;

namespace OtherThing.Core.Keys;

/// <summary>
/// Where each character of the match at work begins, first to last. A ring: characters are added at its end and let go at its front, both at
/// the same price however long the match is.
/// </summary>
internal sealed class MatchStarts
{
    private int[] _ring = new int[16];
    private int _first;

    /// <summary>How many characters the match has.</summary>
    public int Count { get; private set; }

    /// <summary>Where the match begins; there must be one.</summary>
    public int First => _ring[_first];

    /// <summary>Where its last so many characters begin.</summary>
    public int OfLast(int characters) => At(Count - characters);

    public void Add(int start)
    {
        if (Count == _ring.Length)
        {
            var larger = new int[(int)BitOperations.RoundUpToPowerOf2((uint)Count + 1)];
            for (var at = 0; at < Count; at++)
            {
                larger[at] = At(at);
            }

            (_ring, _first) = (larger, 0);
        }

        _ring[(_first + Count++) & (_ring.Length - 1)] = start;
    }

    /// <summary>Lets the front go until so many are left.</summary>
    public void KeepLast(int characters)
    {
        _first = (_first + Count - characters) & (_ring.Length - 1);
        Count = characters;
    }

    /// <summary>What the starts point into has moved to its front by so many bytes.</summary>
    public void Shift(int bytes)
    {
        for (var at = 0; at < Count; at++)
        {
            _ring[(_first + at) & (_ring.Length - 1)] -= bytes;
        }
    }

    private int At(int index) => _ring[(_first + index) & (_ring.Length - 1)];
}
