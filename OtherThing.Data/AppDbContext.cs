using Microsoft.AspNetCore.DataProtection.EntityFrameworkCore;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using OtherThing.Data.Access;
using OtherThing.Data.Conventions;
using OtherThing.Data.Serving;

namespace OtherThing.Data;

/// <summary>The one database context; each feature brings its configurations, found by assembly scan.</summary>
public abstract class AppDbContext(DbContextOptions options)
    : IdentityDbContext<AppUser, IdentityRole<Guid>, Guid>(options), IDataProtectionKeyContext
{
    /// <summary>Set by the factory: contexts are pooled, so a constructor sees nothing but options.</summary>
    internal WriteLane WriteLane { get; set; } = WriteLane.Free;

    /// <summary>Set by the factory; null where no server runs.</summary>
    internal ServerLease? Lease { get; set; }

    public DbSet<DataProtectionKey> DataProtectionKeys => Set<DataProtectionKey>();

    /// <summary>
    /// Takes the process's turn to write, for statements that do not go through SaveChanges (ExecuteUpdate, ExecuteDelete,
    /// own transactions). On SQL Server it is free.
    /// </summary>
    /// <exception cref="ServerLeaseLostException">Another server serves this database now.</exception>
    public async ValueTask<WriteLane.Turn> EnterWriteLaneAsync(CancellationToken cancellationToken)
    {
        var turn = await WriteLane.EnterAsync(cancellationToken);
        try
        {
            Lease?.EnsureMine();
            return turn;
        }
        catch
        {
            turn.Dispose();
            throw;
        }
    }

    /// <summary>For journals: makes the commit of this transaction certain that nobody else serves.</summary>
    /// <exception cref="ServerLeaseLostException">Another server serves this database now.</exception>
    internal async Task CheckLeaseAsync(IDbContextTransaction transaction, CancellationToken cancellationToken)
    {
        if (Lease is { } lease)
        {
            await using var check = lease.MakeCheck(Database.GetDbConnection());
            await lease.CheckAsync(check, transaction.GetDbTransaction(), cancellationToken);
        }
    }

    public override async Task<int> SaveChangesAsync(bool acceptAllChangesOnSuccess, CancellationToken cancellationToken = default)
    {
        // Inside an own transaction the caller already holds the lane.
        using var turn = Database.CurrentTransaction is null ? await EnterWriteLaneAsync(cancellationToken) : default;
        return await base.SaveChangesAsync(acceptAllChangesOnSuccess, cancellationToken);
    }

    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder)
    {
        base.ConfigureConventions(configurationBuilder);
        configurationBuilder.Properties<DateTime>().HaveConversion<UtcDateTimeConverter>();
    }

    protected override void OnModelCreating(ModelBuilder builder)
    {
        base.OnModelCreating(builder);
        builder.ApplyConfigurationsFromAssembly(typeof(AppDbContext).Assembly);
        builder.UseEnumNames();
        builder.UseVersionTokens();
        if (this is SqlServerAppDbContext)
        {
            builder.UseExactText();
            builder.UseGrowingClusters();
        }
    }
}

/// <summary>The context whose migrations are for SQLite.</summary>
public sealed class SqliteAppDbContext(DbContextOptions<SqliteAppDbContext> options) : AppDbContext(options);

/// <summary>The context whose migrations are for SQL Server.</summary>
public sealed class SqlServerAppDbContext(DbContextOptions<SqlServerAppDbContext> options) : AppDbContext(options);
