using Microsoft.EntityFrameworkCore;
using OtherThing.Core.Access;

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
            Subject = Cut(subject, 200),
            Detail = detail is null ? null : Cut(detail, 1_000),
            At = clock.GetUtcNow().UtcDateTime,
        });
        // What is told of has happened: a caller who hung up does not take it back.
        await db.SaveChangesAsync(CancellationToken.None);
    }

    private static string Cut(string text, int length) => text.Length <= length ? text : text[..length];
}
