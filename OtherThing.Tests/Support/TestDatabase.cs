using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using OtherThing.Core;
using OtherThing.Core.Access;
using OtherThing.Core.Workspaces;
using OtherThing.Data;
using OtherThing.Data.Access;
using OtherThing.Data.Workspaces;

namespace OtherThing.Tests.Support;

/// <summary>
/// A real SQLite file with the schema of the model, and the services of Core and Data over it. Name further registrations
/// (your feature's AddXData, its services, a fake clock) in the constructor.
/// </summary>
public sealed class TestDatabase : IAsyncDisposable
{
    private readonly TestDirectory _directory = new();
    private readonly ServiceProvider _services;

    /// <param name="register">Further registrations.</param>
    /// <param name="migrate">True makes the schema by its migrations, with the triggers that the model does not know; false from the model.</param>
    public TestDatabase(Action<IServiceCollection>? register = null, bool migrate = false)
    {
        var services = new ServiceCollection();
        services.AddLogging();
        register?.Invoke(services);
        services.AddCore().AddDatabase(DatabaseOptions.SqliteIn(_directory.Path)).AddAccessData().AddWorkspacesData();
        services.AddWorkspaceServices();
        // Who begins to listen to a database's statements hears the next one, not the first of the next second.
        services.ConfigureDbContext<SqliteAppDbContext>(options => options.ConfigureLoggingCacheTime(TimeSpan.Zero));
        _services = services.BuildServiceProvider();
        if (migrate)
        {
            TestSchema.PutMigrated(_directory.Path);
        }
        else
        {
            TestSchema.PutModel(_directory.Path);
        }
    }

    public IServiceProvider Services => _services;

    public IDbContextFactory<AppDbContext> Contexts => Get<IDbContextFactory<AppDbContext>>();

    public string DirectoryPath => _directory.Path;

    public T Get<T>()
        where T : notnull => _services.GetRequiredService<T>();

    public AppDbContext CreateContext() => Contexts.CreateDbContext();

    /// <summary>An account; nobody signs in to it.</summary>
    public async Task<Guid> AddUserAsync(string name = "Ana")
    {
        var id = Guid.CreateVersion7();
        var email = $"{name.ToLowerInvariant()}-{id:N}@example.org";
        await using var db = CreateContext();
        db.Add(new AppUser
        {
            Id = id,
            Email = email,
            UserName = email,
            NormalizedEmail = email.ToUpperInvariant(),
            NormalizedUserName = email.ToUpperInvariant(),
            SecurityStamp = Guid.NewGuid().ToString(),
            DisplayName = name,
            CreatedAt = Get<TimeProvider>().GetUtcNow().UtcDateTime,
        });
        await db.SaveChangesAsync(TestContext.Current.CancellationToken);
        return id;
    }

    /// <summary>A workspace with a new account as its Owner.</summary>
    public async Task<(Guid WorkspaceId, Actor Owner)> AddWorkspaceAsync(string name = "Workshop")
    {
        var owner = Actor.User(await AddUserAsync("Owner"), Get<TimeProvider>().GetUtcNow().UtcDateTime);
        var made = await Get<WorkspaceService>().CreateAsync(owner, new WorkspaceDraft(name), TestContext.Current.CancellationToken);
        return (made.Value.Workspace.Id, owner);
    }

    /// <summary>A new account as a member of a workspace, signed in just now.</summary>
    public async Task<Actor> AddMemberAsync(Guid workspaceId, Role role)
    {
        var now = Get<TimeProvider>().GetUtcNow().UtcDateTime;
        var actor = Actor.User(await AddUserAsync(role.ToString()), now);
        await using var db = CreateContext();
        db.Add(new Membership(workspaceId, actor.UserId!.Value, role, now));
        await db.SaveChangesAsync(TestContext.Current.CancellationToken);
        return actor;
    }

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        await using (var connection = new SqliteConnection(DatabaseOptions.SqliteIn(_directory.Path).ConnectionString))
        {
            SqliteConnection.ClearPool(connection); // of this file alone: others are at work in theirs
        }

        _directory.Dispose();
    }
}
