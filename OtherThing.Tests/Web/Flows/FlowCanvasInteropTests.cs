using System.Reflection;
using System.Text;
using System.Text.Json;
using Bunit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.JSInterop;
using MudBlazor.Services;
using OtherThing.Core.Access;
using OtherThing.Core.Flows;
using OtherThing.Core.Flows.Editing;
using OtherThing.Core.Flows.Validation;
using OtherThing.Data.Flows;
using OtherThing.Data.Nodes;
using OtherThing.Tests.Support;
using OtherThing.Web.Features.Flows.Canvas;
using OtherThing.Web.Features.Runs.Picture;

using TestContext = Xunit.TestContext;

namespace OtherThing.Tests.Web.Flows;

/// <summary>What a browser may call is a public endpoint: whatever it sends is answered, nothing is applied by halves.</summary>
public sealed class FlowCanvasInteropTests : IAsyncDisposable
{
    private readonly TestDatabase _database =
        new(services => services.AddFlowsData().AddNodesData()
            .AddSingleton<FlowReferences>().AddSingleton<FlowService>().AddSingleton<EditAdmission>().AddSingleton<FlowSessions>());
    private readonly BunitContext _page = new();
    private readonly BunitJSModuleInterop _mounted;

    public FlowCanvasInteropTests()
    {
        _page.Services.AddMudServices();
        var module = _page.JSInterop.SetupModule("./Features/Flows/Canvas/FlowCanvas.razor.js");
        _mounted = module.SetupModule("mount", _ => true);
        _mounted.Mode = JSRuntimeMode.Loose;
        module.Mode = JSRuntimeMode.Loose;
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public void MethodsABrowserMayCall_AreTheReviewedOnes()
    {
        var open = typeof(FlowCanvas).Assembly.GetTypes()
            .Where(type =>
                type.Namespace is { } room && (room.StartsWith("OtherThing.Web.Features.Flows", StringComparison.Ordinal)
                    || room.StartsWith("OtherThing.Web.Features.Runs", StringComparison.Ordinal)))
            .SelectMany(type => type.GetMethods(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static))
            .Where(method => method.GetCustomAttribute<JSInvokableAttribute>() is not null)
            .Select(method => $"{method.DeclaringType!.Name}.{method.Name}").Distinct().Order();

        Assert.Equal(
            ["FlowCanvas.ApplyAsync", "FlowCanvas.ApplyLargeAsync", "FlowCanvas.OpenAsync", "FlowCanvas.Point", "FlowCanvas.ResyncAsync",
                "FlowCanvas.SelectAsync", "FlowCanvas.StatesAsync", "FlowCanvas.TypeAsync"],
            open);
    }

    [Theory]
    [InlineData(null, null)]
    [InlineData("act", "")]
    [InlineData("act", "null")]
    [InlineData("act", "[]")]
    [InlineData("act", "[null]")]
    [InlineData("act", "{}")]
    [InlineData("act", "[{}]")]
    [InlineData("act", """[{"op":"explode"}]""")]
    [InlineData("act", """[{"op":"move","id":"start","x":"1","y":1}]""")]
    [InlineData("act", """[{"op":"move","id":"start","x":1e999,"y":1}]""")]
    [InlineData("act", """[{"op":"move"}]""")]
    [InlineData("act", """[{"op":"move","id":"start","x":5,"y":5},{"op":"delete","id":"nobody"}]""")]
    [InlineData("act", """[{"op":"add","step":{"id":"a b","type":"data.set"}}]""")]
    [InlineData("act", """[{"op":"add","step":{"type":"data.set"}}]""")]
    [InlineData("act", """[{"op":"set","id":"start","field":"everything","value":1}]""")]
    [InlineData("", """[{"op":"move","id":"start","x":5,"y":5}]""")]
    [InlineData(null, """[{"op":"move","id":"start","x":5,"y":5}]""")]
    public async Task Apply_HostileAct_IsRefusedInWordsAndChangesNothing(string? actId, string? edits)
    {
        var (canvas, editor) = await OpenAsync(Role.Owner);
        var before = editor.Snapshot;

        var answers = await canvas.InvokeAsync(() => canvas.Instance.ApplyAsync(Act(actId, edits)));

        var answer = Assert.Single(answers);
        Assert.False(answer.Ok);
        Assert.NotEmpty(answer.Message!);
        Assert.Same(before, editor.Snapshot);
        Assert.Empty(editor.Selection);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("[null]")]
    [InlineData("[{}]")]
    [InlineData("""[{"id":"act","kind":"explode"}]""")]
    [InlineData("""[{"kind":"undo"}]""")]
    [InlineData("""[{"id":"a b","kind":"undo"}]""")]
    [InlineData("""[{"id":"act","kind":"edit","selection":"everything"}]""")]
    [InlineData("""[{"id":"act","kind":"edit","basedOn":1e99}]""")]
    public async Task Apply_HostileMessage_IsRefusedInWords(string? acts)
    {
        var (canvas, editor) = await OpenAsync(Role.Owner);
        var before = editor.Snapshot;

        Assert.False(Assert.Single(await canvas.InvokeAsync(() => canvas.Instance.ApplyAsync(acts))).Ok);
        Assert.Same(before, editor.Snapshot);
    }

    [Theory]
    [InlineData("""{"id":"b","kind":"edit","edits":[{"op":"delete","id":"nobody"}]}""")]
    [InlineData("""{"id":"b","kind":"edit","edits":[{"op":"explode"}]}""")]
    [InlineData("""{"id":"b","kind":7}""")]
    public async Task Apply_ActsAroundARefusedOne_AreDoneOrLeftToTheBrowser(string refused)
    {
        var (canvas, editor) = await OpenAsync(Role.Owner);

        var answers = await canvas.InvokeAsync(() => canvas.Instance.ApplyAsync($$"""
            [{"id":"a","kind":"edit","edits":[{"op":"move","id":"start","x":1,"y":1}]},
             {{refused}},
             {"id":"c","kind":"edit","edits":[{"op":"move","id":"start","x":2,"y":2}]}]
            """));

        Assert.Equal([true, false], answers.Select(answer => answer.Ok));
        Assert.Equal(new FlowPosition(1, 1), editor.Snapshot.Definition.Steps[0].Position);
    }

    [Fact]
    public async Task Point_HostileNumbers_AreLeftOut()
    {
        var (canvas, editor) = await OpenAsync(Role.Owner);
        using var heard = editor.Follow();

        await canvas.InvokeAsync(() => canvas.Instance.Point(double.NaN, 1));
        await canvas.InvokeAsync(() => canvas.Instance.Point(1e300, 1));
        await canvas.InvokeAsync(() => canvas.Instance.Point(3, 4));

        Assert.True(heard.Events.TryRead(out var only));
        Assert.Equal(new FlowCursor(editor.Id, 3, 4), only);
        Assert.False(heard.Events.TryRead(out _));
    }

    [Fact]
    public async Task Apply_DeepJson_IsRefused()
    {
        var (canvas, _) = await OpenAsync(Role.Owner);
        var deep = new StringBuilder();
        for (var depth = 0; depth < 10_000; depth++)
        {
            deep.Append("""[{"op":"batch","edits":""");
        }

        Assert.False(Assert.Single(await canvas.InvokeAsync(() => canvas.Instance.ApplyAsync(Act("act", deep.ToString())))).Ok);
    }

    [Fact]
    public async Task Apply_ByViewer_IsRefused()
    {
        var (canvas, editor) = await OpenAsync(Role.Viewer);

        var answer = Assert.Single(await canvas.InvokeAsync(() => canvas.Instance.ApplyAsync(Act("act", """[{"op":"move","id":"start","x":5,"y":5}]"""))));

        Assert.False(answer.Ok);
        Assert.Contains("Viewer", answer.Message, StringComparison.Ordinal);
        Assert.Equal(0, editor.Snapshot.Sequence);
    }

    [Fact]
    public async Task ApplyLarge_MissingOrTooLargeStream_IsRefused()
    {
        var (canvas, _) = await OpenAsync(Role.Owner);

        Assert.False(Assert.Single(await canvas.InvokeAsync(() => canvas.Instance.ApplyLargeAsync(null))).Ok);
        Assert.False(Assert.Single(await canvas.InvokeAsync(() => canvas.Instance.ApplyLargeAsync(new HugeStream()))).Ok);
    }

    [Fact]
    public async Task SelectAndOpen_HostileIds_AreLeftOut()
    {
        var (canvas, editor) = await OpenAsync(Role.Owner);

        await canvas.InvokeAsync(() => canvas.Instance.SelectAsync([.. Enumerable.Repeat("start", 10_000), null, new string('x', 1_000_000)]));
        await canvas.InvokeAsync(() => canvas.Instance.OpenAsync(new string('x', 1_000_000)));
        await canvas.InvokeAsync(() => canvas.Instance.OpenAsync(null));
        Assert.Equal(500, editor.Selection.Count);
        await canvas.InvokeAsync(() => canvas.Instance.SelectAsync(null));
        Assert.Empty(editor.Selection);
    }

    [Fact]
    public async Task UndoAndRedo_WithNothingToDo_SayNothing()
    {
        var (canvas, _) = await OpenAsync(Role.Owner);

        var answers = await canvas.InvokeAsync(() => canvas.Instance.ApplyAsync("""[{"id":"a","kind":"undo"},{"id":"b","kind":"redo"}]"""));

        Assert.All(answers, answer => Assert.Equal((true, null), (answer.Ok, answer.Message)));
    }

    [Fact]
    public async Task States_AreSaidOnceAndThenWhatChanged()
    {
        var (canvas, _) = await OpenAsync(Role.Owner);
        StepState State(string status) => new(status, null, 1, null, null, null, null, null);
        var states = Enumerable.Range(0, 1000).ToDictionary(at => $"s{at}", _ => State("queued"));

        await canvas.InvokeAsync(() => canvas.Instance.ShowStatusesAsync(states));
        await canvas.InvokeAsync(() => canvas.Instance.ShowStatusesAsync(states));
        states["s7"] = State("running");
        await canvas.InvokeAsync(() => canvas.Instance.ShowStatusesAsync(states));
        await canvas.InvokeAsync(canvas.Instance.StatesAsync);

        var said = _mounted.Invocations["states"].Select(call => (JsonElement)call.Arguments[0]!).ToList();
        Assert.Equal(
            [(1, 1000), (2, 1), (3, 1000)],
            said.Select(each => (each.GetProperty("number").GetInt32(), each.GetProperty("changed").EnumerateObject().Count())));
        Assert.True(said[1].GetRawText().Length < 300, said[1].GetRawText());
    }

    [Fact]
    public async Task Element_LetsGoOfTheDocumentItCameWith()
    {
        var (canvas, editor) = await OpenAsync(Role.Owner);

        canvas.WaitForAssertion(() => Assert.False(canvas.Find("flow-canvas").HasAttribute("data-first")));
        Assert.Empty(_mounted.Invocations["load"]); // it was drawn from what came with the element, and nothing has changed since
        await editor.ApplyAsync("act", [new MoveStep("start", 5, 5)], Cancellation);
        canvas.WaitForAssertion(() => Assert.NotEmpty(_mounted.Invocations["receive"]));
    }

    private static string Act(string? id, string? edits) =>
        $$"""[{"id":{{(id is null ? "null" : $"\"{id}\"")}},"kind":"edit","edits":{{(string.IsNullOrEmpty(edits) ? "null" : edits)}}}]""";

    public async ValueTask DisposeAsync()
    {
        await _page.DisposeAsync();
        await _database.DisposeAsync();
    }

    private async Task<(IRenderedComponent<FlowCanvas> Canvas, FlowEditor Editor)> OpenAsync(Role role)
    {
        var (workspaceId, owner) = await _database.AddWorkspaceAsync();
        var definition = FlowDocument.Empty with { Steps = [new FlowStep { Id = "start", Type = "trigger.manual" }] };
        var flow = (await _database.Get<FlowService>().CreateAsync(owner, workspaceId, "Report", "", definition, Cancellation)).Value;
        var actor = role == Role.Owner ? owner : await _database.AddMemberAsync(workspaceId, role);
        var editor = (await _database.Get<FlowSessions>().OpenAsync(actor, workspaceId, flow.Id, Cancellation)).Value;
        return (_page.Render<FlowCanvas>(parameters => parameters.Add(canvas => canvas.Editor, editor).Add(canvas => canvas.FlowId, flow.Id)), editor);
    }

    private sealed class HugeStream : IJSStreamReference
    {
        public long Length => long.MaxValue;

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;

        public ValueTask<Stream> OpenReadStreamAsync(long maxAllowedSize = 512000, CancellationToken cancellationToken = default) =>
            throw new InvalidOperationException("Nobody reads what is too large.");
    }
}
