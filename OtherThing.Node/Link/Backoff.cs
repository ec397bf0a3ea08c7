namespace OtherThing.Agent.Link;

/// <summary>How long to wait before the next try: anywhere between nothing and a bound that doubles from 1 s to 30 s, so that many nodes do not come
/// back at once.</summary>
internal sealed class Backoff(Random random)
{
    private static readonly TimeSpan s_first = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_most = TimeSpan.FromSeconds(30);
    private TimeSpan _bound = s_first;

    internal TimeSpan Bound => _bound;

    internal TimeSpan Next()
    {
        var wait = _bound * random.NextDouble();
        _bound = _bound * 2 < s_most ? _bound * 2 : s_most;
        return wait;
    }

    /// <summary>The first good message of the server: all is well again.</summary>
    internal void Reset() => _bound = s_first;
}
