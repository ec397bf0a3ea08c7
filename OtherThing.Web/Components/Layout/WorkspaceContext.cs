using OtherThing.Core.Access;

namespace OtherThing.Web.Components.Layout;

/// <summary>The workspace whose page is open, as this person sees it; cascaded by <see cref="WorkspaceLayout"/>.</summary>
/// <param name="Id">Which workspace.</param>
/// <param name="Slug">Its name in addresses.</param>
/// <param name="Name">What people call it.</param>
/// <param name="Role">What the person is there; services ask the database again on every call.</param>
/// <param name="Actor">Who is asking: pass it to every service.</param>
public sealed record WorkspaceContext(Guid Id, string Slug, string Name, Role Role, Actor Actor)
{
    /// <summary>The person.</summary>
    public Guid UserId => Actor.UserId!.Value;

    /// <summary>Whether to offer an act: allowed on everything, or on one's own when <paramref name="own"/>.</summary>
    public bool May(Operation operation, bool own = false) =>
        operation.For(Role) is var grant && (grant == Grant.Allow || (own && grant == Grant.Own));

    /// <summary>An address inside the workspace: <c>PathTo("runs", id)</c>.</summary>
    public string PathTo(string page, object? id = null) => id is null ? $"/w/{Slug}/{page}" : $"/w/{Slug}/{page}/{id}";
}
