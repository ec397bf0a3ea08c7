using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Identity;

namespace OtherThing.Web.Components.Account;

/// <summary>How addresses are compared; unlike the built-in one it takes any text a caller may send.</summary>
internal sealed class AddressNormalizer : ILookupNormalizer
{
    [return: NotNullIfNotNull(nameof(name))]
    public string? NormalizeName(string? name)
    {
        try
        {
            return name?.Normalize().ToUpperInvariant();
        }
        catch (ArgumentException)
        {
            // Code points that are no characters have no normal form; no account is called so.
            return name?.ToUpperInvariant();
        }
    }

    [return: NotNullIfNotNull(nameof(email))]
    public string? NormalizeEmail(string? email) => NormalizeName(email);
}
