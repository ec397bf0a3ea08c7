using System.Text.Json;
using OtherThing.Tests.Browser.Support;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Browser.Flows;

/// <summary>The browser's side of a session alone, with a server of its own making: every answer comes when the test says.</summary>
[Collection(Lanes.Builder)]
public sealed class FlowSyncTests(Chromium chromium, SharedServer server)
{
    // Two acts, a rename and its undoing, are answered; the word of what they did is lost, and the snapshot in its place is what tells of them.
    private const string HeardBySnapshot = """
        async () => {
          const { Sync } = await import('/canvas/sync.js');
          const flow = name => ({ steps: [{ id: 'start', type: 'trigger.manual', name, position: { x: 0, y: 0 }, config: {} }], connections: [], notes: [] });
          const calls = [], server = { invokeMethodAsync: (method, acts) => new Promise(answer => calls.push({ acts: JSON.parse(acts), answer })) };
          // What is sent is sent in the turn of what caused it, or in the next one.
          const next = async () => { for (let turn = 0; turn < 20 && !calls.length; turn++) await new Promise(resolve => setTimeout(resolve)); return calls.shift(); };
          const kept = () => JSON.parse(sessionStorage.getItem('acts') ?? '{}').unstored ?? [];
          const sync = new Sync(server, 'acts', () => {}, message => { throw new Error(message); });

          sync.load(flow('Start'), 0, 'first session', 0, []);
          sync.push([{ op: 'rename', id: 'start', name: 'Begin' }]);
          const first = await next();
          first.answer([{ ok: true, sequence: 1 }]);
          sync.ask('undo');
          const second = await next();
          const undone = { id: second.acts[0].id, sequence: 2, edits: [{ op: 'rename', id: 'start', name: 'Start' }] };
          sync.load(flow('Start'), 2, 'first session', 0, [{ id: first.acts[0].id, sequence: 1, edits: first.acts[0].edits }, undone]);
          second.answer([{ ok: true, sequence: 2 }]);
          const acts = [first.acts[0].id, undone.id], waiting = kept().map(act => act.id), unsaved = sync.unsaved;

          sync.kept(1);
          const later = kept();
          sync.load(flow('Begin'), 0, 'after a restart', 0, []);
          const again = (await next())?.acts;
          sync.close();
          const text = value => JSON.stringify(value);
          return {
            unsaved, waiting: text(waiting), acts: text(acts), later: text(later), undone: text([undone]),
            again: text(again), expected: text([{ id: undone.id, kind: 'again', edits: undone.edits }]),
          };
        }
        """;

    [Fact]
    public async Task Snapshot_WithActsOfOnesOwnThatAreNotStored_KeepsThemAndSaysThemAgainAfterARestart()
    {
        await using var browser = await chromium.OpenAsync(server.BaseAddress);
        var page = await browser.NewPageAsync();
        await page.GotoAsync("/account/login");

        var seen = await page.EvaluateAsync<JsonElement>(HeardBySnapshot);

        Assert.Equal(0, seen.GetProperty("unsaved").GetInt32());
        Assert.Equal(seen.GetProperty("acts").GetString(), seen.GetProperty("waiting").GetString());
        Assert.Equal(seen.GetProperty("undone").GetString(), seen.GetProperty("later").GetString());
        Assert.Equal(seen.GetProperty("expected").GetString(), seen.GetProperty("again").GetString());
    }
}
