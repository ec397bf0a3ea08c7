namespace OtherThing.Web.Features.Triggers;

/// <summary>Lines for a POSIX shell that send what a webhook takes; what a person wrote is quoted.</summary>
internal static class CurlLine
{
    /// <summary>To the address of a published webhook.</summary>
    /// <param name="address">The whole address.</param>
    /// <param name="body">The body, JSON.</param>
    /// <param name="signed">True signs it with what the shell's variable SECRET holds.</param>
    public static string ToHook(string address, string body, bool signed) => signed
        ? $"body={Quote(body)}; id=$(uuidgen); at=$(date +%s); curl -X POST {Quote(address)} -H 'content-type: application/json' -H \"webhook-id: $id\" -H "
            + "\"webhook-timestamp: $at\" "
            + "-H \"webhook-signature: v1,$(printf '%s' \"$id.$at.$body\" | openssl dgst -sha256 -hmac \"$SECRET\" -binary | base64)\" -d \"$body\""
        : $"curl -X POST {Quote(address)} -H 'content-type: application/json' -d {Quote(body)}";

    /// <summary>To the REST address that runs the draft, with what a delivery would be as its input; TOKEN is a personal token.</summary>
    /// <param name="address">The whole address of the flow's runs.</param>
    /// <param name="input">The input, JSON.</param>
    public static string ToDraft(string address, string input) =>
        $"curl -X POST {Quote(address)} -H \"Authorization: Bearer $TOKEN\" -H 'content-type: application/json' -d {Quote("{\"input\":" + input + "}")}";

    private static string Quote(string text) => $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
