namespace OtherThing.Core.Access;

/// <summary>How a role stands to an operation.</summary>
public enum Grant
{
    /// <summary>Not allowed.</summary>
    Deny,

    /// <summary>Allowed on one's own thing only (own task, own node, own key).</summary>
    Own,

    /// <summary>Allowed.</summary>
    Allow,
}

/// <summary>One row of the table of rights; the rows that exist are in <see cref="Operations"/>.</summary>
/// <param name="Id">The row's id, <c>A37</c>; test names use it.</param>
/// <param name="Text">What it is, as a person says it: "start a run".</param>
/// <param name="Owner">What an Owner may.</param>
/// <param name="Admin">What an Admin may.</param>
/// <param name="Member">What a Member may.</param>
/// <param name="Viewer">What a Viewer may.</param>
/// <param name="Scope">The token scope it needs.</param>
/// <param name="Fresh">True when the person must have signed in within the last minutes.</param>
public sealed record Operation(
    string Id, string Text, Grant Owner, Grant Admin, Grant Member, Grant Viewer, Scopes Scope, bool Fresh = false)
{
    /// <summary>What a role may.</summary>
    public Grant For(Role role) => role switch
    {
        Role.Owner => Owner,
        Role.Admin => Admin,
        Role.Member => Member,
        _ => Viewer,
    };
}
