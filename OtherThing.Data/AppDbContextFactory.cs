using Microsoft.EntityFrameworkCore;
using OtherThing.Data.Conventions;

namespace OtherThing.Data;

/// <summary>Hands out the provider's context, in the write lane of this process.</summary>
internal sealed class AppDbContextFactory<TContext>(IDbContextFactory<TContext> contexts, WriteLane lane) : IDbContextFactory<AppDbContext>
    where TContext : AppDbContext
{
    public AppDbContext CreateDbContext()
    {
        var db = contexts.CreateDbContext();
        db.WriteLane = lane;
        return db;
    }
}
