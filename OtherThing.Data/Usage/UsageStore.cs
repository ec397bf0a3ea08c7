using System.Globalization;
using System.Linq.Expressions;
using Microsoft.EntityFrameworkCore;
using OtherThing.Core.Keys;
using OtherThing.Core.Results;
using OtherThing.Core.Usage;
using OtherThing.Data.Conventions;

namespace OtherThing.Data.Usage;

internal sealed class UsageStore(IDbContextFactory<AppDbContext> contexts) : IUsageStore
{
    internal static readonly TimeOrder<UsageEntry> Order = new(entry => entry.Timestamp, entry => entry.Id);

    public async Task<bool> TryAddAsync(UsageEntry entry, CancellationToken cancellationToken)
    {
        // Asked first: what is written already is ordinary after a restart, and a refused insert is logged as a failure.
        if (await IsWrittenAsync(entry, cancellationToken))
        {
            return false;
        }

        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        db.Add(entry);
        try
        {
            await db.SaveChangesAsync(cancellationToken);
            return true;
        }
        catch (DbUpdateException exception) when (DatabaseFaults.IsDuplicate(exception))
        {
            return false; // another has just written the same call
        }
    }

    private async Task<bool> IsWrittenAsync(UsageEntry entry, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Set<UsageEntry>().AnyAsync(e => e.WorkspaceId == entry.WorkspaceId && e.CallId == entry.CallId, cancellationToken);
    }

    public async Task<Page<UsageEntry>> ListAsync(
        Guid workspaceId, UsageFilter filter, PageRequest page, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var (found, others) = Find(db, workspaceId, filter);
        return await Order.PageAsync(found, others, page, cancellationToken);
    }

    public async Task<IReadOnlyList<UsageGroup>> SummarizeAsync(
        Guid workspaceId, UsageFilter filter, UsageGrouping groupBy, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var entries = Filter(db, workspaceId, filter);
        var sums = groupBy switch
        {
            UsageGrouping.Type => Name(await SumAsync(entries, e => e.Type, cancellationToken)),
            UsageGrouping.Provider => Name(await SumAsync(entries, e => e.Provider, cancellationToken)),
            UsageGrouping.Model => Name(await SumAsync(entries, e => e.Model, cancellationToken)),
            UsageGrouping.User => Name(await SumAsync(entries, e => e.UserId, cancellationToken)),
            UsageGrouping.Flow => Name(await SumAsync(entries, e => e.FlowId, cancellationToken)),
            UsageGrouping.Node => Name(await SumAsync(entries, e => e.NodeId, cancellationToken)),
            UsageGrouping.Key => Name(await SumAsync(entries, e => e.KeyId, cancellationToken)),
            _ => Name(await SumAsync(entries, e => e.Day, cancellationToken)),
        };
        var labels = await UsageLabels.ReadAsync(db, workspaceId, groupBy, sums.Select(sum => sum.Key), cancellationToken);
        var groups = sums.Select(sum => sum.Sum.ToGroup(sum.Key, labels(sum.Key)));
        return groupBy == UsageGrouping.Day
            ? [.. groups.OrderBy(group => group.Key, StringComparer.Ordinal)]
            : [.. groups.OrderByDescending(group => group.Cost.Known).ThenByDescending(group => group.Entries).ThenBy(
                group => group.Key, StringComparer.Ordinal)];
    }

    public async Task<IReadOnlyList<(DateOnly Day, UsageGroup Group)>> SummarizeByDayAsync(
        Guid workspaceId, UsageFilter filter, UsageGrouping groupBy, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var entries = Filter(db, workspaceId, filter);
        var sums = groupBy switch
        {
            UsageGrouping.Type => ByDay(await SumAsync(entries, e => new { e.Day, Key = e.Type }, cancellationToken), k => (k.Day, Text(k.Key))),
            UsageGrouping.Provider => ByDay(await SumAsync(entries, e => new { e.Day, Key = e.Provider }, cancellationToken), k => (k.Day, Text(k.Key))),
            UsageGrouping.Model => ByDay(await SumAsync(entries, e => new { e.Day, Key = e.Model }, cancellationToken), k => (k.Day, Text(k.Key))),
            UsageGrouping.User => ByDay(await SumAsync(entries, e => new { e.Day, Key = e.UserId }, cancellationToken), k => (k.Day, Text(k.Key))),
            UsageGrouping.Flow => ByDay(await SumAsync(entries, e => new { e.Day, Key = e.FlowId }, cancellationToken), k => (k.Day, Text(k.Key))),
            UsageGrouping.Node => ByDay(await SumAsync(entries, e => new { e.Day, Key = e.NodeId }, cancellationToken), k => (k.Day, Text(k.Key))),
            UsageGrouping.Key => ByDay(await SumAsync(entries, e => new { e.Day, Key = e.KeyId }, cancellationToken), k => (k.Day, Text(k.Key))),
            _ => ByDay(await SumAsync(entries, e => e.Day, cancellationToken), day => (day, Text(day))),
        };
        return [.. sums.Select(sum => (sum.Day, sum.Sum.ToGroup(sum.Key, sum.Key))).OrderBy(sum => sum.Day)];
    }

    private static async Task<List<(TKey Key, UsageSum Sum)>> SumAsync<TKey>(
        IQueryable<UsageEntry> entries, Expression<Func<UsageEntry, TKey>> by, CancellationToken cancellationToken)
    {
        var rows = await entries.GroupBy(by).Select(group => new
        {
            group.Key,
            Entries = group.LongCount(),
            Priced = group.LongCount(e => e.CostUnits != null),
            Tokens = group.Sum(e => e.TokensUsed) ?? 0,
            Seconds = group.Sum(e => e.ComputeSeconds) ?? 0,
            Known = group.Sum(e => e.CostUnits) ?? 0,
        }).ToListAsync(cancellationToken);
        return [.. rows.Select(row => (row.Key, new UsageSum(row.Tokens, row.Seconds, new Cost(row.Known, row.Entries, row.Entries - row.Priced))))];
    }

    private static List<(string Key, UsageSum Sum)> Name<TKey>(List<(TKey Key, UsageSum Sum)> sums) =>
        [.. sums.Select(sum => (Text(sum.Key), sum.Sum))];

    private static List<(DateOnly Day, string Key, UsageSum Sum)> ByDay<TKey>(
        List<(TKey Key, UsageSum Sum)> sums, Func<TKey, (DateOnly Day, string Key)> split) =>
        [.. sums.Select(sum => (split(sum.Key).Day, split(sum.Key).Key, sum.Sum))];

    private static string Text<T>(T key) => key switch
    {
        null => "",
        UsageType type => SnakeCase<UsageType>.Of(type),
        DateOnly day => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        _ => key.ToString()!,
    };

    /// <summary>What an index finds, by the condition that leaves the fewest, and what is asked of those entries besides.</summary>
    internal static (IQueryable<UsageEntry> Found, IReadOnlyList<Expression<Func<UsageEntry, bool>>> Others) Find(
        AppDbContext db, Guid workspaceId, UsageFilter filter)
    {
        var conditions = Conditions(filter).ToList();
        var found = InTime(db, workspaceId, filter);
        if (conditions.Count > 0)
        {
            found = found.Where(conditions[0]);
            conditions.RemoveAt(0);
        }

        if (filter.KeysOf is { } contributor)
        {
            conditions.Add(e => db.Set<ApiKey>().Any(k => k.WorkspaceId == workspaceId && k.Id == e.KeyId && k.AddedBy == contributor));
        }

        return (found, conditions);
    }

    private static IQueryable<UsageEntry> Filter(AppDbContext db, Guid workspaceId, UsageFilter filter)
    {
        var entries = Conditions(filter).Aggregate(InTime(db, workspaceId, filter), (found, condition) => found.Where(condition));
        return filter.KeysOf is { } contributor
            ? entries.Where(e => db.Set<ApiKey>().Any(k => k.WorkspaceId == workspaceId && k.Id == e.KeyId && k.AddedBy == contributor))
            : entries;
    }

    private static IQueryable<UsageEntry> InTime(AppDbContext db, Guid workspaceId, UsageFilter filter)
    {
        var entries = db.Set<UsageEntry>().AsNoTracking().Where(e => e.WorkspaceId == workspaceId);
        entries = filter.From is { } from ? entries.Where(e => e.Timestamp >= from) : entries;
        return filter.To is { } to ? entries.Where(e => e.Timestamp < to) : entries;
    }

    /// <summary>Each has an index; those that leave the fewest stand first.</summary>
    private static IEnumerable<Expression<Func<UsageEntry, bool>>> Conditions(UsageFilter filter)
    {
        if (filter.RunId is { } run)
        {
            yield return e => e.RunId == run;
        }

        if (filter.KeyId is { } key)
        {
            yield return e => e.KeyId == key;
        }

        if (filter.NodeId is { } node)
        {
            yield return e => e.NodeId == node;
        }

        if (filter.FlowId is { } flow)
        {
            yield return e => e.FlowId == flow;
        }

        if (filter.UserId is { } user)
        {
            yield return e => e.UserId == user;
        }

        if (filter.Model is { } model)
        {
            yield return e => e.Model == model;
        }

        if (filter.Provider is { } provider)
        {
            yield return e => e.Provider == provider;
        }

        if (filter.Type is { } type)
        {
            yield return e => e.Type == type;
        }
    }

    private sealed record UsageSum(long Tokens, double Seconds, Cost Cost)
    {
        public UsageGroup ToGroup(string key, string label) => new(key, label, Tokens, Seconds, Cost);
    }
}
