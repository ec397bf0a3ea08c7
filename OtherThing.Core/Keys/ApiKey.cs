using OtherThing.Core.Results;

namespace OtherThing.Core.Keys;

/// <summary>How a key was found when it was last tested or used.</summary>
public enum ApiKeyStatus
{
    /// <summary>The provider takes it.</summary>
    Ok,

    /// <summary>The provider refuses it.</summary>
    Invalid,

    /// <summary>The provider says "not now".</summary>
    RateLimited,

    /// <summary>Whoever added it is no member any more: it pays for nothing until they are back.</summary>
    Paused,

    /// <summary>The value cannot be opened: the vault's key ring is another one than when it was added.</summary>
    CannotDecrypt,
}

/// <summary>A credential of a provider that a member lends to the workspace. Its value goes in and never comes out.</summary>
public sealed class ApiKey : IVersioned
{
    private ApiKey()
    {
    }

    /// <summary>A key whose value is already sealed.</summary>
    public ApiKey(Guid id, Guid workspaceId, ApiProvider provider, string name, Uri baseUrl, string mask, Guid addedBy, DateTime utcNow)
    {
        (Id, WorkspaceId, Provider, Name) = (id, workspaceId, provider, name);
        (BaseUrl, Host, Mask) = (baseUrl.AbsoluteUri, HostOf(baseUrl), mask);
        (AddedBy, AddedAt) = (addedBy, utcNow);
    }

    /// <summary>The key's id.</summary>
    public Guid Id { get; private set; }

    /// <summary>The workspace that may use it.</summary>
    public Guid WorkspaceId { get; private set; }

    /// <summary>Whose API it opens.</summary>
    public ApiProvider Provider { get; private set; }

    /// <summary>What people call it.</summary>
    public string Name { get; private set; } = "";

    /// <summary>Where a custom provider lives; for the known ones the catalog's address counts.</summary>
    public string BaseUrl { get; private set; } = "";

    /// <summary>The only origin the value may ever be sent to, <c>https://api.openai.com:443</c>; sealed into the value.</summary>
    public string Host { get; private set; } = "";

    /// <summary>What may be shown of it: <c>sk-…9f3A</c>.</summary>
    public string Mask { get; private set; } = "";

    /// <summary>The sealed value.</summary>
    public byte[] Sealed { get; private set; } = [];

    /// <summary>Tells whether the workspace has this very key already, without telling the key.</summary>
    public byte[] Fingerprint { get; private set; } = [];

    /// <summary>The member whose key it is.</summary>
    public Guid AddedBy { get; private set; }

    /// <summary>Since when (UTC).</summary>
    public DateTime AddedAt { get; private set; }

    /// <summary>When it last paid for something (UTC, to the minute); null for never.</summary>
    public DateTime? LastUsedAt { get; private set; }

    /// <summary>How it was found last.</summary>
    public ApiKeyStatus Status { get; private set; }

    /// <inheritdoc/>
    public Guid Version { get; private set; }

    /// <summary>The origin of a base URL in the form a key is bound to.</summary>
    public static string HostOf(Uri baseUrl) => $"{baseUrl.Scheme}://{baseUrl.IdnHost.ToLowerInvariant()}:{baseUrl.Port}";

    /// <summary>What may be shown of a value: at most three characters and, of a long one, the last four.</summary>
    public static string MaskOf(string value) => value.Length >= 20 ? $"{value[..3]}…{value[^4..]}" : "…";

    /// <summary>Puts the sealed value in.</summary>
    public void Seal(byte[] value, byte[] fingerprint) => (Sealed, Fingerprint) = (value, fingerprint);
}
