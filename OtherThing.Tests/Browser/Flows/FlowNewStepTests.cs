using System.Security.Cryptography;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using OtherThing.Core.Flows;
using OtherThing.Core.Keys;
using OtherThing.Tests.Browser.Support;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Browser.Flows;

/// <summary>What a step begins with when somebody adds it.</summary>
[Collection(Lanes.Panels)]
public sealed class FlowNewStepTests(Chromium chromium, SharedServer server)
{
    [Fact]
    public async Task Schedule_IsMeantInTheBrowsersTimeZone()
    {
        await using var builder = await FlowBuilder.OpenAsync(chromium, server, FlowDocument.Empty, new() { TimezoneId = "America/New_York" });

        await AddAsync(builder, "Schedule");

        var saved = await builder.SavedAsync(flow => flow.Steps.Count == 1);
        Assert.Equal("America/New_York", saved.Steps[0].Config.GetProperty("timezone").GetString());
        await Assertions.Expect(builder.Page.GetByText("Ready to run").First).ToBeVisibleAsync();
    }

    [Fact]
    public async Task CalledFlow_IsAskedForByName()
    {
        await using var builder = await FlowBuilder.OpenAsync(chromium, server, FlowDocument.Empty);

        await AddAsync(builder, "Call a flow");

        var problem = builder.Page.GetByRole(AriaRole.Button, new() { Name = "1 problem" });
        await problem.WaitForAsync();
        await builder.Page.GetByRole(AriaRole.Button, new() { Name = "Close step" }).ClickAsync();
        await problem.ClickAsync();
        await Assertions.Expect(builder.Page.GetByRole(AriaRole.Button, new() { Name = "Choose the flow to call." })).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Model_AsksAProviderThatTheWorkspaceHasAKeyFor()
    {
        await using var builder = await FlowBuilder.OpenAsync(chromium, server, FlowDocument.Empty);
        var (me, workspace) = (await builder.MeAsync(), Guid.Parse(builder.FlowPath.Split('/')[4]));
        var key =
            new ApiKey(Guid.CreateVersion7(), workspace, ApiProvider.Anthropic, "Team", new Uri("https://api.anthropic.com"), "sk…9f3A", me, DateTime.UtcNow);
        key.Seal(RandomNumberGenerator.GetBytes(64), RandomNumberGenerator.GetBytes(32));
        Assert.True(await server.Services.GetRequiredService<IKeyStore>().TryAddAsync(key, TestContext.Current.CancellationToken));
        await builder.Page.ReloadAsync();
        await Patience.UntilAsync(
            async () =>
                await builder.Page.EvaluateAsync<string?>(
                    "document.querySelector('[role=application]')?.flowCanvas?.scene.catalog.fresh('ai.chat').provider") == "anthropic",
            () => "the canvas knows what the workspace's keys open");

        await AddAsync(builder, "Ask a model");

        var saved = await builder.SavedAsync(flow => flow.Steps.Count == 1);
        Assert.Equal("anthropic", saved.Steps[0].Config.GetProperty("provider").GetString());
        Assert.StartsWith("claude-", saved.Steps[0].Config.GetProperty("model").GetString(), StringComparison.Ordinal);
    }

    private static async Task AddAsync(FlowBuilder builder, string title) =>
        await builder.Page.GetByRole(AriaRole.Button, new() { Name = title, Exact = true }).ClickAsync();
}
