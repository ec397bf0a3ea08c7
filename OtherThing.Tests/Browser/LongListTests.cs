using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using OtherThing.Core.Access;
using OtherThing.Core.Nodes;
using OtherThing.Core.Workspaces;
using OtherThing.Data;
using OtherThing.Data.Access;
using OtherThing.Tests.Browser.Support;
using OtherThing.Tests.Support;
using static Microsoft.Playwright.Assertions;

namespace OtherThing.Tests.Browser;

/// <summary>Three hundred of each: shown in pieces, searched whole.</summary>
[Collection(Lanes.Pages)]
public sealed class LongListTests(Chromium chromium, SharedServer server)
{
    private const int Many = 300;

    [Theory]
    [InlineData(1280, 800)]
    [InlineData(390, 844)]
    public async Task Members_ThreeHundred_AreShownInPiecesAndSearchedWhole(int width, int height)
    {
        await using var visit = await WorkspaceVisit.StartAsync(chromium, server, new() { ViewportSize = new() { Width = width, Height = height } });
        await FillAsync(visit);
        await visit.GoAsync("members");
        var page = visit.Page;
        var rows = page.GetByRole(AriaRole.Group, new() { Name = "Members" }).Locator("tbody tr");
        var search = page.GetByRole(AriaRole.Searchbox, new() { Name = "Filter members" });
        var count = page.GetByRole(AriaRole.Search).GetByRole(AriaRole.Status);
        await Expect(rows).ToHaveCountAsync(50);
        await Expect(count).ToHaveTextAsync("300 members");
        await Accessible.CheckAsync(page, "300 members");
        await Accessible.FitsAsync(page, "300 members");

        await search.FillAsync("person 298"); // the last but one, which is not among those shown
        await Expect(rows).ToHaveCountAsync(1);
        await Expect(rows).ToContainTextAsync("Person 298");
        await Expect(count).ToHaveTextAsync("1 of 300 members");
        await page.ReloadAsync();
        await Expect(search).ToHaveValueAsync("person 298");
        await Expect(rows).ToHaveCountAsync(1);

        await search.FillAsync("");
        await Expect(count).ToHaveTextAsync("300 members");
        await page.GetByRole(AriaRole.Search).GetByLabel("Role").SelectOptionAsync(new SelectOptionValue { Label = "Viewer (99)" });
        await Expect(count).ToHaveTextAsync("99 of 300 members");
        await page.GetByRole(AriaRole.Button, new() { Name = "Show 49 more" }).ClickAsync();
        await Expect(rows).ToHaveCountAsync(99);
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "more" })).ToHaveCountAsync(0);
        await search.FillAsync("nobody at all");
        await Expect(page.GetByText("No member matches the filter.")).ToBeVisibleAsync();
        Assert.Empty(visit.Complaints);
    }

    [Theory]
    [InlineData(1280, 800)]
    [InlineData(390, 844)]
    public async Task Machines_ThreeHundred_AreShownInPiecesWithTheirOwnersAndSearchedWhole(int width, int height)
    {
        await using var visit = await WorkspaceVisit.StartAsync(chromium, server, new() { ViewportSize = new() { Width = width, Height = height } });
        await FillAsync(visit);
        await visit.GoAsync("resources");
        var page = visit.Page;
        var cards = page.GetByRole(AriaRole.Article);
        var filter = page.GetByRole(AriaRole.Search, new() { Name = "Filter machines" });
        var count = filter.GetByRole(AriaRole.Status);
        await Expect(cards).ToHaveCountAsync(24);
        await Expect(count).ToHaveTextAsync("300 machines");
        await Expect(page.GetByRole(AriaRole.Group, new() { Name = "Members" }).Locator("tbody tr")).ToHaveCountAsync(50);
        await Accessible.CheckAsync(page, "300 machines");
        await Accessible.FitsAsync(page, "300 machines");

        await filter.GetByRole(AriaRole.Searchbox).FillAsync("Person 298 linux");
        await Expect(cards).ToHaveCountAsync(1);
        await Expect(cards).ToContainTextAsync("Machine 298");
        await Expect(cards).ToContainTextAsync("Owner: Person 298");
        await Expect(count).ToHaveTextAsync("1 of 300 machines");
        await filter.GetByRole(AriaRole.Searchbox).FillAsync("");
        await filter.GetByLabel("State").SelectOptionAsync(new SelectOptionValue { Label = "Quarantined (30)" });
        await Expect(count).ToHaveTextAsync("30 of 300 machines");
        await Expect(page).ToHaveURLAsync(new Regex(@"\?state=quarantined$"));
        await page.GetByRole(AriaRole.Button, new() { Name = "Show 6 more" }).ClickAsync();
        await Expect(cards).ToHaveCountAsync(30);
        Assert.Empty(visit.Complaints);
    }

    /// <summary>Fills the workspace up to three hundred members, each with a machine; a third of them look on, a tenth of the machines are
    /// quarantined.</summary>
    private async Task FillAsync(WorkspaceVisit visit)
    {
        var now = DateTime.UtcNow;
        var cancellation = TestContext.Current.CancellationToken;
        await using var db = await server.Services.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContextAsync(cancellation);
        var owner = await db.Set<Membership>().Where(member => member.WorkspaceId == visit.Id).Select(member => member.UserId).SingleAsync(cancellation);
        var members = new List<Guid> { owner };
        for (var number = 1; number < Many; number++)
        {
            var email = $"p{number}@{visit.Slug}.example.org";
            var user = new AppUser
            {
                Id = Guid.CreateVersion7(),
                UserName = email,
                NormalizedUserName = email.ToUpperInvariant(),
                Email = email,
                NormalizedEmail = email.ToUpperInvariant(),
                DisplayName = $"Person {number}",
                CreatedAt = now,
                SecurityStamp = Guid.NewGuid().ToString(),
            };
            db.Add(user);
            db.Add(new Membership(visit.Id, user.Id, number % 3 == 0 ? Role.Viewer : Role.Member, now.AddSeconds(number)));
            members.Add(user.Id);
        }

        // A viewer lends nothing, so these are the machines of the others.
        for (var number = 0; number < Many; number++)
        {
            var node = new Node(
                Guid.NewGuid().ToByteArray(), new NodeFacts { HostName = $"host-{number}", Os = "linux", Arch = "x64", Kinds = ["script"] }, null, now);
            Assert.Null(node.Claim(members[number % 3 == 0 ? 0 : number], $"Machine {number}", joinsNewWorkspaces: false, now));
            if (number % 10 == 0)
            {
                node.Quarantine("Another machine showed its key.");
            }

            db.Add(node);
            db.Add(new NodeAttachment(node.Id, visit.Id, now));
        }

        await db.SaveChangesAsync(cancellation);
    }
}
