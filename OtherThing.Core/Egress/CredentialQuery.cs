using System.Collections.Frozen;
using System.Text.RegularExpressions;

namespace OtherThing.Core.Egress;

/// <summary>Parameters of an address that prove who somebody is, treated like <see cref="CredentialHeaders"/>.</summary>
public static partial class CredentialQuery
{
    private static readonly FrozenSet<string> s_names = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase, "key", "sig", "auth", "pass", "passwd", "pwd", "subscription-key", "appid", "sharedkey");

    /// <summary>Whether a parameter of this name carries a credential; letter case, and dash or underscore, do not matter.</summary>
    public static bool Contains(string name) => CredentialHeaders.Contains(name) || s_names.Contains(name.Replace('_', '-'));

    /// <summary>Changes the values of such parameters in an address, templates and all; the rest stays as it is written.</summary>
    /// <param name="url">The address.</param>
    /// <param name="change">Gives a value's new text by the parameter's name and its text so far.</param>
    public static string Change(string url, Func<string, string, string> change) => Parameter().Replace(url, found => Contains(found.Groups[2].Value)
        ? $"{found.Groups[1].Value}{found.Groups[2].Value}={change(found.Groups[2].Value, found.Groups[3].Value)}"
        : found.Value);

    /// <summary>Such parameters of an address, by name and text.</summary>
    public static IEnumerable<(string Name, string Text)> In(string url) => Parameter().Matches(url)
        .Where(static found => Contains(found.Groups[2].Value)).Select(static found => (found.Groups[2].Value, found.Groups[3].Value));

    [GeneratedRegex(@"([?&])([^=&#?{}]+)=((?:\{\{[^}]*\}\}|\{%[^%]*%\}|[^&#])*)", RegexOptions.NonBacktracking)]
    private static partial Regex Parameter();
}
