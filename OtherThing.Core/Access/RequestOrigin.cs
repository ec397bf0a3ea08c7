namespace OtherThing.Core.Access;

/// <summary>Where what is being done just now was asked from; only the audit reads it, no right depends on it.</summary>
/// <param name="Address">The IP address of whoever asked.</param>
/// <param name="Request">The REST request, <c>DELETE /api/v1/...</c> without its query; null for a page.</param>
public sealed record RequestOrigin(string? Address, string? Request)
{
    private static readonly AsyncLocal<RequestOrigin?> s_current = new();

    /// <summary>That of the request or page event that led here; null for what the server does by itself.</summary>
    public static RequestOrigin? Current
    {
        get => s_current.Value;
        set => s_current.Value = value;
    }
}
