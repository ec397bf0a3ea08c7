using System.Text.Json;
using Microsoft.Playwright;
using OtherThing.Core.Flows;
using OtherThing.Core.Results;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Browser;

[Collection("Browser")]
public sealed class FlowTogetherTests(Chromium chromium, SharedServer server)
{
    // Each browser edits at its own pace from its own seed: adds with clashing ids, moves, renames, connects, deletes, undoes.
    private const string RandomEdits = """
        async (host, [seed, count]) => {
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
            else if (what < 0.95) canvas.commit([{ op: 'configure', id, field: 'value', value: { n: turn } }]);
            else canvas.undo();
            if (random() < 0.3) await new Promise(resolve => setTimeout(resolve, random() * 20));
          }
        }
        """;

    private const string Document = """
        host => {
          const { steps, connections } = host.flowCanvas.scene.doc;
          return JSON.stringify({
            steps: [...steps.values()].map(s => [s.id, s.type, s.name, s.position.x, s.position.y, s.parent ?? null, JSON.stringify(s.config)]).sort(),
            connections: connections.map(c => [c.from, c.port, c.to]).sort(),
          });
        }
        """;

    // Explicit: ends with different documents in about one run of three, so it is a known fault and no guard yet.
    [Fact(Explicit = true)]
    public async Task ThreeBrowsers_EditingAtOnce_EndWithTheServersDocument()
    {
        var start = FlowDefinition.Empty with { Steps = [new FlowStep { Id = "start", Type = "trigger.manual", Name = "Start" }] };
        await using var builder = await FlowBuilder.OpenAsync(chromium, server, start);
        var hosts = new List<ILocator> { builder.Host };
        for (var number = 1; number < 3; number++)
        {
            var page = await builder.Browser.NewPageAsync();
            await page.GotoAsync(builder.PagePath);
            await page.Locator("[data-part=host][data-ready=true]").WaitForAsync();
            hosts.Add(page.GetByRole(AriaRole.Application));
        }

        await Task.WhenAll(hosts.Select((host, at) => host.EvaluateAsync(RandomEdits, new object[] { at + 1, 80 })));
        // One browser is closed over unsent acts and comes back.
        await hosts[2].EvaluateAsync(RandomEdits, new object[] { 9, 20 });
        await hosts[2].Page.ReloadAsync();
        foreach (var host in hosts)
        {
            await host.Page.Locator("[data-part=host][data-ready=true][data-unsaved='0']").WaitForAsync(new() { Timeout = 60_000 });
        }

        // What was sent last may still be on its way to the others and to the database.
        var stored = "";
        for (var turn = 0; turn < 100; turn++)
        {
            stored = Describe(await builder.SavedAsync(_ => true));
            var shown = await Task.WhenAll(hosts.Select(host => host.EvaluateAsync<string>(Document)));
            if (Array.TrueForAll(shown, text => text == stored))
            {
                break;
            }

            await builder.Page.WaitForTimeoutAsync(100);
        }

        var ended = await Task.WhenAll(hosts.Select(host => host.EvaluateAsync<string>(Document)));
        Assert.Equal(ended[0], ended[1]);
        Assert.Equal(ended[0], ended[2]);
        Assert.Equal(stored, ended[0]);
    }

    private static string Describe(FlowDefinition flow) => JsonSerializer.Serialize(
        new
        {
            steps = flow.Steps.Select(step => new object?[] { step.Id, step.Type, step.Name, step.Position.X, step.Position.Y, step.Parent, step.Config.GetRawText() })
                .OrderBy(step => (string)step[0]!, StringComparer.Ordinal),
            connections = flow.Connections.Select(each => new[] { each.From, each.Port, each.To })
                .OrderBy(each => string.Join(',', each), StringComparer.Ordinal),
        },
        Json.Options);
}
