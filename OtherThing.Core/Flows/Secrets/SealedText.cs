using System.Text;
using System.Text.RegularExpressions;

namespace OtherThing.Core.Flows.Secrets;

/// <summary>
/// A text in which typed parts stand in sealed form: <c>sealed:BASE64;</c>, or <c>sealed:BASE64</c> alone when all of it was typed.
/// Templates stand between them as they are.
/// </summary>
internal static partial class SealedText
{
    private const string Prefix = "sealed:";

    /// <summary>Whether any of it is sealed.</summary>
    public static bool Has(string text) => text.Contains(Prefix, StringComparison.Ordinal);

    /// <summary>Whether a template decides any of it.</summary>
    public static bool HasTemplate(string text) =>
        text.Contains("{{", StringComparison.Ordinal) || text.Contains("{%", StringComparison.Ordinal);

    /// <summary>Whether it holds something typed that is to be sealed: more than the name of a scheme, punctuation, and what is sealed.</summary>
    public static bool HasTyped(string text) => HasTemplate(text) ? Parts(text).Any(static part => IsTyped(part)) : text.Length > 0 && !IsSealed(text);

    /// <summary>Whether a template has words of its own (<c>{{ "abc" | append: x }}</c>) long enough to be a credential.</summary>
    public static bool HasLiteral(string text) => Parts(text).Any(static part => IsTag(part) && Literal().IsMatch(part));

    /// <summary>Seals what is typed.</summary>
    public static async Task<string> SealAsync(string text, Func<string, Task<byte[]>> seal)
    {
        if (!HasTemplate(text))
        {
            return IsSealed(text) ? text : Prefix + Convert.ToBase64String(await seal(text));
        }

        var whole = new StringBuilder();
        foreach (var part in Parts(text))
        {
            whole.Append(IsTyped(part) ? $"{Prefix}{Convert.ToBase64String(await seal(part))};" : part);
        }

        return whole.ToString();
    }

    /// <summary>Opens what is sealed; null when a part of it does not open.</summary>
    public static async Task<string?> OpenAsync(string text, Func<byte[], Task<string?>> open)
    {
        var (whole, at) = (new StringBuilder(), 0);
        foreach (Match found in Sealed().Matches(text))
        {
            var bytes = new byte[found.Length];
            if (!Convert.TryFromBase64String(found.Groups[1].Value, bytes, out var length) || await open(bytes[..length]) is not { } opened)
            {
                return null;
            }

            whole.Append(text, at, found.Index - at).Append(opened);
            at = found.Index + found.Length;
        }

        return whole.Append(text, at, text.Length - at).ToString();
    }

    private static bool IsSealed(string text) => Sealed().Match(text) is { Success: true, Index: 0 } found && found.Length == text.Length;

    private static bool IsTag(string part) => part.StartsWith("{{", StringComparison.Ordinal) || part.StartsWith("{%", StringComparison.Ordinal);

    private static bool IsTyped(string part) => !IsTag(part) && !IsSealed(part) && !Plain().IsMatch(part);

    /// <summary>Tags, sealed parts, and what stands between them.</summary>
    private static IEnumerable<string> Parts(string text)
    {
        var at = 0;
        foreach (Match found in Special().Matches(text))
        {
            if (found.Index > at)
            {
                yield return text[at..found.Index];
            }

            yield return found.Value;
            at = found.Index + found.Length;
        }

        if (at < text.Length)
        {
            yield return text[at..];
        }
    }

    [GeneratedRegex(@"sealed:([A-Za-z0-9+/]+={0,2});?", RegexOptions.NonBacktracking)]
    private static partial Regex Sealed();

    [GeneratedRegex(
        @"\{\{(?:""[^""]*""|'[^']*'|[^""'}]|\}[^}])*\}\}|\{%(?:""[^""]*""|'[^']*'|[^""'%]|%[^}])*%\}|sealed:[A-Za-z0-9+/]+={0,2};?",
        RegexOptions.NonBacktracking)]
    private static partial Regex Special();

    /// <summary>What a value begins with by custom, the names of its fields, and what stands between them.</summary>
    [GeneratedRegex(
        @"^[\s\p{P}=]*(?:(?:Bearer|Basic|Token|Digest|Negotiate|Apikey|Api-Key|Key|OAuth|GoogleLogin|Sso-Key|Splunk|DPoP|sha1|sha256|sha512|hmac|v1|t|auth|session|sessionid|sid)\b[\s\p{P}=]*)*$",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Plain();

    [GeneratedRegex(@"""[^""%\s]{8,}""|'[^'%\s]{8,}'", RegexOptions.NonBacktracking)]
    private static partial Regex Literal();
}
