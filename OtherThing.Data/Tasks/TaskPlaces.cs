using Microsoft.EntityFrameworkCore;
using OtherThing.Core.Tasks;

#pragma warning disable CA1309 // translated to SQL: the comparison is the database's

namespace OtherThing.Data.Tasks;

/// <summary>Finds a rank for a card among its neighbours, inside the caller's transaction. Deleted cards keep their place.</summary>
internal sealed class TaskPlaces(AppDbContext db, TaskItem task)
{
    private IQueryable<TaskItem> Others => db.Set<TaskItem>().Where(t => t.WorkspaceId == task.WorkspaceId && t.Id != task.Id);

    /// <summary>The rank; null when a named neighbour is no card of the workspace.</summary>
    public async Task<string?> FindRankAsync(TaskPlace place, CancellationToken cancellationToken)
    {
        var named = await NamedAsync(place, cancellationToken);
        if ((place.AfterId is { } after && !named.ContainsKey(after)) || (place.BeforeId is { } before && !named.ContainsKey(before)))
        {
            return null;
        }

        // A neighbour that has left the column meanwhile is no help; the other one, or else the end, is.
        var column = Others.Where(t => t.Status == place.Status);
        if (RankIn(place.AfterId) is { } low)
        {
            var next = await column.Where(t => string.Compare(t.Rank, low) > 0).MinAsync(t => t.Rank, cancellationToken);
            return Rank.Between(low, next);
        }

        if (RankIn(place.BeforeId) is { } high)
        {
            var previous = await column.Where(t => string.Compare(t.Rank, high) < 0).MaxAsync(t => t.Rank, cancellationToken);
            return Rank.Between(previous, high);
        }

        return Rank.Between(await column.MaxAsync(t => t.Rank, cancellationToken), null);

        string? RankIn(Guid? id) => id is { } known && named[known] is var (status, rank) && status == place.Status ? rank : null;
    }

    /// <summary>Gives every card of the column a short rank again; happens after a thousand moves into one gap.</summary>
    public async Task RenumberAsync(CancellationToken cancellationToken)
    {
        var cards = await db.Set<TaskItem>().Where(t => t.WorkspaceId == task.WorkspaceId && t.Status == task.Status)
            .OrderBy(t => t.Rank).Select(t => t.Id).ToListAsync(cancellationToken);
        // First out of the way, because two cards never share a place, then into order.
        foreach (var prefix in new[] { "~", "" })
        {
            var rank = Rank.First;
            foreach (var id in cards)
            {
                var value = prefix + rank;
                await db.Set<TaskItem>().Where(t => t.Id == id).ExecuteUpdateAsync(set => set.SetProperty(t => t.Rank, value), cancellationToken);
                rank = Rank.Between(rank, null);
            }
        }

        await db.Entry(task).ReloadAsync(cancellationToken);
    }

    private async Task<Dictionary<Guid, (TaskState Status, string Rank)>> NamedAsync(TaskPlace place, CancellationToken cancellationToken)
    {
        if (place is { BeforeId: null, AfterId: null })
        {
            return [];
        }

        var found = await Others.Where(t => t.Id == place.AfterId || t.Id == place.BeforeId)
            .Select(t => new { t.Id, t.Status, t.Rank }).ToListAsync(cancellationToken);
        return found.ToDictionary(t => t.Id, t => (t.Status, t.Rank));
    }
}
