using Microsoft.EntityFrameworkCore;
using OtherThing.Data.Conventions;
using OtherThing.Data.Serving;

namespace OtherThing.Data;

/// <summary>Hands out the provider's context, in the write lane of this process.</summary>
internal sealed class AppDbContextFactory<TContext>(IDbContextFactory<TContext> contexts, WriteLane lane, ServerLease lease) : IDbContextFactory<AppDbContext>
    where TContext : AppDbContext
{
    public AppDbContext CreateDbContext()
    {
        var db = contexts.CreateDbContext();
        (db.WriteLane, db.Lease) = (lane, lease);
        return db;
    }
}
