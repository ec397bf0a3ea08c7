using System.Collections.Frozen;

namespace OtherThing.Core.Egress;

/// <summary>
/// The one list of headers that prove who somebody is: their values stay out of records, documents, exports and logs, whoever sends or
/// receives them.
/// </summary>
public static class CredentialHeaders
{
    /// <summary>What stands in a record where such a value was.</summary>
    public const string Mask = "***";

    private static readonly FrozenSet<string> s_names = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase,
        "Authorization", "Proxy-Authorization", "Authentication", "X-Authorization", "X-Auth", "X-Auth-Key", "X-Authentication",
        "Cookie", "Set-Cookie", "Api-Key", "ApiKey", "X-Api-Key", "X-ApiKey", "X-Key", "X-Goog-Api-Key", "X-Functions-Key", "X-Goog-Iam-Authorization-Token",
        "Ocp-Apim-Subscription-Key", "X-RapidAPI-Key", "X-Master-Key", "X-Secret-Key", "Token", "Password", "X-Password", "Secret", "X-Secret",
        "X-MS-Token-AAD-Access-Token", "X-Ms-Client-Principal", "X-Amz-Security-Token", "X-Amz-Content-Sha256-Signature",
        "Signature", "Signature-Input", "X-Signature", "X-Hub-Signature", "X-Hub-Signature-256", "Stripe-Signature", "Webhook-Signature", "Svix-Signature",
        "X-Signature-Ed25519", "X-Signature-Sha256", "Paypal-Transmission-Sig", "X-Shopify-Hmac-Sha256", "X-Zm-Signature", "X-Square-Hmacsha256-Signature");

    /// <summary>What the name of such a header ends with, by the custom of those who make their own; without the dash it may be the whole name.</summary>
    private static readonly string[] s_ends =
    [
        "-token", "-secret", "-api-key", "-apikey", "-access-key", "-auth-key", "-application-key", "-app-key", "-secret-key", "-private-key",
        "-password", "-signature", "-signature-256", "-hmac", "-hmac-sha256", "-credential", "-credentials", "-jwt", "-session",
    ];

    /// <summary>Whether a header of this name carries a credential; letter case, and dash or underscore, do not matter.</summary>
    public static bool Contains(string name)
    {
        if (s_names.Contains(name))
        {
            return true;
        }

        var dashed = name.Replace('_', '-');
        return Array.Exists(s_ends, end => dashed.EndsWith(end, StringComparison.OrdinalIgnoreCase)
            || dashed.AsSpan().Equals(end.AsSpan(1), StringComparison.OrdinalIgnoreCase));
    }
}
