using Microsoft.EntityFrameworkCore;
using OtherThing.Core.Access;
using OtherThing.Core.Results;

namespace OtherThing.Data.Access;

internal sealed class AuditLog(IDbContextFactory<AppDbContext> contexts, TimeProvider clock) : IAuditLog
{
    public async Task AppendAsync(
        Actor actor, Guid? workspaceId, Operation operation, string subject, string? detail, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        db.Add(new AuditRow
        {
            Id = Guid.CreateVersion7(),
            WorkspaceId = workspaceId,
            ActorKind = actor.Kind,
            UserId = actor.UserId,
            TokenId = actor.TokenId,
            Operation = operation.Id,
            Subject = TextCut.Name(subject, 200),
            Detail = TextCut.Words(detail, 1_000),
            At = clock.GetUtcNow().UtcDateTime,
        });
        // What is told of has happened: a caller who hung up does not take it back.
        await db.SaveChangesAsync(CancellationToken.None);
    }
}
