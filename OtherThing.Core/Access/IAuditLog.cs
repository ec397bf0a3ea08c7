namespace OtherThing.Core.Access;

/// <summary>Keeps what was done by whom. Rows are only ever added.</summary>
public interface IAuditLog
{
    /// <summary>Adds a row; call it after the write it tells of.</summary>
    /// <param name="actor">Who did it.</param>
    /// <param name="workspaceId">Where; null for what belongs to no workspace.</param>
    /// <param name="operation">What they were let in for.</param>
    /// <param name="subject">What it was done to, <c>member:{id}</c>; cut at 200 characters.</param>
    /// <param name="detail">What changed, for people: <c>viewer to member</c>. Never a secret. Cut at 1,000 characters.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task AppendAsync(
        Actor actor, Guid? workspaceId, Operation operation, string subject, string? detail, CancellationToken cancellationToken);
}
