using System.Reflection;
using System.Text;
using Bunit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.JSInterop;
using MudBlazor.Services;
using OtherThing.Core.Access;
using OtherThing.Core.Flows;
using OtherThing.Data.Flows;
using OtherThing.Tests.Support;
using OtherThing.Web.Features.Flows;

using TestContext = Xunit.TestContext;

namespace OtherThing.Tests.Web.Flows;

/// <summary>What a browser may call is a public endpoint: whatever it sends is answered, nothing is applied by halves.</summary>
public sealed class FlowCanvasInteropTests : IAsyncDisposable
{
    private readonly TestDatabase _database = new(services => services.AddFlowsData().AddSingleton<FlowService>().AddSingleton<FlowEditing>());
    private readonly BunitContext _page = new();

    public FlowCanvasInteropTests()
    {
        _page.Services.AddMudServices();
        var module = _page.JSInterop.SetupModule("./Features/Flows/FlowCanvas.razor.js");
        module.SetupModule("mount", _ => true).Mode = JSRuntimeMode.Loose;
        module.Mode = JSRuntimeMode.Loose;
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public void MethodsABrowserMayCall_AreTheReviewedOnes()
    {
        var open = typeof(FlowCanvas).Assembly.GetTypes()
            .Where(type => type.Namespace is "OtherThing.Web.Features.Flows" or "OtherThing.Web.Features.Runs")
            .SelectMany(type => type.GetMethods(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static))
            .Where(method => method.GetCustomAttribute<JSInvokableAttribute>() is not null)
            .Select(method => $"{method.DeclaringType!.Name}.{method.Name}").Distinct().Order();

        Assert.Equal(
            ["FlowCanvas.ApplyAsync", "FlowCanvas.ApplyLargeAsync", "FlowCanvas.OpenAsync", "FlowCanvas.RedoAsync", "FlowCanvas.SelectAsync", "FlowCanvas.UndoAsync"],
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

        var answer = await canvas.InvokeAsync(() => canvas.Instance.ApplyAsync(actId, edits, [null, new string('x', 100_000)]));

        Assert.False(answer.Ok);
        Assert.NotEmpty(answer.Message!);
        Assert.Same(before, editor.Snapshot);
        Assert.Empty(editor.Selection);
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

        Assert.False((await canvas.InvokeAsync(() => canvas.Instance.ApplyAsync("act", deep.ToString(), null))).Ok);
    }

    [Fact]
    public async Task Apply_ByViewer_IsRefused()
    {
        var (canvas, editor) = await OpenAsync(Role.Viewer);

        var answer = await canvas.InvokeAsync(() => canvas.Instance.ApplyAsync("act", """[{"op":"move","id":"start","x":5,"y":5}]""", null));

        Assert.False(answer.Ok);
        Assert.Contains("Viewer", answer.Message, StringComparison.Ordinal);
        Assert.Equal(0, editor.Snapshot.Sequence);
    }

    [Fact]
    public async Task ApplyLarge_MissingOrTooLargeStream_IsRefused()
    {
        var (canvas, _) = await OpenAsync(Role.Owner);

        Assert.False((await canvas.InvokeAsync(() => canvas.Instance.ApplyLargeAsync("act", null, null))).Ok);
        Assert.False((await canvas.InvokeAsync(() => canvas.Instance.ApplyLargeAsync("act", new HugeStream(), null))).Ok);
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

        Assert.Null(await canvas.InvokeAsync(canvas.Instance.UndoAsync));
        Assert.Null(await canvas.InvokeAsync(canvas.Instance.RedoAsync));
    }

    public async ValueTask DisposeAsync()
    {
        await _page.DisposeAsync();
        await _database.DisposeAsync();
    }

    private async Task<(IRenderedComponent<FlowCanvas> Canvas, FlowEditor Editor)> OpenAsync(Role role)
    {
        var (workspaceId, owner) = await _database.AddWorkspaceAsync();
        var definition = FlowDefinition.Empty with { Steps = [new FlowStep { Id = "start", Type = "trigger.manual" }] };
        var flow = (await _database.Get<FlowService>().CreateAsync(owner, workspaceId, "Report", "", definition, Cancellation)).Value;
        var actor = role == Role.Owner ? owner : await _database.AddMemberAsync(workspaceId, role);
        var editor = (await _database.Get<FlowEditing>().OpenAsync(actor, workspaceId, flow.Id, Cancellation)).Value;
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
