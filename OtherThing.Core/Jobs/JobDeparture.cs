using OtherThing.Core.Access;
using OtherThing.Core.Jobs.Dispatch;
using OtherThing.Core.Runs;
using OtherThing.Core.Workspaces;

namespace OtherThing.Core.Jobs;

/// <summary>
/// Stops the jobs of members who were removed or may not send jobs any more, or hands them over when a member departs. A run's jobs go
/// with their run.
/// </summary>
internal sealed class JobDeparture(IHolderStore<Job> holders, JobDispatcher dispatcher, RunRights rights) : IMemberDeparture, IAccessSweep
{
    private const int Round = 1_000;

    private static readonly Role[] s_roles = [.. Enum.GetValues<Role>().Where(role => Operations.JobSubmit.For(role) != Grant.Deny)];

    public async Task<int> SweepAsync(CancellationToken cancellationToken)
    {
        var stopped = 0;
        foreach (var job in await holders.FindWithoutRoleAsync(s_roles, Round, cancellationToken))
        {
            if (await rights.RefuseAsync(job.WorkspaceId, job.UserId, cancellationToken) is { } refusal
                && await dispatcher.CancelAsync(job.Id, refusal.Message))
            {
                stopped++;
            }
        }

        return stopped;
    }

    public async Task HandOverAsync(Guid workspaceId, Guid userId, Guid toUserId, CancellationToken cancellationToken)
    {
        await holders.HandOverAsync(workspaceId, userId, toUserId, cancellationToken);
        await dispatcher.HandOverAsync(workspaceId, userId, toUserId);
    }

    public Task OnDepartedAsync(Guid workspaceId, Guid userId, CancellationToken cancellationToken) => SweepAsync(cancellationToken);
}
