using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OtherThing.Core.Access;
using OtherThing.Data.Conventions;
using OtherThing.Data.Serving;
using OtherThing.Data.Workspaces;

namespace OtherThing.Data;

/// <summary>Registers the database and, feature by feature, the stores.</summary>
public static class DataSetup
{
    private static readonly VersionInterceptor s_versions = new();
    private static readonly ColumnLengths s_lengths = new();
    private static readonly SqlitePragmas s_pragmas = new();
    private static readonly SqlServerSession s_session = new();

    public static IServiceCollection AddDatabase(this IServiceCollection services, DatabaseOptions database)
    {
        services.AddSingleton(database);
        if (database.Provider == DatabaseProvider.Sqlite)
        {
            services.AddSingleton(_ => WriteLane.SingleWriter());
            services.AddContexts<SqliteAppDbContext>(options => ConfigureSqlite(options, database.ConnectionString));
        }
        else
        {
            services.AddSingleton(WriteLane.Free);
            services.AddContexts<SqlServerAppDbContext>(options => ConfigureSqlServer(options, database.ConnectionString));
        }

        services.AddSingleton(provider => new ServerLease(database, provider.GetRequiredService<WriteLane>()));
        services.AddSingleton<IMembershipStore, MembershipStore>();
        // Identity's stores ask for a context of their own scope.
        services.AddScoped(provider => provider.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContext());
        return services;
    }

    /// <summary>Creates or upgrades the schema; called before the server says it is ready.</summary>
    public static async Task MigrateDatabaseAsync(this IHost host, CancellationToken cancellationToken = default)
    {
        var contexts = host.Services.GetRequiredService<IDbContextFactory<AppDbContext>>();
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        if ((await db.Database.GetPendingMigrationsAsync(cancellationToken)).Any())
        {
            if (db.Database.IsSqlite())
            {
                // Whoever was killed while it migrated has left this lock, for which EF would wait for ever. The lease says that nobody else migrates.
                await db.Database.ExecuteSqlRawAsync("DROP TABLE IF EXISTS \"__EFMigrationsLock\"", cancellationToken);
            }

            await db.Database.MigrateAsync(cancellationToken);
        }
    }

    internal static void ConfigureSqlite(DbContextOptionsBuilder options, string connectionString) =>
        options.AddInterceptors(s_versions, s_lengths, s_pragmas).ConfigureWarnings(LeaveDriftToTests)
            .UseSqlite(connectionString, sqlite => sqlite.ExecutionStrategy(dependencies => new RepeatingStrategy(dependencies)));

    internal static void ConfigureSqlServer(DbContextOptionsBuilder options, string connectionString) =>
        options.AddInterceptors(s_versions, s_lengths, s_session).ConfigureWarnings(LeaveDriftToTests)
            .UseSqlServer(connectionString, server => server.ExecutionStrategy(dependencies => new RepeatingStrategy(dependencies)));

    /// <summary>Whether the migrations fit the model is known when the server is built. To ask at each start builds the whole model anew.</summary>
    private static void LeaveDriftToTests(WarningsConfigurationBuilder warnings) => warnings.Ignore(RelationalEventId.PendingModelChangesWarning);

    private static void AddContexts<TContext>(this IServiceCollection services, Action<DbContextOptionsBuilder> configure)
        where TContext : AppDbContext
    {
        services.AddPooledDbContextFactory<TContext>(configure);
        services.AddSingleton<IDbContextFactory<AppDbContext>, AppDbContextFactory<TContext>>();
    }
}
