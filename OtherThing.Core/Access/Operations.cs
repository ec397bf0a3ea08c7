using System.Collections.Frozen;
using System.Reflection;

namespace OtherThing.Core.Access;

/// <summary>
/// Who may do what: documentation, policy and test data at once. Every public service method names one of these rows.
/// <see cref="Grant.Own"/> means "on one's own thing": the creator of a task, the owner of a node, the contributor of a key,
/// the person named on an approval.
/// </summary>
public static class Operations
{
    // Workspace
    /// <summary>A01: create (any signed-in user, instance quota).</summary>
    public static Operation WorkspaceCreate { get; } = new("A01", "create workspaces", Grant.Allow, Grant.Allow, Grant.Allow, Grant.Allow, Scopes.Manage);
    /// <summary>A02: read name, description, own role.</summary>
    public static Operation WorkspaceRead { get; } = new("A02", "see this workspace", Grant.Allow, Grant.Allow, Grant.Allow, Grant.Allow, Scopes.Read);
    /// <summary>A03: rename, description, icon.</summary>
    public static Operation WorkspaceEdit { get; } =
        new("A03", "change the name and description of this workspace", Grant.Allow, Grant.Allow, Grant.Deny, Grant.Deny, Scopes.Manage);
    /// <summary>A04: security policy (egress list, sign-in strength, defaults).</summary>
    public static Operation WorkspacePolicy { get; } =
        new("A04", "change the security settings of this workspace", Grant.Allow, Grant.Deny, Grant.Deny, Grant.Deny, Scopes.Manage, Fresh: true);
    /// <summary>A05: export (no secrets).</summary>
    public static Operation WorkspaceExport { get; } =
        new("A05", "export this workspace", Grant.Allow, Grant.Allow, Grant.Deny, Grant.Deny, Scopes.Manage, Fresh: true);
    /// <summary>A06: archive / restore.</summary>
    public static Operation WorkspaceArchive { get; } =
        new("A06", "archive or restore this workspace", Grant.Allow, Grant.Deny, Grant.Deny, Grant.Deny, Scopes.Manage);
    /// <summary>A07: delete, shred (type name, 7-day undo).</summary>
    public static Operation WorkspaceDelete { get; } =
        new("A07", "delete this workspace", Grant.Allow, Grant.Deny, Grant.Deny, Grant.Deny, Scopes.Manage, Fresh: true);
    /// <summary>A08: transfer ownership (to an existing Admin who accepts).</summary>
    public static Operation WorkspaceTransfer { get; } =
        new("A08", "hand this workspace over", Grant.Allow, Grant.Deny, Grant.Deny, Grant.Deny, Scopes.Manage, Fresh: true);

    // Members
    /// <summary>A09: list names and roles.</summary>
    public static Operation MemberList { get; } = new("A09", "see who is a member", Grant.Allow, Grant.Allow, Grant.Allow, Grant.Allow, Scopes.Read);
    /// <summary>A10: see e-mail, last seen.</summary>
    public static Operation MemberDetail { get; } =
        new("A10", "see members' e-mail addresses and last visits", Grant.Allow, Grant.Allow, Grant.Deny, Grant.Deny, Scopes.Read);
    /// <summary>A11: set Viewer↔Member.</summary>
    public static Operation MemberSetRole { get; } =
        new("A11", "make somebody a viewer or a member", Grant.Allow, Grant.Allow, Grant.Deny, Grant.Deny, Scopes.Manage);
    /// <summary>A12: make or unmake Admin.</summary>
    public static Operation MemberSetAdmin { get; } =
        new("A12", "make somebody an admin or take that away", Grant.Allow, Grant.Deny, Grant.Deny, Grant.Deny, Scopes.Manage, Fresh: true);
    /// <summary>A13: change or remove an Owner (only A08).</summary>
    public static Operation MemberChangeOwner { get; } = new("A13", "change or remove an owner", Grant.Deny, Grant.Deny, Grant.Deny, Grant.Deny, Scopes.Manage);
    /// <summary>A14: remove/suspend Member, Viewer (ends circuits, tokens, triggers ≤ 1 s).</summary>
    public static Operation MemberRemove { get; } = new("A14", "remove members and viewers", Grant.Allow, Grant.Allow, Grant.Deny, Grant.Deny, Scopes.Manage);
    /// <summary>A15: remove/suspend Admin.</summary>
    public static Operation MemberRemoveAdmin { get; } =
        new("A15", "remove admins", Grant.Allow, Grant.Deny, Grant.Deny, Grant.Deny, Scopes.Manage, Fresh: true);
    /// <summary>A16: leave (Owner only if another Owner exists).</summary>
    public static Operation MemberLeave { get; } = new("A16", "leave this workspace", Grant.Allow, Grant.Allow, Grant.Allow, Grant.Allow, Scopes.Manage);

    // Invites
    /// <summary>A17: create for Viewer/Member (role fixed server-side, ≤ 7 d, use limit, optional e-mail).</summary>
    public static Operation InviteCreate { get; } = new("A17", "invite viewers and members", Grant.Allow, Grant.Allow, Grant.Deny, Grant.Deny, Scopes.Manage);
    /// <summary>A18: create for Admin (single use, e-mail bound; Owner invite does not exist).</summary>
    public static Operation InviteCreateAdmin { get; } =
        new("A18", "invite admins", Grant.Allow, Grant.Deny, Grant.Deny, Grant.Deny, Scopes.Manage, Fresh: true);
    /// <summary>A19: list, revoke (Admin cannot revoke an Admin invite; code shown once).</summary>
    public static Operation InviteList { get; } = new("A19", "see and revoke invites", Grant.Allow, Grant.Allow, Grant.Deny, Grant.Deny, Scopes.Manage);
    /// <summary>A20: redeem (signed-in; one transaction; never lowers or raises an existing role; inviter's right re-checked).</summary>
    public static Operation InviteRedeem { get; } = new("A20", "use an invite", Grant.Allow, Grant.Allow, Grant.Allow, Grant.Allow, Scopes.Manage);

    // Tasks
    /// <summary>A21: list, read, comments.</summary>
    public static Operation TaskRead { get; } = new("A21", "see tasks", Grant.Allow, Grant.Allow, Grant.Allow, Grant.Allow, Scopes.Read);
    /// <summary>A22: create, comment, attach.</summary>
    public static Operation TaskCreate { get; } =
        new("A22", "create tasks and comment on them", Grant.Allow, Grant.Allow, Grant.Allow, Grant.Deny, Scopes.Write);
    /// <summary>A23: edit, close, reopen.</summary>
    public static Operation TaskEdit { get; } = new("A23", "change, close and reopen tasks", Grant.Allow, Grant.Allow, Grant.Own, Grant.Deny, Scopes.Write);
    /// <summary>A24: assign to a member (target must be Member or above).</summary>
    public static Operation TaskAssign { get; } = new("A24", "assign tasks", Grant.Allow, Grant.Allow, Grant.Allow, Grant.Deny, Scopes.Write);
    /// <summary>A25: delete task; delete another's comment.</summary>
    public static Operation TaskDelete { get; } =
        new("A25", "delete tasks and other people's comments", Grant.Allow, Grant.Allow, Grant.Own, Grant.Deny, Scopes.Write);
    /// <summary>A26: download attachment.</summary>
    public static Operation AttachmentRead { get; } = new("A26", "download attachments", Grant.Allow, Grant.Allow, Grant.Allow, Grant.Allow, Scopes.Read);

    // Flows
    /// <summary>A27: list, read, versions, diff (Viewer sees no webhook address or key labels).</summary>
    public static Operation FlowRead { get; } = new("A27", "see flows and their versions", Grant.Allow, Grant.Allow, Grant.Allow, Grant.Allow, Scopes.Read);
    /// <summary>A28: create, edit, duplicate draft, import (an imported flow is an inert draft: triggers off, no keys or nodes attached).</summary>
    public static Operation FlowEdit { get; } = new("A28", "create and change flows", Grant.Allow, Grant.Allow, Grant.Allow, Grant.Deny, Scopes.Write);
    /// <summary>A29: publish version / turn triggers on (policy may ask a second person).</summary>
    public static Operation FlowPublish { get; } =
        new("A29", "publish flows and turn their triggers on", Grant.Allow, Grant.Allow, Grant.Allow, Grant.Deny, Scopes.Write);
    /// <summary>A30: turn triggers off.</summary>
    public static Operation FlowTriggersOff { get; } = new("A30", "turn triggers off", Grant.Allow, Grant.Allow, Grant.Allow, Grant.Deny, Scopes.Write);
    /// <summary>A31: delete flow (runs are kept).</summary>
    public static Operation FlowDelete { get; } = new("A31", "delete flows", Grant.Allow, Grant.Allow, Grant.Own, Grant.Deny, Scopes.Write);
    /// <summary>A32: export definition (names of keys only).</summary>
    public static Operation FlowExport { get; } = new("A32", "export flows", Grant.Allow, Grant.Allow, Grant.Allow, Grant.Deny, Scopes.Read, TakesOut: true);
    /// <summary>A33: copy to another workspace (needs Member there too; drops keys, nodes, secrets).</summary>
    public static Operation FlowCopyOut { get; } =
        new("A33", "copy flows to another workspace", Grant.Allow, Grant.Allow, Grant.Allow, Grant.Deny, Scopes.Write);
    /// <summary>A34: see webhook address; create/rotate its secret (secret shown once).</summary>
    public static Operation WebhookSecret { get; } =
        new("A34", "see webhook addresses and change their secrets", Grant.Allow, Grant.Allow, Grant.Own, Grant.Deny, Scopes.Write);
    /// <summary>A35: allow unsigned webhook.</summary>
    public static Operation WebhookUnsigned { get; } =
        new("A35", "allow unsigned webhooks", Grant.Allow, Grant.Allow, Grant.Deny, Grant.Deny, Scopes.Write, Fresh: true);
    /// <summary>A36: schedule.</summary>
    public static Operation FlowSchedule { get; } = new("A36", "schedule flows", Grant.Allow, Grant.Allow, Grant.Own, Grant.Deny, Scopes.Write);

    // Runs
    /// <summary>A37: start, start with inputs (inputs only, never steps/keys/URLs).</summary>
    public static Operation RunStart { get; } = new("A37", "start runs", Grant.Allow, Grant.Allow, Grant.Allow, Grant.Deny, Scopes.Run);
    /// <summary>A38: retry, resume, rerun from step (= A37, not read).</summary>
    public static Operation RunRetry { get; } =
        new("A38", "run again, resume and repeat from a step", Grant.Allow, Grant.Allow, Grant.Allow, Grant.Deny, Scopes.Run);
    /// <summary>A39: list, view, logs, artifacts (flow may be "members only").</summary>
    public static Operation RunRead { get; } = new("A39", "see runs and their logs", Grant.Allow, Grant.Allow, Grant.Allow, Grant.Allow, Scopes.Read);
    /// <summary>A40: cancel own / another's (NO may stop what runs on his node).</summary>
    public static Operation RunCancel { get; } = new("A40", "cancel runs", Grant.Allow, Grant.Allow, Grant.Own, Grant.Deny, Scopes.Run);
    /// <summary>A41: approve a human step (Viewer only if named; not the starter if policy says).</summary>
    public static Operation RunApprove { get; } = new("A41", "decide approvals", Grant.Allow, Grant.Allow, Grant.Own, Grant.Own, Scopes.Run);
    /// <summary>A42: settle an `Unknown` effect.</summary>
    public static Operation RunSettle { get; } =
        new("A42", "say whether a step that nobody knows about happened", Grant.Allow, Grant.Allow, Grant.Own, Grant.Deny, Scopes.Run);
    /// <summary>A43: delete run / purge logs (usage and audit rows stay).</summary>
    public static Operation RunDelete { get; } =
        new("A43", "delete runs and their logs", Grant.Allow, Grant.Allow, Grant.Deny, Grant.Deny, Scopes.Manage, Fresh: true);

    // Console
    /// <summary>A44: watch live stream.</summary>
    public static Operation ConsoleUse { get; } = new("A44", "use the console", Grant.Allow, Grant.Allow, Grant.Allow, Grant.Deny, Scopes.Read);
    /// <summary>A45: ad-hoc prompt with a shared key (within key scope and budget).</summary>
    public static Operation PromptAdHoc { get; } = new("A45", "ask a model with a shared key", Grant.Allow, Grant.Allow, Grant.Allow, Grant.Deny, Scopes.Run);
    /// <summary>A46: ad-hoc command on a node (anyone else of Member or above: only by the node owner's consent, per session, shown live).</summary>
    public static Operation CommandAdHoc { get; } = new("A46", "run commands on machines", Grant.Own, Grant.Own, Grant.Own, Grant.Deny, Scopes.Run);
    /// <summary>A47: read another's console history (the other is told).</summary>
    public static Operation ConsoleHistoryOfOthers { get; } =
        new("A47", "read other people's console history", Grant.Allow, Grant.Allow, Grant.Deny, Grant.Deny, Scopes.Read, TakesOut: true);

    // Nodes and jobs
    /// <summary>A48: list, status, labels.</summary>
    public static Operation NodeList { get; } =
        new("A48", "see the machines of this workspace", Grant.Allow, Grant.Allow, Grant.Allow, Grant.Allow, Scopes.Read);
    /// <summary>A49: host name, address, hardware detail (address to NO and Admin only).</summary>
    public static Operation NodeDetail { get; } =
        new("A49", "see host names, addresses and hardware of machines", Grant.Allow, Grant.Allow, Grant.Own, Grant.Deny, Scopes.Read);
    /// <summary>A50: enrol own machine, attach to workspace (needs policy; NO confirms fingerprint).</summary>
    public static Operation NodeAttach { get; } =
        new("A50", "bring a machine and let it serve this workspace", Grant.Allow, Grant.Allow, Grant.Allow, Grant.Deny, Scopes.Write);
    /// <summary>A51: job kinds, images, network, folders, audience (Admin may only narrow).</summary>
    public static Operation NodePolicy { get; } = new("A51", "decide what may run on a machine", Grant.Own, Grant.Own, Grant.Own, Grant.Own, Scopes.Write);
    /// <summary>A52: resource limits, hours, price label (Admin may only narrow).</summary>
    public static Operation NodeLimits { get; } = new("A52", "change the limits of a machine", Grant.Own, Grant.Own, Grant.Own, Grant.Own, Scopes.Write);
    /// <summary>A53: pause, drain.</summary>
    public static Operation NodePause { get; } = new("A53", "pause and drain machines", Grant.Allow, Grant.Allow, Grant.Own, Grant.Own, Scopes.Write);
    /// <summary>A54: detach from workspace.</summary>
    public static Operation NodeDetach { get; } =
        new("A54", "take machines out of this workspace", Grant.Allow, Grant.Allow, Grant.Own, Grant.Own, Scopes.Write);
    /// <summary>A55: revoke node identity, delete node (Admin: detach only).</summary>
    public static Operation NodeRevoke { get; } = new("A55", "remove a machine", Grant.Own, Grant.Own, Grant.Own, Grant.Own, Scopes.Write);
    /// <summary>A56: send a job to a node (only if the node's audience and kinds allow).</summary>
    public static Operation JobSubmit { get; } = new("A56", "send jobs to machines", Grant.Allow, Grant.Allow, Grant.Allow, Grant.Deny, Scopes.Run);
    /// <summary>A57: history of jobs on a node (NO sees all workspaces' jobs on his machine; others only theirs).</summary>
    public static Operation JobHistory { get; } = new("A57", "see the jobs of a machine", Grant.Allow, Grant.Allow, Grant.Own, Grant.Own, Scopes.Read);
    /// <summary>A58: agent update (server may only advise).</summary>
    public static Operation NodeUpdate { get; } = new("A58", "update the agent of a machine", Grant.Own, Grant.Own, Grant.Own, Grant.Own, Scopes.Write);

    // Keys
    /// <summary>A59: list masked, label, use count.</summary>
    public static Operation KeyList { get; } = new("A59", "see keys", Grant.Allow, Grant.Allow, Grant.Allow, Grant.Deny, Scopes.Read);
    /// <summary>A60: read the value (nobody).</summary>
    public static Operation KeyReveal { get; } = new("A60", "read the value of a key", Grant.Deny, Grant.Deny, Grant.Deny, Grant.Deny, Scopes.Read);
    /// <summary>A61: add a key (policy; becomes KC).</summary>
    public static Operation KeyAdd { get; } = new("A61", "add keys", Grant.Allow, Grant.Allow, Grant.Allow, Grant.Deny, Scopes.Write);
    /// <summary>A62: replace value, change base URL (URL change needs a new value).</summary>
    public static Operation KeyReplace { get; } =
        new("A62", "replace the value or the address of a key", Grant.Allow, Grant.Allow, Grant.Own, Grant.Deny, Scopes.Write, Fresh: true);
    /// <summary>A63: scope, models, budget (KC's limits can only be narrowed by others).</summary>
    public static Operation KeyScope { get; } = new("A63", "change what a key may be used for", Grant.Allow, Grant.Allow, Grant.Own, Grant.Deny, Scopes.Write);
    /// <summary>A64: use through a flow / test button (scope ∩ flow ∩ role).</summary>
    public static Operation KeyUse { get; } = new("A64", "use keys", Grant.Allow, Grant.Allow, Grant.Allow, Grant.Deny, Scopes.Run);
    /// <summary>A65: disable, delete.</summary>
    public static Operation KeyRemove { get; } = new("A65", "pause and remove keys", Grant.Allow, Grant.Allow, Grant.Own, Grant.Own, Scopes.Write);
    /// <summary>A66: key audit trail.</summary>
    public static Operation KeyAudit { get; } = new("A66", "see the history of a key", Grant.Allow, Grant.Allow, Grant.Own, Grant.Deny, Scopes.Read);
    /// <summary>A67: custom provider with a private address (instance operator's allowlist only).</summary>
    public static Operation KeyPrivateAddress { get; } =
        new("A67", "use a provider with a private address", Grant.Deny, Grant.Deny, Grant.Deny, Grant.Deny, Scopes.Write);

    // Usage
    /// <summary>A68: own.</summary>
    public static Operation UsageOwn { get; } = new("A68", "see their own usage", Grant.Allow, Grant.Allow, Grant.Allow, Grant.Allow, Scopes.Read);
    /// <summary>A69: workspace totals, per flow (Viewer without money if policy).</summary>
    public static Operation UsageTotals { get; } =
        new("A69", "see the usage of this workspace", Grant.Allow, Grant.Allow, Grant.Allow, Grant.Allow, Scopes.Read);
    /// <summary>A70: per member, per key, cost.</summary>
    public static Operation UsagePerMember { get; } =
        new("A70", "see usage and cost by member and key", Grant.Allow, Grant.Allow, Grant.Own, Grant.Deny, Scopes.Read);
    /// <summary>A71: contribution of a node.</summary>
    public static Operation NodeContribution { get; } =
        new("A71", "see what a machine contributed", Grant.Allow, Grant.Allow, Grant.Own, Grant.Own, Scopes.Read);
    /// <summary>A72: set budgets and caps.</summary>
    public static Operation BudgetSet { get; } = new("A72", "set budgets", Grant.Allow, Grant.Allow, Grant.Deny, Grant.Deny, Scopes.Manage);
    /// <summary>A73: export CSV (formula-injection safe (`=+-@`)).</summary>
    public static Operation UsageExport { get; } = new("A73", "export usage", Grant.Allow, Grant.Allow, Grant.Deny, Grant.Deny, Scopes.Read, TakesOut: true);
    /// <summary>A74: edit or reset usage (corrections are new rows).</summary>
    public static Operation UsageEdit { get; } = new("A74", "change or reset usage", Grant.Deny, Grant.Deny, Grant.Deny, Grant.Deny, Scopes.Manage);
    /// <summary>A91: record by hand what was used elsewhere.</summary>
    public static Operation UsageRecord { get; } = new("A91", "record usage by hand", Grant.Allow, Grant.Allow, Grant.Allow, Grant.Deny, Scopes.Write);

    // Audit
    /// <summary>A75: read, export (hash-chained).</summary>
    public static Operation AuditRead { get; } = new("A75", "read and export the audit log", Grant.Allow, Grant.Allow, Grant.Deny, Grant.Deny, Scopes.Manage);
    /// <summary>A76: delete or edit audit.</summary>
    public static Operation AuditEdit { get; } = new("A76", "change or delete audit entries", Grant.Deny, Grant.Deny, Grant.Deny, Grant.Deny, Scopes.Manage);

    // Personal tokens
    /// <summary>A77: create, list, revoke own (scope ≤ role at each use).</summary>
    public static Operation TokenManage { get; } =
        new("A77", "manage their own tokens", Grant.Allow, Grant.Allow, Grant.Allow, Grant.Allow, Scopes.Manage, Fresh: true);
    /// <summary>A78: list/deny others' tokens for this workspace (metadata only).</summary>
    public static Operation TokenOfOthers { get; } =
        new("A78", "see and deny other people's tokens here", Grant.Allow, Grant.Allow, Grant.Deny, Grant.Deny, Scopes.Manage);

    /// <summary>Every row, by id.</summary>
    public static FrozenDictionary<string, Operation> All { get; } = typeof(Operations)
        .GetProperties(BindingFlags.Public | BindingFlags.Static)
        .Where(property => property.PropertyType == typeof(Operation))
        .Select(property => (Operation)property.GetValue(null)!)
        .ToFrozenDictionary(operation => operation.Id);
}
