using System.Text.Json;
using Microsoft.Playwright;
using OtherThing.Core.Flows;
using OtherThing.Core.Results;
using OtherThing.Tests.Browser.Support;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Browser.Flows;

[Collection(Lanes.Builder)]
public sealed class FlowTogetherTests(Chromium chromium, SharedServer server)
{
    // Each browser edits at its own pace from its own seed: adds with clashing ids, moves, renames, connects, deletes, undoes.
    private const string RandomEdits = """
        async (host, [seed, count, drops]) => {
          const canvas = host.flowCanvas;
          const random = () => (seed = (seed * 1103515245 + 12345) % 2147483648) / 2147483648;
          const pick = list => list[Math.floor(random() * list.length)];
          for (let turn = 0; turn < count; turn++) {
            const ids = [...canvas.scene.doc.steps.keys()], id = pick(ids), other = pick(ids);
            const what = random();
            if (what < 0.25 || ids.length < 3) canvas.addStep('data.set', { x: random() * 2000, y: random() * 1000 });
            else if (what < 0.5) canvas.commit([{ op: 'move', id, x: Math.floor(random() * 2000), y: Math.floor(random() * 1000) }]);
            else if (what < 0.65) canvas.commit([{ op: 'rename', id, name: 'Name ' + Math.floor(random() * 1000) }]);
            else if (what < 0.8) canvas.commit([{ op: 'connect', from: id, port: 'out', to: other }]);
            else if (what < 0.88 && id !== 'start') canvas.commit([{ op: 'delete', id }]);
            else if (what < 0.93) canvas.commit([{ op: 'configure', id, field: 'value', value: { n: turn } }]);
            else if (what < 0.98) canvas.undo();
            else canvas.redo();
            if (drops && turn % Math.ceil(count / drops) === seed % Math.ceil(count / drops)) window.line_.drop(100 + random() * 1200);
            if (random() < 0.4) await new Promise(resolve => setTimeout(resolve, random() * 60));
          }
        }
        """;

    // What a browser that never gets done stands at.
    private const string State = """
        () => {
          const host = document.querySelector('[data-part=host]'), sync = host?.flowCanvas?.sync;
          return JSON.stringify({
            data: { ...host?.dataset }, sequence: sync?.sequence, unsaved: sync?.unsaved, cut: window.line_?.cut, delay: window.line_?.delay,
            reconnect: document.getElementById('components-reconnect-modal')?.className, stopped: getComputedStyle(document.getElementById('blazor-error-ui')).display,
            kept: { ...sessionStorage },
          });
        }
        """;

    // In the document's own order: that too must be everybody's.
    private const string Document = """
        host => {
          const { steps, connections } = host.flowCanvas.scene.doc;
          return JSON.stringify({
            steps: [...steps.values()].map(s => [s.id, s.type, s.name, s.position.x, s.position.y, s.parent ?? null, JSON.stringify(s.config)]),
            connections: connections.map(c => [c.from, c.port, c.to]),
          });
        }
        """;

    [Fact]
    public async Task ThreeBrowsers_RandomEditsOverLinesThatDrop_EndWithTheServersDocument()
    {
        var start = FlowDocument.Empty with { Steps = [new FlowStep { Id = "start", Type = "trigger.manual", Name = "Start" }] };
        await using var builder = await FlowBuilder.OpenAsync(chromium, server, start, prepare: Line.AddAsync);
        var hosts = new List<ILocator> { builder.Host };
        for (var number = 1; number < 3; number++)
        {
            hosts.Add((await builder.OpenAnotherAsync()).GetByRole(AriaRole.Application));
        }

        await Line.SlowAsync(hosts[1].Page, 120);
        await Task.WhenAll(hosts.Select((host, at) => host.EvaluateAsync(RandomEdits, new object[] { at + 1, Effort.Of(60, 160), 3 })));
        // One browser is closed over unsent acts and comes back.
        await hosts[2].EvaluateAsync(RandomEdits, new object[] { 9, 20, 0 });
        await hosts[2].Page.ReloadAsync();

        await AssertSameAsync(builder, hosts);
    }

    [Fact]
    public async Task ServerThatForgotEverythingUnsaved_GetsItAgain()
    {
        var start = FlowDocument.Empty with { Steps = [new FlowStep { Id = "start", Type = "trigger.manual", Name = "Start" }] };
        await using var builder = await FlowBuilder.OpenAsync(chromium, server, start);
        await builder.Host.EvaluateAsync("host => host.flowCanvas.addStep('data.set', { x: 400, y: 40 })");
        await builder.SavedAsync(flow => flow.Steps.Count == 2);
        // What a killed server leaves in the tab: acts that it had taken and not stored (one of them it had), and one it never got.
        var stored = await builder.Rest.GetStringAsync(builder.FlowPath, TestContext.Current.CancellationToken);
        var known = await builder.Host.EvaluateAsync<string>("host => host.flowCanvas.sync.lastAct");
        await builder.Page.EvaluateAsync(
            """
            ([key, known]) => sessionStorage.setItem(key, JSON.stringify({ session: 'one that is gone',
              unstored: [
                { id: known, sequence: 7, edits: [{ op: 'rename', id: 'set', name: 'Twice' }] },
                { id: 'lost', sequence: 8, edits: [{ op: 'rename', id: 'start', name: 'Begin' }] }],
              pending: [{ id: 'unsent', kind: 'edit', edits: [{ op: 'move', id: 'start', x: 48, y: 48 }] }] }))
            """,
            new[] { $"otherthing.flow.{builder.FlowPath[(builder.FlowPath.LastIndexOf('/') + 1)..]}", known });
        Assert.DoesNotContain("Begin", stored, StringComparison.Ordinal);

        await builder.Page.ReloadAsync();

        var flow = await builder.SavedAsync(flow => flow.Steps[0] is { Name: "Begin", Position.X: 48 });
        Assert.Equal(("Begin", 48), (flow.Steps[0].Name, flow.Steps[0].Position.X));
        Assert.NotEqual("Twice", flow.Steps[1].Name);
    }

    [Fact]
    public async Task OneFieldWrittenByTwo_BothAreToldAndTheLastCounts()
    {
        var start = FlowDocument.Empty with { Steps = [new FlowStep { Id = "start", Type = "trigger.manual", Name = "Start" }] };
        await using var builder = await FlowBuilder.OpenAsync(chromium, server, start, prepare: Line.AddAsync);
        var other = (await builder.OpenAnotherAsync()).GetByRole(AriaRole.Application);
        await Line.SlowAsync(other.Page, 3_000);
        const string Rename = "(host, name) => host.flowCanvas.commit([{ op: 'rename', id: 'start', name }])";

        await other.EvaluateAsync(Rename, "Theirs");
        await builder.Host.EvaluateAsync(Rename, "Mine");

        await Assertions.Expect(builder.Page.Locator("[data-part=toast]")).ToContainTextAsync("changed name of Mine right after you");
        await Assertions.Expect(other.Page.Locator("[data-part=toast]")).ToContainTextAsync("The last change counts: yours");
        Assert.Equal("Theirs", (await builder.SavedAsync(flow => flow.Steps[0].Name == "Theirs")).Steps[0].Name);
    }

    [Fact]
    public async Task SomebodyElse_IsListedAndTheirPointerAndSelectionAreShown()
    {
        var start = FlowDocument.Empty with { Steps = [new FlowStep { Id = "start", Type = "trigger.manual", Name = "Start" }] };
        await using var builder = await FlowBuilder.OpenAsync(chromium, server, start);
        var other = await builder.OpenAnotherAsync();
        var at = await other.GetByRole(AriaRole.Application).EvaluateAsync<float[]>("host => host.flowCanvas.clientOf('start')");

        await other.Mouse.ClickAsync(at[0], at[1]);
        await other.Mouse.MoveAsync(at[0] + 30, at[1] + 90, new() { Steps = 5 });

        await Assertions.Expect(builder.Page.GetByRole(AriaRole.List, new() { Name = "People here" }).GetByRole(AriaRole.Listitem)).ToHaveCountAsync(1);
        await builder.Page.WaitForFunctionAsync(
            "() => { const { people } = document.querySelector('[data-part=host]').flowCanvas; return people.selected.start?.name && people.cursors.length "
                + "=== 1; }");
        await other.CloseAsync();
        await Assertions.Expect(builder.Page.GetByRole(AriaRole.List, new() { Name = "People here" })).ToHaveCountAsync(0);
    }

    [Theory]
    [InlineData("Value", "changed value of Shape", "value")]
    [InlineData("Timeout, seconds", "changed timeout seconds of Shape", "timeoutSeconds")]
    public async Task OneFieldOfAPanelWrittenByTwo_KeepsWhatIsTypedAndTellsBoth(string label, string said, string field)
    {
        var start = FlowDocument.Empty with
        {
            Steps = [new FlowStep { Id = "shape", Type = "data.set", Name = "Shape", TimeoutSeconds = 5, Config = JsonElement.Parse("""{"value":5}""") }],
        };
        await using var builder = await FlowBuilder.OpenAsync(chromium, server, start);
        var other = await builder.OpenAnotherAsync();
        var (mine, theirs) = (await PanelAsync(builder.Page), await PanelAsync(other));
        await mine.ClickAsync();
        await builder.Page.Keyboard.PressAsync("End");

        await theirs.FillAsync("7");
        await theirs.BlurAsync();
        await HasAsync(builder.Page, "7");
        // The time in which the panel would have shown it.
        await builder.Page.Locator(".fe-saved").GetByText("Saved", new() { Exact = true }).WaitForAsync();
        await Assertions.Expect(mine).ToHaveValueAsync("5");
        await builder.Page.Keyboard.TypeAsync("1");
        await mine.BlurAsync();

        await HasAsync(other, "51");
        await Assertions.Expect(builder.Page.Locator("[data-part=toast]")).ToContainTextAsync(said);
        await Assertions.Expect(builder.Page.Locator("[data-part=toast]")).ToContainTextAsync("yours");
        await Assertions.Expect(other.Locator("[data-part=toast]")).ToContainTextAsync("theirs");
        // Now they have seen mine, and change it on purpose: nobody needs to be told, however soon it is.
        await Assertions.Expect(theirs).ToHaveValueAsync("51");
        await builder.Page.EvaluateAsync("() => { document.querySelector('[data-part=toast]').textContent = ''; }");
        await theirs.FillAsync("9");
        await theirs.BlurAsync();
        await HasAsync(builder.Page, "9");
        await Assertions.Expect(mine).ToHaveValueAsync("9");
        Assert.Equal("", await builder.Page.Locator("[data-part=toast]").TextContentAsync());

        async Task<ILocator> PanelAsync(IPage page)
        {
            await page.GetByRole(AriaRole.Application).EvaluateAsync("host => host.flowCanvas.open('shape')");
            await page.GetByText("When it fails, how long, how often").ClickAsync();
            return page.GetByLabel(label);
        }

        Task HasAsync(IPage page, string value) => page.WaitForFunctionAsync(
            """
            ([field, value]) => { const step = document.querySelector('[data-part=host]').flowCanvas.scene.doc.steps.get('shape'); return String(step[field] ?? step.config[field]) === value; }
            """,
            new[] { field, value });
    }

    private static async Task AssertSameAsync(FlowBuilder builder, List<ILocator> hosts)
    {
        foreach (var host in hosts)
        {
            try
            {
                await host.Page.Locator("[data-part=host][data-ready=true][data-unsaved='0']").WaitForAsync();
            }
            catch (TimeoutException)
            {
                Assert.Fail(
                    $"One of {hosts.Count} browsers is not done; the server is at {(await builder.SavedAsync(_ => true)).Steps.Count} steps. "
                        + $"{await host.Page.EvaluateAsync<string>(State)}");
            }
        }

        // What was sent last may still be on its way to the others and to the database.
        var (stored, shown) = ("", Array.Empty<string>());
        try
        {
            await Patience.UntilAsync(
                async () =>
                {
                    stored = Describe(await builder.SavedAsync(_ => true));
                    shown = await Task.WhenAll(hosts.Select(host => host.EvaluateAsync<string>(Document)));
                    return Array.TrueForAll(shown, text => text == stored);
                },
                "every browser shows the stored document");
        }
        catch (TimeoutException)
        {
            Assert.All(shown, text => Assert.Equal(stored, text));
            throw;
        }
    }

    private static string Describe(FlowDocument flow) => JsonSerializer.Serialize(
        new
        {
            steps = flow.Steps.Select(
                step => new object?[] { step.Id, step.Type, step.Name, step.Position.X, step.Position.Y, step.Parent, step.Config.GetRawText() }),
            connections = flow.Connections.Select(each => new[] { each.From, each.Port, each.To }),
        },
        Json.Options);
}
