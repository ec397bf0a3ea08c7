using Microsoft.EntityFrameworkCore;
using OtherThing.Core.Keys;
using OtherThing.Core.Usage;
using OtherThing.Data.Access;

namespace OtherThing.Data.Usage;

/// <summary>What people call the things a summary groups by.</summary>
internal static class UsageLabels
{
    public static async Task<Func<string, string>> ReadAsync(
        AppDbContext db, Guid workspaceId, UsageGrouping groupBy, IEnumerable<string> keys, CancellationToken cancellationToken)
    {
        Guid[] ids = [.. keys.Select(key => Guid.TryParse(key, out var id) ? id : Guid.Empty).Where(id => id != Guid.Empty)];
        var names = ids.Length == 0 ? [] : groupBy switch
        {
            UsageGrouping.User => await db.Set<AppUser>().Where(u => ids.Contains(u.Id))
                .ToDictionaryAsync(u => u.Id, u => u.DisplayName.Length > 0 ? u.DisplayName : u.Email ?? "", cancellationToken),
            UsageGrouping.Key => await db.Set<ApiKey>().Where(k => k.WorkspaceId == workspaceId && ids.Contains(k.Id))
                .ToDictionaryAsync(k => k.Id, k => k.Name, cancellationToken),
            UsageGrouping.Flow => await db.Set<UsageEntry>()
                .Where(e => e.WorkspaceId == workspaceId && e.FlowId != null && ids.Contains(e.FlowId.Value))
                .GroupBy(e => e.FlowId!.Value).Select(g => new { g.Key, Name = g.Max(e => e.FlowName) })
                .ToDictionaryAsync(g => g.Key, g => g.Name ?? "", cancellationToken),
            _ => [],
        };
        return key => key.Length == 0 ? Nothing(groupBy)
            : Guid.TryParse(key, out var id) && names.TryGetValue(id, out var name) && name.Length > 0 ? name
            : groupBy == UsageGrouping.Key && id != Guid.Empty ? "Removed key"
            : key;
    }

    private static string Nothing(UsageGrouping groupBy) => groupBy switch
    {
        UsageGrouping.User => "No member",
        UsageGrouping.Flow => "No flow",
        UsageGrouping.Node => "No machine",
        UsageGrouping.Key => "No key",
        UsageGrouping.Provider => "No provider",
        UsageGrouping.Model => "No model",
        _ => "None",
    };
}
