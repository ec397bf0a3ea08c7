using System.Text.Json;
using Microsoft.Playwright;
using OtherThing.Core.Flows;
using OtherThing.Tests.Browser.Flows;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Browser.Support;

/// <summary>The builder's pictures in the user guide; taken by eng/guide-shots, never by the suite.</summary>
[Collection(Lanes.Builder)]
public sealed class GuidePictures(Chromium chromium, SharedServer server)
{
    private const int LargestPicture = 200 * 1024;

    private static readonly FlowDocument s_sample = SampleFlow.Create(new Uri("http://localhost:5080/samples/spare-machines.txt"));

    [Fact(Explicit = true)]
    public async Task Empty() => await TakeAsync("empty", FlowDocument.Empty, static _ => Task.CompletedTask);

    [Theory(Explicit = true)]
    [InlineData("light", ColorScheme.Light)]
    [InlineData("dark", ColorScheme.Dark)]
    public async Task Sample(string name, ColorScheme scheme) => await TakeAsync(
        name, s_sample,
        builder => SelectAsync(builder, "words"),
        scheme);

    [Fact(Explicit = true)]
    public async Task Running() => await TakeAsync("running", Working("3600"), async builder =>
    {
        await RunAsync(builder);
        await Assertions.Expect(Shown(builder)).ToContainTextAsync("Waiting");
        await builder.Page.GetByRole(AriaRole.Button, new() { Name = "Runs", Exact = true }).ClickAsync();
    });

    [Fact(Explicit = true)]
    public async Task Failed() => await TakeAsync("failed", Working("{{ input.pause | to_number }}"), async builder =>
    {
        await RunAsync(builder);
        await Assertions.Expect(Shown(builder)).ToContainTextAsync("Failed");
        await builder.Page.GetByRole(AriaRole.Button, new() { Name = "Runs", Exact = true }).ClickAsync();
    });

    [Fact(Explicit = true)]
    public async Task Map() => await TakeAsync("map", Working("0.1"), async builder =>
    {
        await RunAsync(builder);
        await Assertions.Expect(Shown(builder)).ToContainTextAsync("Succeeded");
        await SelectAsync(builder, "label");
    });

    [Fact(Explicit = true)]
    public async Task Many() => await TakeAsync("200-steps", Grid(200), static _ => Task.CompletedTask);

    [Fact(Explicit = true)]
    public async Task Phone() => await TakeAsync(
        "phone", Working("0.1"),
        async builder =>
        {
            await RunAsync(builder);
            await Assertions.Expect(Shown(builder)).ToContainTextAsync("Succeeded");
            await builder.Page.GetByRole(AriaRole.Tab, new() { Name = "Outline" }).ClickAsync();
        },
        width: 390, height: 844);

    private async Task TakeAsync(
        string name, FlowDocument flow, Func<FlowBuilder, Task> prepare, ColorScheme scheme = ColorScheme.Light, int width = 1280, int height = 800)
    {
        var folder = Environment.GetEnvironmentVariable("GUIDE_IMAGES") ?? Path.GetTempPath();
        await using var builder = await FlowBuilder.OpenAsync(
            chromium, server, flow, new() { ColorScheme = scheme, ViewportSize = new() { Width = width, Height = height } });
        await prepare(builder);
        await builder.Page.WaitForTimeoutAsync(300);
        await builder.Page.GetByRole(AriaRole.Button, new() { Name = "Show the whole flow" }).ClickAsync();
        await builder.Page.Mouse.MoveAsync(2, 2);
        await builder.Page.WaitForTimeoutAsync(1500);

        var picture =
            await builder.Page.ScreenshotAsync(new() { Path = Path.Combine(folder, $"builder-{name}.png"), Animations = ScreenshotAnimations.Disabled });

        Assert.InRange(picture.Length, 1, LargestPicture);
        TestContext.Current.TestOutputHelper!.WriteLine($"builder-{name}.png {picture.Length / 1024} KiB");
    }

    private static ILocator Shown(FlowBuilder builder) => builder.Page.GetByRole(AriaRole.Region, new() { Name = "Run on show" });

    private static Task RunAsync(FlowBuilder builder) => builder.Page.GetByRole(AriaRole.Button, new() { Name = "Run", Exact = true }).ClickAsync();

    private static async Task SelectAsync(FlowBuilder builder, string id)
    {
        await builder.Page.GetByRole(AriaRole.Tab, new() { Name = "Outline" }).ClickAsync();
        await builder.Page.Locator($"[data-step={id}]").ClickAsync();
        await builder.Page.GetByRole(AriaRole.Button, new() { Name = "Close step" }).WaitForAsync();
    }

    /// <summary>A map over three orders with a wait inside.</summary>
    private static FlowDocument Working(string seconds) => new()
    {
        Steps =
        [
            Step("start", "trigger.manual", "Start", 0, 0, "{}"),
            Step("orders", "data.set", "Read the orders", 288, 0,
                """{"value":[{"id":7,"customer":"Ada"},{"id":8,"customer":"Bo"},{"id":9,"customer":"Cy"}]}"""),
            Step("each", "logic.map", "For each order", 0, 176, """{"items":"{{ steps.orders }}","concurrency":2}"""),
            Step("pause", "logic.wait", "Wait for the printer", 32, 256,
                JsonSerializer.Serialize(
                    new { seconds = double.TryParse(seconds, System.Globalization.CultureInfo.InvariantCulture, out var number) ? (object)number : seconds }),
                "each"),
            Step("label", "data.set", "Make the label", 320, 256, """{"value":{"label":"Order {{ item.id }} for {{ item.customer | upcase }}"}}""", "each"),
            Step("done", "output", "Labels", 640, 168, """{"value":"{{ steps.each }}"}"""),
        ],
        Connections =
        [
            new() { From = "start", To = "orders" }, new() { From = "orders", To = "each" },
            new() { From = "pause", To = "label" }, new() { From = "each", To = "done" },
        ],
    };

    private static FlowDocument Grid(int count) => new()
    {
        Steps = [
            .. Enumerable.Range(0, count)
                .Select(
                    i => Step(
                        $"s{i}", i == 0 ? "trigger.manual" : i % 7 == 3 ? "logic.join" : "data.set", i == 0 ? "Start" : $"Step {i}", i % 20 * 288,
                        i / 20 * 144, i == 0 ? "{}" : i % 7 == 3 ? """{"mode":"all"}""" : """{"value":1}"""))],
        Connections = [
            .. Enumerable.Range(1, count - 1).Select(i => new FlowConnection { From = $"s{(i >= 20 && i % 3 == 0 ? i - 20 : i - 1)}", To = $"s{i}" })],
    };

    private static FlowStep Step(string id, string type, string name, double x, double y, string config, string? parent = null) =>
        new() { Id = id, Type = type, Name = name, Position = new(x, y), Parent = parent, Config = JsonElement.Parse(config) };
}
