namespace OtherThing.Core.Keys;

/// <summary>
/// Looks for many byte patterns at once while bytes arrive one by one (Aho and Corasick, 1975). A state's depth is the length of the longest
/// end of what came that begins some pattern: exactly what a reader must hold back.
/// </summary>
internal sealed class PatternSearch
{
    private const int None = -1;

    // State 0 is the root. Its children are a table; every other state has few, as a chain of siblings.
    private readonly int[] _fromRoot = new int[256];
    private readonly List<State> _states = [new State()];

    public PatternSearch(IEnumerable<byte[]> patterns)
    {
        foreach (var pattern in patterns)
        {
            Add(pattern);
        }

        LinkSuffixes();
    }

    public int Depth(int state) => _states[state].Depth;

    /// <summary>The length of the pattern that ends in this state; 0 when none does.</summary>
    public int MatchLength(int state) => _states[state].MatchLength;

    /// <summary>The state of the next shorter end that begins some pattern; the root for the root.</summary>
    public int Shorter(int state) => _states[state].Suffix;

    public int Next(int state, byte value)
    {
        value = Fold(value);
        for (; state != 0; state = _states[state].Suffix)
        {
            if (ChildOf(state, value) is var child and not None)
            {
                return child;
            }
        }

        return _fromRoot[value];
    }

    private static byte Fold(byte value) => value is >= (byte)'A' and <= (byte)'Z' ? (byte)(value | 0x20) : value;

    private void Add(byte[] pattern)
    {
        var state = 0;
        foreach (var raw in pattern)
        {
            var value = Fold(raw);
            var child = state == 0 ? (_fromRoot[value] is > 0 and var known ? known : None) : ChildOf(state, value);
            state = child == None ? AddChild(state, value) : child;
        }

        _states[state].MatchLength = pattern.Length;
    }

    private int AddChild(int parent, byte value)
    {
        var added = _states.Count;
        _states.Add(new State { Value = value, Depth = _states[parent].Depth + 1, NextSibling = parent == 0 ? None : _states[parent].FirstChild });
        if (parent == 0)
        {
            _fromRoot[value] = added;
        }
        else
        {
            _states[parent].FirstChild = added;
        }

        return added;
    }

    private int ChildOf(int state, byte value)
    {
        for (var child = _states[state].FirstChild; child != None; child = _states[child].NextSibling)
        {
            if (_states[child].Value == value)
            {
                return child;
            }
        }

        return None;
    }

    // Breadth first: a state's suffix is shallower than the state, so it is linked before it is needed.
    private void LinkSuffixes()
    {
        var waiting = new Queue<int>(_fromRoot.Where(child => child > 0));
        while (waiting.TryDequeue(out var state))
        {
            for (var child = _states[state].FirstChild; child != None; child = _states[child].NextSibling)
            {
                var suffix = Next(_states[state].Suffix, _states[child].Value);
                _states[child].Suffix = suffix;
                if (_states[child].MatchLength == 0)
                {
                    _states[child].MatchLength = _states[suffix].MatchLength;
                }

                waiting.Enqueue(child);
            }
        }
    }

    private sealed class State
    {
        public byte Value { get; init; }

        public int Depth { get; init; }

        public int FirstChild { get; set; } = None;

        public int NextSibling { get; init; } = None;

        public int Suffix { get; set; }

        public int MatchLength { get; set; }
    }
}
