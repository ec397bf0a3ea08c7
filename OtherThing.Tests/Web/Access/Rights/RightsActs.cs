using OtherThing.Core.Access;
using OtherThing.Core.Audit;
using OtherThing.Core.Results;
using OtherThing.Core.Retention;
using OtherThing.Core.Runs;
using OtherThing.Core.Tasks;
using OtherThing.Core.Usage;
using OtherThing.Core.Workspaces;

namespace OtherThing.Tests.Web.Access.Rights;

/// <summary>Everything that can be done, with its row; a public method that takes an actor and is not here fails a test.</summary>
internal static partial class RightsActs
{
    private static readonly PageRequest s_page = new();
    private static readonly Uri s_runAddress = new("https://rights.example.org/runs/1");

    public static IReadOnlyList<RightsAct> All { get; } =
        [.. OfWorkspaces(), .. OfMembers(), .. OfTasks(), .. OfFlows(), .. OfTriggers(), .. OfRuns(), .. OfJobs(), .. OfNodes(), .. OfKeys(),
            .. OfUsage(), .. OfAudit(), .. OfTokens()];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static async Task<Error?> Told<T>(Task<Result<T>> work) => (await work).Error;

    private static IEnumerable<RightsAct> OfWorkspaces()
    {
        yield return new(
            "A01", "WorkspaceService.CreateAsync", call => Told(call.Get<WorkspaceService>().CreateAsync(call.Actor, new WorkspaceDraft("Another"), Cancel)))
        { IsForAnybody = true, Endpoint = "CreateWorkspace", Body = _ => new { name = "Another", description = "", isPrivate = true } };
        yield return new("A02", "WorkspaceService.ListMineAsync", call => Told(call.Get<WorkspaceService>().ListMineAsync(call.Actor, s_page, Cancel)))
        { IsForAnybody = true, Endpoint = "ListWorkspaces" };
        yield return new("A02", "WorkspaceService.ListPublicAsync", call => Told(call.Get<WorkspaceService>().ListPublicAsync(call.Actor, s_page, Cancel)))
        { IsForAnybody = true };
        yield return new("A02", "WorkspaceService.ListDeletedAsync", call => Told(call.Get<WorkspaceService>().ListDeletedAsync(call.Actor, s_page, Cancel)))
        { IsForAnybody = true };
        yield return new("A02", "WorkspaceService.FindAsync", call => Told(call.Get<WorkspaceService>().FindAsync(call.Actor, call.WorkspaceId, Cancel)))
        { Endpoint = "GetWorkspace", Line = _ => "whoami" };
        yield return new(
            "A02", "WorkspaceService.FindBySlugAsync", call => Told(call.Get<WorkspaceService>().FindBySlugAsync(call.Actor, call.Scene.Slug, Cancel)));
        yield return new("A03", "WorkspaceService.UpdateAsync", call =>
            Told(call.Get<WorkspaceService>().UpdateAsync(call.Actor, call.WorkspaceId, new WorkspaceChange("Rights"), Cancel)))
        { Endpoint = "UpdateWorkspace", Body = _ => new { name = "Rights" } };
        yield return new("A07", "WorkspaceService.DeleteAsync", call => Told(call.Get<WorkspaceService>().DeleteAsync(call.Actor, call.WorkspaceId, Cancel)))
        { Disturbs = true, Endpoint = "DeleteWorkspace", Body = _ => new { name = "Rights" } };
        yield return new("A07", "WorkspaceService.RestoreAsync", call => Told(call.Get<WorkspaceService>().RestoreAsync(call.Actor, call.WorkspaceId, Cancel)))
        {
            // A deleted workspace is there for its Owner alone; a sign-in that is not fresh, and a token, are refused before that.
            Make = DeletedWorkspaceAsync,
            Disturbs = true,
            Denied = Verdict.NotSeen,
            Endpoint = "RestoreWorkspace",
        };
        yield return new(
            "A08", "TransferService.OfferAsync", call => Told(call.Get<TransferService>().OfferAsync(call.Actor, call.WorkspaceId, call.Thing, Cancel)))
        { Make = (scene, _) => TargetAsync(scene, Role.Admin), Disturbs = true, Endpoint = "OfferWorkspace", Body = call => new { userId = call.Thing } };
        yield return new("A02", "TransferService.AcceptAsync", call => Told(call.Get<TransferService>().AcceptAsync(call.Actor, call.WorkspaceId, Cancel)))
        { Answer = "transfer.not_offered", Endpoint = "AcceptWorkspace" };
        yield return new("A02", "TransferService.DeclineAsync", call => Told(call.Get<TransferService>().DeclineAsync(call.Actor, call.WorkspaceId, Cancel)))
        { Answer = "transfer.not_offered" };
        yield return new("A08", "TransferService.WithdrawAsync", call => Told(call.Get<TransferService>().WithdrawAsync(call.Actor, call.WorkspaceId, Cancel)))
        { Make = OfferedAsync, Disturbs = true };
    }

    private static IEnumerable<RightsAct> OfMembers()
    {
        yield return new("A09", "MemberService.ListAsync", call => Told(call.Get<MemberService>().ListAsync(call.Actor, call.WorkspaceId, s_page, Cancel)))
        { Endpoint = "ListMembers", Line = _ => "members" };
        yield return SetsRole("A11", Role.Viewer, Role.Member);
        yield return SetsRole("A11", Role.Member, Role.Viewer);
        yield return SetsRole("A12", Role.Member, Role.Admin);
        yield return SetsRole("A12", Role.Admin, Role.Member);
        yield return SetsRole("A13", Role.Owner, Role.Admin);
        yield return SetsRole("A13", Role.Admin, Role.Owner);
        yield return Removes("A14", Role.Viewer);
        yield return Removes("A14", Role.Member);
        yield return Removes("A15", Role.Admin);
        yield return Removes("A13", Role.Owner);
        yield return new("A16", "MemberService.RemoveAsync", call =>
            Told(call.Get<MemberService>().RemoveAsync(call.Actor, call.WorkspaceId, call.Actor.UserId ?? Guid.Empty, Cancel)))
        {
            Disturbs = true,
            AnswerOf = new Dictionary<Role, string?> { [Role.Owner] = "member.last_owner" },
            Endpoint = "RemoveMember",
            Address = call => new() { ["userId"] = call.Actor.UserId ?? Guid.Empty },
            Line = _ => "member remove @me",
        };
        yield return new(
            "A20", "MemberService.JoinPublicAsync", call => Told(call.Get<MemberService>().JoinPublicAsync(call.Actor, Guid.CreateVersion7(), Cancel)))
        {
            IsForAnybody = true,
            Answer = "workspace.not_found",
            Endpoint = "JoinPublicWorkspace",
            Address = _ =>
            new() { ["workspaceId"] = Guid.CreateVersion7() }
        };
        yield return new("A17", "InviteService.CreateAsync", call =>
            Told(call.Get<InviteService>().CreateAsync(call.Actor, call.WorkspaceId, new InviteDraft(Role.Member), Cancel)))
        { Endpoint = "CreateInvite", Body = _ => new { role = "member" } };
        yield return new("A18", "InviteService.CreateAsync", call =>
            Told(call.Get<InviteService>().CreateAsync(call.Actor, call.WorkspaceId, new InviteDraft(Role.Admin, Email: "ana@example.org"), Cancel)))
        { Endpoint = "CreateInvite", Body = _ => new { role = "admin", email = "ana@example.org" } };
        yield return new("A17", "WorkspaceService.RenewInviteCodeAsync", call =>
            Told(call.Get<WorkspaceService>().RenewInviteCodeAsync(call.Actor, call.WorkspaceId, Cancel)))
        { Endpoint = "RenewInviteCode" };
        yield return new("A19", "InviteService.ListAsync", call => Told(call.Get<InviteService>().ListAsync(call.Actor, call.WorkspaceId, s_page, Cancel)))
        { Endpoint = "ListInvites" };
        yield return new(
            "A19", "InviteService.RevokeAsync", call => Told(call.Get<InviteService>().RevokeAsync(call.Actor, call.WorkspaceId, call.Thing, Cancel)))
        { Make = (scene, maker) => scene.InviteAsync(maker), Endpoint = "RevokeInvite" };
        yield return new("A20", "InviteService.RedeemAsync", call => Told(call.Get<InviteService>().RedeemAsync(call.Actor, SecretCode.New(), Cancel)))
        { IsForAnybody = true, Answer = "invite.unknown", Endpoint = "JoinWorkspace", Body = _ => new { inviteCode = SecretCode.New() } };
    }

    private static IEnumerable<RightsAct> OfTasks()
    {
        yield return new("A21", "TaskService.ListBoardAsync", call => Told(call.Get<TaskService>().ListBoardAsync(call.Actor, call.WorkspaceId, Cancel)))
        { Line = _ => "tasks" };
        yield return new(
            "A21", "TaskService.ListAsync", call => Told(call.Get<TaskService>().ListAsync(call.Actor, call.WorkspaceId, new TaskFilter(), s_page, Cancel)))
        { Endpoint = "ListTasks" };
        yield return new("A21", "TaskService.GetAsync", call => Told(call.Get<TaskService>().GetAsync(call.Actor, call.WorkspaceId, call.Thing, Cancel)))
        { Make = (scene, maker) => scene.TaskAsync(maker), Endpoint = "GetTask", Line = call => $"task show {call.Thing}" };
        yield return new(
            "A21", "TaskService.GetByNumberAsync", call => Told(call.Get<TaskService>().GetByNumberAsync(call.Actor, call.WorkspaceId, 999_999, Cancel)))
        { Answer = "task.not_found" };
        yield return new(
            "A22", "TaskService.CreateAsync", call => Told(call.Get<TaskService>().CreateAsync(call.Actor, call.WorkspaceId, new TaskDraft("Paint"), Cancel)))
        { Endpoint = "CreateTask", Body = _ => new { title = "Paint" }, Line = _ => "task add Paint" };
        yield return new("A21", "FailedRunTasks.FindAsync", call =>
            Told(call.Get<FailedRunTasks>().FindAsync(call.Actor, call.WorkspaceId, Guid.CreateVersion7(), Cancel)));
        yield return new("A22", "FailedRunTasks.CreateAsync", call =>
            Told(call.Get<FailedRunTasks>().CreateAsync(call.Actor, call.WorkspaceId, call.Thing, s_runAddress, Cancel)))
        { Make = (scene, maker) => scene.FailedRunAsync(maker) };
        yield return new("A23", "TaskService.UpdateAsync", call =>
            Told(call.Get<TaskService>().UpdateAsync(call.Actor, call.WorkspaceId, call.Thing, new TaskChange { Status = TaskState.Done }, Cancel)))
        {
            Make = (scene, maker) =>
            scene.TaskAsync(maker),
            Endpoint = "UpdateTask",
            Body = _ => new { status = "done" },
            Line = call => $"task move {call.Thing} done"
        };
        yield return new("A24", "TaskService.UpdateAsync", call => Told(call.Get<TaskService>().UpdateAsync(
            call.Actor, call.WorkspaceId, call.Thing, new TaskChange { AssigneeId = new Optional<Guid?>(call.Scene.Other.Id) }, Cancel)))
        {
            Make = (scene, maker) => scene.TaskAsync(maker),
            Endpoint = "UpdateTask",
            Body = call => new { assigneeId = call.Scene.Other.Id },
            Line = call => $"task assign {call.Thing} {call.Scene.Other.Id:N}",
        };
        yield return new("A25", "TaskService.DeleteAsync", call => Told(call.Get<TaskService>().DeleteAsync(call.Actor, call.WorkspaceId, call.Thing, Cancel)))
        { Make = (scene, maker) => scene.TaskAsync(maker), Endpoint = "DeleteTask", Line = call => $"task delete {call.Thing}" };
        yield return new(
            "A25", "TaskService.RestoreAsync", call => Told(call.Get<TaskService>().RestoreAsync(call.Actor, call.WorkspaceId, call.Thing, Cancel)))
        { Make = (scene, maker) => scene.DeletedTaskAsync(maker), Endpoint = "RestoreTask", Line = call => $"task restore {call.Thing}" };
    }

    private static IEnumerable<RightsAct> OfUsage()
    {
        yield return new("A68", "UsageService.ListAsync", call =>
            Told(call.Get<UsageService>().ListAsync(call.Actor, call.WorkspaceId, new UsageFilter(), s_page, Cancel)))
        { Endpoint = "ListUsage" };
        yield return new("A69", "UsageService.SummarizeAsync", call =>
            Told(call.Get<UsageService>().SummarizeAsync(call.Actor, call.WorkspaceId, new UsageFilter(), UsageGrouping.Type, false, Cancel)))
        { Endpoint = "SummarizeUsage", Line = _ => "usage" };
        // A Member gets their own rows, which a test of usage counts; that they get an answer is the right.
        yield return new("A70", "UsageService.SummarizeAsync", call =>
            Told(call.Get<UsageService>().SummarizeAsync(call.Actor, call.WorkspaceId, new UsageFilter(), UsageGrouping.User, false, Cancel)))
        { IsAlwaysOwn = true, Endpoint = "SummarizeUsage", Query = "?groupBy=user", Line = _ => "usage --by user" };
        yield return new("A91", "UsageService.RecordAsync", call => Told(call.Get<UsageService>().RecordAsync(
            call.Actor, call.WorkspaceId, new ManualUsage(UsageType.Compute, null, null, null, 1, null, null), Cancel)))
        { Endpoint = "RecordUsage", Body = _ => new { type = "compute", computeSeconds = 1 } };
    }

    private static IEnumerable<RightsAct> OfAudit()
    {
        yield return new("A75", "AuditService.ListAsync", call =>
            Told(call.Get<AuditService>().ListAsync(call.Actor, call.WorkspaceId, new AuditFilter(), s_page, Cancel)))
        { Endpoint = "ListAudit", Line = _ => "audit" };
        yield return new("A75", "HoldingsService.ReadAsync", call => Told(call.Get<HoldingsService>().ReadAsync(call.Actor, call.WorkspaceId, Cancel)));
        yield return new("A75", "AuditService.VerifyAsync", call => Told(call.Get<AuditService>().VerifyAsync(call.Actor, call.WorkspaceId, Cancel)))
        { Endpoint = "VerifyAudit" };
        yield return new(
            "A75", "AuditService.ExportAsync", call => Told(call.Get<AuditService>().ExportAsync(call.Actor, call.WorkspaceId, new AuditFilter(), Cancel)))
        { Endpoint = "ExportAudit" };
    }

    private static IEnumerable<RightsAct> OfTokens()
    {
        yield return new("A77", "PersonalTokenService.CreateAsync", call =>
            Told(call.Get<PersonalTokenService>().CreateAsync(call.Actor, new PersonalTokenDraft("Runner", Scopes.Read, 1), Cancel)))
        { IsForAnybody = true, Endpoint = "CreateToken", Body = _ => new { name = "Runner", scopes = new[] { "read" }, expiresInDays = 1 } };
        yield return new("A77", "PersonalTokenService.ListAsync", call => Told(call.Get<PersonalTokenService>().ListAsync(call.Actor, Cancel)))
        { IsForAnybody = true, Endpoint = "ListTokens" };
        yield return new(
            "A77", "PersonalTokenService.RevokeAsync", call => Told(call.Get<PersonalTokenService>().RevokeAsync(call.Actor, Guid.CreateVersion7(), Cancel)))
        { IsForAnybody = true, Answer = "token.not_found", Endpoint = "RevokeToken" };
    }

    private static RightsAct SetsRole(string row, Role from, Role to) => new(
        row, "MemberService.ChangeRoleAsync", call => Told(call.Get<MemberService>().ChangeRoleAsync(call.Actor, call.WorkspaceId, call.Thing, to, Cancel)))
    {
        Make = (scene, _) => TargetAsync(scene, from),
        Disturbs = true,
        Endpoint = "ChangeMemberRole",
        Body = _ => new { role = to.ToString().ToLowerInvariant() },
        Line = call => $"member role {call.Thing:N} {to.ToString().ToLowerInvariant()}",
    };

    private static RightsAct Removes(string row, Role role) => new(
        row, "MemberService.RemoveAsync", call => Told(call.Get<MemberService>().RemoveAsync(call.Actor, call.WorkspaceId, call.Thing, Cancel)))
    {
        Make = (scene, _) => TargetAsync(scene, role),
        Disturbs = true,
        Endpoint = "RemoveMember",
        Line = call => $"member remove {call.Thing:N}",
    };

    private static async Task<Guid> TargetAsync(RightsScene scene, Role role)
    {
        await scene.SetRoleAsync(scene.Target.Id, role);
        return scene.Target.Id;
    }

    private static async Task<Guid> OfferedAsync(RightsScene scene, Guid maker)
    {
        var target = await TargetAsync(scene, Role.Admin);
        var offered = await scene.Get<TransferService>().OfferAsync(scene.Fresh(scene.Members[Role.Owner]), scene.WorkspaceId, target, Cancel);
        Assert.True(offered.IsSuccess, offered.Error?.Message);
        return target;
    }

    private static async Task<Guid> DeletedWorkspaceAsync(RightsScene scene, Guid maker)
    {
        var deleted = await scene.Get<WorkspaceService>().DeleteAsync(scene.Fresh(scene.Members[Role.Owner]), scene.WorkspaceId, Cancel);
        Assert.True(deleted.IsSuccess, deleted.Error?.Message);
        return scene.WorkspaceId;
    }
}
