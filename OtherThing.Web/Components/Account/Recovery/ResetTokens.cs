using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;
using OtherThing.Data.Access;

namespace OtherThing.Web.Components.Account.Recovery;

/// <summary>How long a link to a new password is good.</summary>
internal sealed class ResetTokenOptions : DataProtectionTokenProviderOptions
{
    public ResetTokenOptions() => (Name, TokenLifespan) = (ResetTokens.ProviderName, TimeSpan.FromHours(1));
}

/// <summary>The codes in links to a new password: good for an hour, and for one password, since that changes what they are made of.</summary>
internal sealed class ResetTokens(
    IDataProtectionProvider protection, IOptions<ResetTokenOptions> options, ILogger<DataProtectorTokenProvider<AppUser>> logger)
    : DataProtectorTokenProvider<AppUser>(protection, options, logger)
{
    public const string ProviderName = "OtherThing.Reset";
}
