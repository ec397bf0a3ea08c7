using OtherThing.Core.Results;
using OtherThing.Web.Components.Shared;

namespace OtherThing.Tests.Web.Components;

public sealed class PageLoadTests : IDisposable
{
    private readonly PageLoad _load = new();
    private readonly List<string> _shown = [];

    public void Dispose() => _load.Dispose();

    [Fact]
    public async Task Read_AskedAgainMeanwhile_ShowsOnlyTheNewerAnswer()
    {
        var (first, second) = (new TaskCompletionSource<Result<string>>(), new TaskCompletionSource<Result<string>>());
        var slow = _load.ReadAsync(_ => first.Task, _shown.Add);
        var quick = _load.ReadAsync(_ => second.Task, _shown.Add);

        second.SetResult("new");
        first.SetResult("old");

        Assert.Equal((false, true), (await slow, await quick));
        Assert.Equal(["new"], _shown);
    }

    [Fact]
    public async Task Read_OfAWorkspaceThatIsNotShownAnyMore_IsDropped()
    {
        var asked = new TaskCompletionSource<Result<string>>();
        Assert.True(_load.Opens("first workspace"));
        var (read, more) = (_load.ReadAsync(_ => asked.Task, _shown.Add), _load.MoreAsync(_ => asked.Task, _shown.Add));

        Assert.True(_load.Opens("second workspace"));
        asked.SetResult("of the first");

        Assert.Equal((false, false), (await read, await more));
        Assert.Empty(_shown);
    }

    [Fact]
    public async Task Opens_TheSameAgain_IsNothingNew_AndDropsNothing()
    {
        var asked = new TaskCompletionSource<Result<string>>();
        Assert.True(_load.Opens((1, "words")));
        var read = _load.ReadAsync(_ => asked.Task, _shown.Add);

        Assert.False(_load.Opens((1, "words")));
        asked.SetResult("answer");

        Assert.True(await read);
        Assert.Equal(["answer"], _shown);
    }

    [Fact]
    public async Task More_WhileAllIsReadAnew_ShowsBoth()
    {
        var asked = new TaskCompletionSource<Result<string>>();
        var more = _load.MoreAsync(_ => asked.Task, _shown.Add);

        Assert.True(await _load.ReadAsync(_ => Task.FromResult<Result<string>>("anew"), _shown.Add));
        asked.SetResult("more");

        Assert.True(await more);
        Assert.Equal(["anew", "more"], _shown);
    }

    [Fact]
    public async Task Read_Refused_KeepsWhy_UntilItIsAnsweredOrSomethingElseIsShown()
    {
        var no = Error.Conflict("test.no", "No.");

        Assert.False(await _load.ReadAsync(_ => Task.FromResult<Result<string>>(no), _shown.Add));
        Assert.Equal(no, _load.Refusal);
        Assert.True(await _load.ReadAsync(_ => Task.FromResult<Result<string>>("yes"), _shown.Add));
        Assert.Null(_load.Refusal);

        await _load.ReadAsync(_ => Task.FromResult<Result<string>>(no), _shown.Add);
        _load.Opens("something else");
        Assert.Null(_load.Refusal);
    }

    [Fact]
    public async Task Dispose_WhileAsking_GivesUpAndShowsNothing()
    {
        var (deaf, asked) = (new TaskCompletionSource<Result<string>>(), new TaskCompletionSource<string>());
        var left = _load.ReadAsync(_ => deaf.Task, _shown.Add);
        var given = _load.GatherAsync(gone => asked.Task.WaitAsync(gone), _shown.Add);

        _load.Dispose();
        deaf.SetResult("too late");

        Assert.Equal((false, false), (await left, await given));
        Assert.True(_load.Gone.IsCancellationRequested);
        Assert.Empty(_shown);
    }

    [Fact]
    public async Task Read_ThatFails_IsNotSwallowed() =>
        await Assert.ThrowsAsync<OperationCanceledException>(
            () => _load.ReadAsync<string>(_ => throw new OperationCanceledException("the database gave up"), _shown.Add));
}
