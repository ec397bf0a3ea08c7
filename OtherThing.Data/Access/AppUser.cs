using Microsoft.AspNetCore.Identity;

namespace OtherThing.Data.Access;

/// <summary>A person's account.</summary>
public sealed class AppUser : IdentityUser<Guid>
{
    /// <summary>What others see.</summary>
    [PersonalData]
    public string DisplayName { get; set; } = "";

    public DateTime CreatedAt { get; set; }

    /// <summary>The time step of the last code of an authenticator app that was taken; that and earlier ones are not taken again.</summary>
    public long LastCodeStep { get; set; }
}
