using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using OtherThing.Core.Flows;
using OtherThing.Tests.Browser.Support;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Browser.Flows;

/// <summary>A document that somebody broke on purpose opens, runs nothing, and says what is wrong.</summary>
[Collection(Lanes.Builder)]
public sealed class FlowHostileTests(Chromium chromium, SharedServer server)
{
    private const string Script = "<img src=x onerror='window.ran_=true'><script>window.ran_=true</script>";

    [Fact]
    public async Task HostileDocument_Opens_RunsNothingAndSaysWhatIsWrong()
    {
        await using var builder = await FlowBuilder.OpenAsync(
            chromium, server, FlowDocument.Empty with { Steps = [new FlowStep { Id = "start", Type = "trigger.manual" }] });
        await PlantAsync(builder, Hostile());
        var broken = new List<string>();
        builder.Page.PageError += (_, error) => broken.Add(error);

        await builder.Page.ReloadAsync();
        await builder.Page.Locator("[data-part=host][data-ready=true]").WaitForAsync();
        await builder.Page.GetByRole(AriaRole.Tab, new() { Name = "Outline" }).ClickAsync();
        await builder.Page.Locator("[data-step=start]").ClickAsync();
        await builder.Host.FocusAsync();
        await builder.Page.Keyboard.PressAsync("Control+a");
        await builder.Page.Keyboard.PressAsync("t");

        await Assertions.Expect(builder.Page.Locator(".fe-check")).ToContainTextAsync("problems");
        Assert.False(await builder.Page.EvaluateAsync<bool>("window.ran_ === true"));
        Assert.Empty(broken);
        Assert.Equal("404", await builder.Host.EvaluateAsync<string>("host => host.dataset.steps"));
    }

    private static FlowDocument Hostile() => FlowDocument.Empty with
    {
        Steps =
        [
            new FlowStep { Id = "start", Type = "trigger.manual", Name = Script },
            new FlowStep
            { Id = "x", Type = Script, Name = new string('ö', 200), Position = new(1e6, -1e6), Config = JsonElement.Parse("""{"a":[[[[{}]]]]}""") },
            new FlowStep { Id = "a", Type = "logic.map", Parent = "b", Config = JsonElement.Parse("""{"items":"{{ steps.nobody }}"}""") },
            new FlowStep { Id = "b", Type = "logic.map", Parent = "a", Config = JsonElement.Parse("""{"items":"{{ unclosed"}""") },
            .. Enumerable.Range(0, 400).Select(at => new FlowStep
            {
                Id = $"s{at}", Type = "data.set", Position = new(at % 20 * 30, at), Parent = at % 7 == 0 ? "gone" : null,
                Config = JsonElement.Parse($$$"""{"value":"{{% for x in (1..9999999) %}}{{{{{JsonEncodedText.Encode(Script)}}}}}"}"""),
            }),
        ],
        Connections =
        [
            new FlowConnection { From = "start", To = "nobody" },
            new FlowConnection { From = "s1", To = "s2" },
            new FlowConnection { From = "s2", To = "s1" },
            new FlowConnection { From = "s3", Port = Script, To = "s3" },
        ],
        Notes = [new FlowNote { Id = "n", Text = Script, Position = new(0, 0) }],
    };

    // Through the draft's own door: what may be stored while it has problems.
    private async Task PlantAsync(FlowBuilder builder, FlowDocument flow)
    {
        var parts = builder.FlowPath.Split('/');
        var (workspaceId, flowId) = (Guid.Parse(parts[4]), Guid.Parse(parts[6]));
        var me = await builder.MeAsync();
        var flows = server.Services.GetRequiredService<FlowService>();
        var saved = await flows.SaveDraftAsync(server.ActorOf(me), workspaceId, flowId, flow, "", 1, TestContext.Current.CancellationToken);
        Assert.True(saved.IsSuccess, saved.Error?.Message);
    }
}
