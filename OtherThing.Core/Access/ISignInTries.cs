namespace OtherThing.Core.Access;

/// <summary>
/// Counts wrong passwords and codes by the address that was typed, whether or not there is such an account, so that an unknown address
/// locks as a known one does.
/// </summary>
public interface ISignInTries
{
    /// <summary>So many wrong ones in a row lock the address.</summary>
    static int MostWrong { get; } = 5;

    /// <summary>How long it stays locked.</summary>
    static TimeSpan LockedFor { get; } = TimeSpan.FromMinutes(5);

    /// <summary>After this time without a wrong one the count begins anew.</summary>
    static TimeSpan CountedFor { get; } = TimeSpan.FromMinutes(15);

    /// <summary>When the address may be tried again (UTC); null when it may be now.</summary>
    Task<DateTime?> LockedUntilAsync(string address, CancellationToken cancellationToken);

    /// <summary>Counts a wrong one.</summary>
    Task CountWrongAsync(string address, CancellationToken cancellationToken);

    /// <summary>Forgets the count: the person has shown who they are.</summary>
    Task ForgetAsync(string address, CancellationToken cancellationToken);
}
