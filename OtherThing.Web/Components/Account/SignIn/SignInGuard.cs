using Microsoft.AspNetCore.Identity;
using OtherThing.Core.Access;
using OtherThing.Core.Results;

namespace OtherThing.Web.Components.Account.SignIn;

/// <summary>What came of somebody's try to show who they are.</summary>
/// <param name="Refusal">Why it was refused; null when it was not.</param>
/// <param name="IsWrong">Whether a password or code was wrong, which counts.</param>
internal readonly record struct Proof(Error? Refusal, bool IsWrong = false)
{
    public static Proof Wrong(Error refusal) => new(refusal, IsWrong: true);
}

/// <summary>
/// Every try of a password or a code goes through here. Tries for one address take turns, so that many at once are no more than one
/// after another; five wrong ones lock it, whether or not there is such an account.
/// </summary>
internal sealed class SignInGuard(ISignInTries tries, ILookupNormalizer addresses, TimeProvider clock) : IDisposable
{
    private readonly SemaphoreSlim[] _turns = [.. Enumerable.Range(0, 256).Select(_ => new SemaphoreSlim(1, 1))];

    /// <summary>Lets somebody try, unless the address is locked.</summary>
    /// <param name="address">The e-mail address that was typed, or that of the person who is signed in.</param>
    /// <param name="prove">Tries.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Null when they showed who they are, <c>account.locked</c>, or what <paramref name="prove"/> refused with.</returns>
    public async Task<Error?> TryAsync(string address, Func<Task<Proof>> prove, CancellationToken cancellationToken)
    {
        var key = addresses.NormalizeEmail(address.Trim())!;
        var turn = _turns[(uint)string.GetHashCode(key, StringComparison.Ordinal) % _turns.Length];
        await turn.WaitAsync(cancellationToken);
        try
        {
            if (await tries.LockedUntilAsync(key, cancellationToken) is { } until)
            {
                return AccountErrors.Locked(until - clock.GetUtcNow().UtcDateTime);
            }

            var proof = await prove();
            if (proof.IsWrong)
            {
                // It was tried, also when the caller has hung up.
                await tries.CountWrongAsync(key, CancellationToken.None);
            }
            else if (proof.Refusal is null)
            {
                await tries.ForgetAsync(key, cancellationToken);
            }

            return proof.Refusal;
        }
        finally
        {
            turn.Release();
        }
    }

    /// <summary>A person who set a new password by mail may sign in with it at once.</summary>
    public Task ForgetAsync(string address, CancellationToken cancellationToken) =>
        tries.ForgetAsync(addresses.NormalizeEmail(address.Trim())!, cancellationToken);

    public void Dispose()
    {
        foreach (var turn in _turns)
        {
            turn.Dispose();
        }
    }
}
