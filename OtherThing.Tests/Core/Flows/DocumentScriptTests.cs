using System.Text.Json;
using CsCheck;
using Jint;
using Jint.Native;
using OtherThing.Core.Flows;
using OtherThing.Core.Flows.Editing;
using OtherThing.Core.Results;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Core.Flows;

/// <summary>The canvas's copy of a document (<c>document.js</c>) against the server's: the same acts give the same document.</summary>
public sealed class DocumentScriptTests
{
    private const string Module = """
        import { FlowDoc } from './document.js';
        export const open = json => new FlowDoc(JSON.parse(json));
        export const apply = (doc, json) => { doc.apply(JSON.parse(json)); };
        export const read = doc => JSON.stringify({ steps: [...doc.steps.values()], connections: doc.connections, notes: [...doc.notes.values()] });
        """;

    // One in six is an undo: the inverse of an earlier act, as much of it as still fits.
    private static readonly Gen<(FlowEdit Act, int Undo)> s_acts = Gen.Select(FlowEditGen.Any, Gen.Int[0, 59]);

    [Fact]
    public void TenThousandRandomActs_OnBothSides_GiveTheSameDocument() => s_acts.Array[100].Sample(
        acts =>
        {
            var script = new Script();
            var server = FlowDocument.Empty;
            var (doer, follower) = (script.Open(server), script.Open(server)); // the canvas that acts, and one that is told
            List<FlowEdit> inverses = [];
            foreach (var (act, undo) in acts)
            {
                var isUndo = undo < 10 && inverses.Count > 0;
                var done = isUndo ? FlowEdits.ApplyWhatFits(server, inverses[undo % inverses.Count]) : FlowEdits.Apply(server, act);
                if (!done.TryGet(out var change, out _))
                {
                    continue; // refused: the canvas takes it back
                }

                server = change.Definition;
                inverses.Add(change.Inverse);
                foreach (var applied in change.Applied)
                {
                    script.Apply(follower, applied);
                }

                foreach (var edit in isUndo ? change.Applied : [act])
                {
                    script.Apply(doer, edit);
                }

                AssertSame(server, script.Read(doer), act);
                AssertSame(server, script.Read(follower), act);
            }
        },
        iter: 100,
        threads: 1);

    private static void AssertSame(FlowDocument server, string canvas, FlowEdit act)
    {
        // Read as the server reads a document, so that what is left out and what is null are one.
        var read = FlowJson.Parse(canvas);
        Assert.True(read.TryGet(out var definition, out var error), $"{error?.Message} {canvas}");
        var (expected, actual) = (JsonElement.Parse(FlowJson.Write(server)), JsonElement.Parse(FlowJson.Write(definition)));
        Assert.True(JsonElement.DeepEquals(expected, actual), $"After {JsonSerializer.Serialize(act, Json.Options)}\nserver {expected}\ncanvas {actual}");
    }

    private sealed class Script
    {
        private readonly JsValue _open;
        private readonly JsValue _apply;
        private readonly JsValue _read;

        public Script()
        {
            var engine = new Engine(options => options.EnableModules(Path.Combine(Repository.Root, "OtherThing.Web", "wwwroot", "canvas")));
            engine.Modules.Add("both", Module);
            var both = engine.Modules.Import("both");
            (_open, _apply, _read) = (both.Get("open"), both.Get("apply"), both.Get("read"));
        }

        public JsValue Open(FlowDocument definition) => _open.Call(FlowJson.Write(definition));

        public void Apply(JsValue document, FlowEdit edit) => _apply.Call(document, JsonSerializer.Serialize(edit, Json.Options));

        public string Read(JsValue document) => _read.Call(document).AsString();
    }
}
