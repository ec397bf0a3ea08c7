namespace OtherThing.Web.Components.Account;

/// <summary>Where to go after a form: inside this site, whatever the address bar was made to say.</summary>
internal static class LocalAddress
{
    public static string OrRoot(string? address) =>
        address is ['/', ..] and not ['/', '/' or '\\', ..] && address.Length <= 2_000
        && !address.Any(letter => char.IsControl(letter) || letter == '\\')
            ? address
            : "/";
}
