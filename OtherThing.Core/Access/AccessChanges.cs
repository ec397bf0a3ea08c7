namespace OtherThing.Core.Access;

/// <summary>
/// Where it is said, in this process, that somebody's memberships or credentials have changed. Whoever writes a membership, a session or
/// a token says so after the write is on disk; open streams and pages, waiting requests and running work look again at once.
/// </summary>
public sealed class AccessChanges
{
    private int _generation;

    /// <summary>Hears whose access changed; null when it may be anybody's. A listener must not block and must not throw.</summary>
    public event Action<Guid?>? Changed;

    /// <summary>Rises with each change: what was read under an earlier one may be wrong.</summary>
    public int Generation => Volatile.Read(ref _generation);

    /// <summary>Says that a person's access changed.</summary>
    /// <param name="userId">The person; null when it may be anybody's, as when a workspace is deleted.</param>
    public void Raise(Guid? userId)
    {
        Interlocked.Increment(ref _generation);
        Changed?.Invoke(userId);
    }

    /// <summary>Waits for a write and says that a person's access may have changed with it.</summary>
    /// <param name="write">The write; nothing is said when it fails.</param>
    /// <param name="userId">See <see cref="Raise"/>.</param>
    public async Task<T> AfterAsync<T>(Task<T> write, Guid? userId)
    {
        var result = await write;
        Raise(userId);
        return result;
    }
}
