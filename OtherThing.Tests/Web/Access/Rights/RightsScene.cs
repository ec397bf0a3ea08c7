using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using OtherThing.Core.Access;
using OtherThing.Core.Workspaces;
using OtherThing.Data;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Web.Access.Rights;

/// <summary>Somebody who might ask.</summary>
internal sealed record RightsPerson(string Name, Guid Id, HttpClient Http, Role? Role);

/// <summary>A workspace with one person of each role, people who are none of it, and things made in anybody's name.</summary>
internal sealed partial class RightsScene(TestServer server) : IAsyncDisposable
{
    private static readonly string[] s_outsiders = ["stranger", "removed"];

    public TestServer Server => server;

    public Guid WorkspaceId { get; private set; }

    public string Slug { get; private set; } = "";

    public IReadOnlyDictionary<Role, RightsPerson> Members { get; private set; } = new Dictionary<Role, RightsPerson>();

    /// <summary>A Member whose things are another's to everybody else.</summary>
    public RightsPerson Other { get; private set; } = null!;

    /// <summary>To whom things are done.</summary>
    public RightsPerson Target { get; private set; } = null!;

    /// <summary>Who never was a member, and who was one and is removed.</summary>
    public IReadOnlyList<RightsPerson> Outsiders { get; private set; } = [];

    public static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public LinkGenerator Links => Get<LinkGenerator>();

    private static DateTime Now => DateTime.UtcNow;

    public static async Task<RightsScene> OpenAsync(TestServer server)
    {
        var scene = new RightsScene(server);
        var owner = await scene.RegisterAsync("owner", Role.Owner);
        var made = (await scene.Get<WorkspaceService>().CreateAsync(scene.Fresh(owner), new WorkspaceDraft("Rights"), Cancel)).Value.Workspace;
        (scene.WorkspaceId, scene.Slug) = (made.Id, made.Slug);
        scene.Members = new Dictionary<Role, RightsPerson>
        {
            [Role.Owner] = owner,
            [Role.Admin] = await scene.RegisterAsync("admin", Role.Admin),
            [Role.Member] = await scene.RegisterAsync("member", Role.Member),
            [Role.Viewer] = await scene.RegisterAsync("viewer", Role.Viewer),
        };
        (scene.Other, scene.Target) = (await scene.RegisterAsync("other", Role.Member), await scene.RegisterAsync("target", Role.Member));
        scene.Outsiders = [await scene.RegisterAsync(s_outsiders[0], null), await scene.RegisterAsync(s_outsiders[1], null)];
        await scene.ResetAsync();
        await scene.SetRoleAsync(scene.Outsiders[1].Id, Role.Member);
        var removed = await scene.Get<MemberService>().RemoveAsync(scene.Fresh(owner), made.Id, scene.Outsiders[1].Id, Cancel);
        Assert.True(removed.IsSuccess, removed.Error?.Message);
        return scene;
    }

    /// <summary>A person who has just proved who they are.</summary>
    public Actor Fresh(RightsPerson person) => server.ActorOf(person.Id);

    public T Get<T>()
        where T : notnull => server.Services.GetRequiredService<T>();

    /// <summary>Everybody is again what they were, and the workspace stands.</summary>
    public async Task ResetAsync()
    {
        await using var db = await Get<IDbContextFactory<AppDbContext>>().CreateDbContextAsync(Cancel);
        using (await db.EnterWriteLaneAsync(Cancel))
        {
            await db.Set<Workspace>().Where(workspace => workspace.Id == WorkspaceId)
                .ExecuteUpdateAsync(set => set.SetProperty(workspace => workspace.DeletedAt, (DateTime?)null), Cancel);
        }

        foreach (var person in Members.Values.Append(Other).Append(Target))
        {
            await SetRoleAsync(person.Id, person.Role);
        }
    }

    /// <summary>Makes somebody a member of this role, or none, whatever they were.</summary>
    public async Task SetRoleAsync(Guid userId, Role? role)
    {
        await using var db = await Get<IDbContextFactory<AppDbContext>>().CreateDbContextAsync(Cancel);
        var now = await db.Set<Membership>().Where(member => member.WorkspaceId == WorkspaceId && member.UserId == userId)
            .Select(member => (Role?)member.Role).SingleOrDefaultAsync(Cancel);
        if (now == role)
        {
            return;
        }

        using (await db.EnterWriteLaneAsync(Cancel))
        {
            await db.Set<Membership>().Where(member => member.WorkspaceId == WorkspaceId && member.UserId == userId).ExecuteDeleteAsync(Cancel);
        }

        if (role is { } wanted)
        {
            db.Add(new Membership(WorkspaceId, userId, wanted, Now));
            await db.SaveChangesAsync(Cancel);
        }

        Get<AccessChanges>().Raise(userId);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var person in Members.Values.Concat(Outsiders).Append(Other).Append(Target))
        {
            person?.Http.Dispose();
        }

        await Task.CompletedTask;
    }

    private async Task<RightsPerson> RegisterAsync(string name, Role? role)
    {
        var http = await server.RegisterAsync();
        var me = await http.GetFromJsonAsync<JsonElement>("/api/v1/me", Cancel);
        return new RightsPerson(name, me.GetProperty("id").GetGuid(), http, role);
    }
}
