namespace OtherThing.Web.Components.Account;

/// <summary>Where a person is sent after a form: an address of this server only, as ASCII, since it becomes a header.</summary>
internal static class LocalAddress
{
    public static string OrRoot(string? address) =>
        address is ['/', ..] and not ['/', '/' or '\\', ..] && address.Length <= 2_000 && !address.Any(letter => char.IsControl(letter) || letter == '\\')
        && Uri.TryCreate(new Uri("http://local.invalid"), address, out var whole) && whole.Host == "local.invalid" && whole.AbsolutePath is not ['/', '/', ..]
            ? whole.PathAndQuery + whole.Fragment
            : "/";
}
