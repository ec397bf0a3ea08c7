using OtherThing.Core.Console;
using OtherThing.Core.Jobs;
using OtherThing.Core.Keys;
using OtherThing.Core.Nodes;
using OtherThing.Core.Results;

namespace OtherThing.Tests.Web.Access.Rights;

internal static partial class RightsActs
{
    private static readonly JobDraft s_job = new(
        JobKind.Command, JobEffects.Once, new JobSpec { Command = ["true"], Requirements = new JobRequirements { Labels = ["none has it"] } });

    private static readonly object s_jobBody = new { kind = "command", command = new[] { "true" }, requirements = new { labels = new[] { "none has it" } } };

    private static IEnumerable<RightsAct> OfJobs()
    {
        yield return new(
            "A44", "ConsoleService.ExecuteAsync", call => Told(call.Get<ConsoleService>().ExecuteAsync(call.Actor, call.WorkspaceId, "help", Cancel)))
        { Endpoint = "RunConsoleLine", Body = _ => new { line = "help" }, Line = _ => "help" };
        yield return new(
            "A56", "JobService.SubmitAsync", call => Told(call.Get<JobService>().SubmitAsync(call.Actor, call.WorkspaceId, s_job, TimeSpan.Zero, Cancel)))
        { Endpoint = "CreateJob", Body = _ => s_jobBody };
        yield return new(
            "A56", "JobService.SubmitBatchAsync", call => Told(call.Get<JobService>().SubmitBatchAsync(call.Actor, call.WorkspaceId, [s_job], Cancel)))
        { Endpoint = "CreateJobBatch", Body = _ => new { jobs = new[] { s_jobBody } } };
        yield return OnJob("A39", "JobService.GetAsync", call =>
            Told(call.Get<JobService>().GetAsync(call.Actor, call.WorkspaceId, call.Thing, TimeSpan.Zero, Cancel))) with
        { Endpoint = "GetJob" };
        yield return OnJob("A39", "JobService.GetAsync", call =>
            Told(call.Get<JobService>().GetAsync(call.Actor, call.WorkspaceId, call.Thing, TimeSpan.Zero, Cancel))) with
        { Endpoint = "GetJobLogs" };
        yield return new("A39", "JobService.ListAsync", call =>
            Told(call.Get<JobService>().ListAsync(call.Actor, call.WorkspaceId, null, s_page, Cancel)))
        { Endpoint = "ListJobs" };
        yield return OnJob("A40", "JobService.CancelAsync", call => Told(call.Get<JobService>().CancelAsync(call.Actor, call.WorkspaceId, call.Thing, Cancel)))
            with
        { Endpoint = "CancelJob" };
        yield return OnJob("A39", "JobService.ExplainAsync", call =>
            Told(call.Get<JobService>().ExplainAsync(call.Actor, call.WorkspaceId, call.Thing, Cancel))) with
        { Endpoint = "ExplainJob" };
        yield return new("A39", "JobService.ExplainAsync", call =>
            Told(call.Get<JobService>().ExplainAsync(call.Actor, call.WorkspaceId, JobKind.Command, new JobRequirements(), Cancel)));
        yield return new("A39", "JobService.ListWaitsAsync", call =>
            Told(call.Get<JobService>().ListWaitsAsync(call.Actor, call.WorkspaceId, Guid.CreateVersion7(), Cancel)));
        yield return new("A39", "JobService.GetBatchAsync", call =>
            Told(call.Get<JobService>().GetBatchAsync(call.Actor, call.WorkspaceId, Guid.CreateVersion7(), TimeSpan.Zero, Cancel)))
        { Answer = "job.batch_not_found", Endpoint = "GetJobBatch" };
        yield return OnNode("A57", "JobService.ListOnNodeAsync", call => Told(call.Get<JobService>().ListOnNodeAsync(call.Actor, call.Thing, Cancel)));
    }

    private static IEnumerable<RightsAct> OfNodes()
    {
        yield return new("A48", "NodeService.ListMineAsync", call => Told(call.Get<NodeService>().ListMineAsync(call.Actor, false, Cancel)))
        { IsForAnybody = true, Endpoint = "ListMyNodes" };
        yield return new("A48", "NodeService.ListAsync", call => Told(call.Get<NodeService>().ListAsync(call.Actor, call.WorkspaceId, Cancel)))
        { Endpoint = "ListWorkspaceNodes", Line = _ => "nodes" };
        yield return OnNode("A48", "NodeService.GetAsync", call => Told(call.Get<NodeService>().GetAsync(call.Actor, call.Thing, Cancel)))
            with
        { Endpoint = "GetNode", Line = call => $"node show {call.Thing:N}" };
        yield return new("A50", "NodeClaims.CreateJoinTokenAsync", call =>
            Told(call.Get<NodeClaims>().CreateJoinTokenAsync(call.Actor, new JoinTokenDraft { WorkspaceIds = [call.WorkspaceId] }, Cancel)))
        { Endpoint = "CreateJoinToken", Body = call => new { name = "Bench", workspaceIds = new[] { call.WorkspaceId } } };
        yield return new("A50", "NodeClaims.PreviewClaimAsync", call => Told(call.Get<NodeClaims>().PreviewClaimAsync(call.Actor, "BCDF-GHJK", Cancel)))
        { IsForAnybody = true, Answer = "node.claim_code_unknown" };
        yield return new("A50", "NodeClaims.ClaimAsync", call => Told(call.Get<NodeClaims>().ClaimAsync(call.Actor, null, "BCDF-GHJK", Cancel)))
        { IsForAnybody = true, Answer = "node.claim_code_unknown", Endpoint = "ClaimNodeByCode", Body = _ => new { claimCode = "BCDF-GHJK" } };
        yield return new(
            "A50", "NodeClaims.ClaimAsync", call => Told(call.Get<NodeClaims>().ClaimAsync(call.Actor, Guid.CreateVersion7(), "BCDF-GHJK", Cancel)))
        { IsForAnybody = true, Answer = "node.claim_code_unknown", Endpoint = "ClaimNode", Body = _ => new { claimCode = "BCDF-GHJK" } };
        yield return new("A50", "NodeService.SetWorkspacesAsync", call =>
            Told(call.Get<NodeService>().SetWorkspacesAsync(call.Actor, call.Thing, [call.WorkspaceId], Cancel)))
        {
            // Only one's own machine is brought at all.
            Make = (scene, owner) => scene.LooseNodeAsync(owner),
            IsAlwaysOwn = true,
            Endpoint = "SetNodeWorkspaces",
            Body = call => new { workspaceIds = new[] { call.WorkspaceId } },
        };
        yield return OnNode("A51", "NodeService.RenameAsync", call => Told(call.Get<NodeService>().RenameAsync(call.Actor, call.Thing, "Bench", Cancel)))
            with
        { Endpoint = "RenameNode", Body = _ => new { name = "Bench" } };
        yield return OnNode(
            "A52", "NodeService.SetLimitsAsync", call => Told(call.Get<NodeService>().SetLimitsAsync(call.Actor, call.Thing, new NodeLimits(), Cancel)))
            with
        { Endpoint = "SetNodeLimits" };
        yield return OnNode("A53", "NodeService.DrainAsync", call => Told(call.Get<NodeService>().DrainAsync(call.Actor, call.Thing, Cancel)))
            with
        { Endpoint = "DrainNode", Line = call => $"node drain {call.Thing:N}" };
        yield return OnNode("A53", "NodeService.ResumeAsync", call => Told(call.Get<NodeService>().ResumeAsync(call.Actor, call.Thing, Cancel)))
            with
        { Endpoint = "ResumeNode", Line = call => $"node resume {call.Thing:N}" };
        yield return OnNode("A54", "NodeService.DetachAsync", call => call.Get<NodeService>().DetachAsync(call.Actor, call.WorkspaceId, call.Thing, Cancel))
            with
        { Endpoint = "DetachNode" };
        yield return OnNode("A55", "NodeService.RemoveAsync", call => call.Get<NodeService>().RemoveAsync(call.Actor, call.Thing, Cancel))
            with
        { Endpoint = "RemoveNode" };
    }

    private static IEnumerable<RightsAct> OfKeys()
    {
        yield return new("A59", "KeyService.ListAsync", call => Told(call.Get<KeyService>().ListAsync(call.Actor, call.WorkspaceId, s_page, Cancel)))
        { Endpoint = "ListApiKeys", Line = _ => "keys" };
        yield return OnKey("A59", "KeyService.GetAsync", call => Told(call.Get<KeyService>().GetAsync(call.Actor, call.WorkspaceId, call.Thing, Cancel)))
            with
        { Endpoint = "GetApiKey" };
        yield return new("A61", "KeyAddService.AddAsync", call =>
            Told(call.Get<KeyAddService>().AddAsync(call.Actor, call.WorkspaceId, new KeyDraft("nobody", "Key", "a-value-of-twenty-or-more", null), Cancel)))
        { Answer = "key.invalid", Endpoint = "AddApiKey", Body = _ => new { provider = "nobody", name = "Key", key = "a-value-of-twenty-or-more" } };
        yield return OnKey("A64", "KeyTestService.TestAsync", call =>
            Told(call.Get<KeyTestService>().TestAsync(call.Actor, call.WorkspaceId, call.Thing, Cancel)))
            with
        { Answer = "key.cannot_decrypt", Endpoint = "TestApiKey" };
        yield return OnKey("A65", "KeyService.RemoveAsync", call => Told(call.Get<KeyService>().RemoveAsync(call.Actor, call.WorkspaceId, call.Thing, Cancel)))
            with
        { Endpoint = "RemoveApiKey" };
    }

    private static RightsAct OnJob(string row, string method, Func<RightsCall, Task<Error?>> act) =>
        new(row, method, act) { Make = (scene, user) => scene.JobAsync(user) };

    private static RightsAct OnNode(string row, string method, Func<RightsCall, Task<Error?>> act) =>
        new(row, method, act) { Make = (scene, owner) => scene.NodeAsync(owner) };

    private static RightsAct OnKey(string row, string method, Func<RightsCall, Task<Error?>> act) =>
        new(row, method, act) { Make = (scene, contributor) => scene.KeyAsync(contributor) };
}
