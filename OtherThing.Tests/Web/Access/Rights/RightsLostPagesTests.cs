using OtherThing.Core.Access;
using OtherThing.Core.Keys;
using OtherThing.Core.Usage;
using OtherThing.Core.Workspaces;
using OtherThing.Tests.Support;
using OtherThing.Web.Features.Keys;
using OtherThing.Web.Features.Resources;
using OtherThing.Web.Features.Workspaces;

namespace OtherThing.Tests.Web.Access.Rights;

/// <summary>An open page of somebody who is less than they were does not go on showing what was read before.</summary>
public sealed class RightsLostPagesTests(SharedServer server)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task B02_MemberBecomesViewer_KeysAreGone()
    {
        await using var scene = await RightsScene.OpenAsync(server);
        var person = scene.Members[Role.Member];
        var name = (await scene.Get<IKeyStore>().FindAsync(scene.WorkspaceId, await scene.KeyAsync(scene.Other.Id), Cancel))!.Name;
        await using var page = new RightsPage(scene, person, Role.Member);
        page.Open<KeysPage>("[data-key]");
        page.Shows(name);

        await scene.SetRoleAsync(person.Id, Role.Viewer);
        page.Become(Role.Viewer);

        page.Shows(name, isThere: false);
    }

    [Fact]
    public async Task B02_AdminBecomesMember_AddressesAndInvitesAreGone()
    {
        await using var scene = await RightsScene.OpenAsync(server);
        var person = scene.Members[Role.Admin];
        var address = (await scene.Get<IAccountStore>().FindAsync(scene.Other.Id, Cancel))!.Email;
        await scene.Get<InviteService>()
            .CreateAsync(scene.Fresh(scene.Members[Role.Owner]), scene.WorkspaceId, new InviteDraft(Role.Member, Email: "invited@example.org"), Cancel);
        await using var page = new RightsPage(scene, person, Role.Admin);
        page.Open<MembersPage>("tbody tr");
        page.Shows(address);
        page.Shows("invited@example.org");

        await scene.SetRoleAsync(person.Id, Role.Member);
        page.Become(Role.Member);

        page.Shows(address, isThere: false);
        page.Shows("invited@example.org", isThere: false);
    }

    [Fact]
    public async Task B02_AdminBecomesMember_WhatOthersSpentIsGone()
    {
        await using var scene = await RightsScene.OpenAsync(server);
        var person = scene.Members[Role.Admin];
        foreach (var (spender, dollars) in new[] { (scene.Other, 3.21m), (scene.Target, 40.5m) })
        {
            var draft = new UsageDraft
            {
                Type = UsageType.ApiCall,
                CallId = $"{spender.Id}",
                CostUnits = Money.FromDollars(dollars).Units,
                CostStatus = CostStatus.Computed,
            };
            Assert.True(await scene.Get<IUsageStore>().TryAddAsync(
                UsageEntry.From(draft, scene.WorkspaceId, null, null, null, null, spender.Id, DateTime.UtcNow), Cancel));
        }

        await using var page = new RightsPage(scene, person, Role.Admin);
        page.Open<ResourcesPage>("tbody tr");
        page.Shows("$3.21");
        RightsPage.Choose(page.Find("Kind")!, nameof(UsageGrouping.User));
        page.Shows("Usage by Member");

        await scene.SetRoleAsync(person.Id, Role.Member);
        page.Become(Role.Member);

        page.Shows("$43.71"); // of all together
        page.Shows("$3.21", isThere: false);
        page.Shows("$40.50", isThere: false);
    }
}
