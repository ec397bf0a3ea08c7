using System.Runtime.CompilerServices;
using System.Text.Json;

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
/// <param name="Text">What it is, after "Only members can": "start runs".</param>
/// <param name="Owner">What an Owner may.</param>
/// <param name="Admin">What an Admin may.</param>
/// <param name="Member">What a Member may.</param>
/// <param name="Viewer">What a Viewer may.</param>
/// <param name="Scope">The token scope it needs.</param>
/// <param name="Fresh">True when the person must have signed in within the last minutes.</param>
/// <param name="TakesOut">True when it only reads, yet what it reads leaves the workspace: then it is audited like a change.</param>
/// <param name="Name">The name of its property in <see cref="Operations"/>.</param>
public sealed record Operation(
    string Id, string Text, Grant Owner, Grant Admin, Grant Member, Grant Viewer, Scopes Scope, bool Fresh = false, bool TakesOut = false,
    [CallerMemberName] string Name = "")
{
    /// <summary>What the audit calls it: <c>RunStart</c> is <c>run.start</c>, <c>MemberSetRole</c> is <c>member.set_role</c>.</summary>
    public string Act { get; } = ActOf(Name);

    /// <summary>Whether it, and a refusal of it, is kept in the audit.</summary>
    public bool IsAudited => Scope != Scopes.Read || TakesOut;

    /// <summary>What a role may.</summary>
    public Grant For(Role role) => role switch
    {
        Role.Owner => Owner,
        Role.Admin => Admin,
        Role.Member => Member,
        _ => Viewer,
    };

    private static string ActOf(string name)
    {
        var words = JsonNamingPolicy.SnakeCaseLower.ConvertName(name);
        var at = words.IndexOf('_', StringComparison.Ordinal);
        return at < 0 ? words : $"{words[..at]}.{words[(at + 1)..]}";
    }
}
