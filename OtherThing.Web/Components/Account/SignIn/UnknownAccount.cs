using System.Security.Cryptography;
using Microsoft.AspNetCore.Identity;
using OtherThing.Data.Access;

namespace OtherThing.Web.Components.Account.SignIn;

/// <summary>
/// The password of nobody: a sign-in with an unknown address is checked against it, so that it takes as long as one with a wrong password.
/// </summary>
internal sealed class UnknownAccount
{
    private readonly AppUser _nobody = new();
    private readonly Lock _gate = new();
    private string? _hash;

    public void Check(IPasswordHasher<AppUser> hasher, string password)
    {
        lock (_gate)
        {
            _hash ??= hasher.HashPassword(_nobody, RandomNumberGenerator.GetHexString(32));
        }

        _ = hasher.VerifyHashedPassword(_nobody, _hash, password);
    }
}
