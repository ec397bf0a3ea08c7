using OtherThing.Agent.Models;
using OtherThing.Agent.Policies;
using OtherThing.Lab.Providers;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Agent.Models;

public sealed class ModelEndpointTests : IDisposable
{
    private readonly HttpMessageInvoker _http = LoopbackHttp.Create();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _http.Dispose();

    [Theory]
    [InlineData("http://127.0.0.1:11434", null)]
    [InlineData("http://localhost:8080/v1", null)]
    [InlineData("http://[::1]:8000", null)]
    [InlineData("http://192.168.1.20:11434", "'http://192.168.1.20:11434' is not on this machine. Only models on its own loopback are lent: give an address such as http://127.0.0.1:11434.")]
    [InlineData("http://localhost.example.org:11434", "'http://localhost.example.org:11434' is not on this machine. Only models on its own loopback are lent: give an address such as http://127.0.0.1:11434.")]
    [InlineData("http://0.0.0.0:11434", "'http://0.0.0.0:11434' is not on this machine. Only models on its own loopback are lent: give an address such as http://127.0.0.1:11434.")]
    [InlineData("http://user:word@127.0.0.1:11434", "'http://user:word@127.0.0.1:11434' must be an address alone, such as http://127.0.0.1:11434.")]
    [InlineData("127.0.0.1:11434", "'127.0.0.1:11434' is not an http or https address.")]
    [InlineData("file:///etc/passwd", "'file:///etc/passwd' is not an http or https address.")]
    public void Address_IsOnLoopbackOrRefusedWithWhatToGive(string text, string? problem) => Assert.Equal(problem, EndpointAddress.Problem(text));

    [Theory]
    [InlineData("http://127.0.0.1:11434/", "http://127.0.0.1:11434")]
    [InlineData("http://localhost:8080/v1/", "http://localhost:8080")]
    [InlineData("http://127.0.0.1:8080/llm/v1", "http://127.0.0.1:8080/llm")]
    public void Address_HasOneFormWithoutV1(string text, string plain) => Assert.Equal(plain, EndpointAddress.Plain(text));

    [Fact]
    public void Policy_EndpointElsewhere_AllowsNothingUntilItIsCorrected() =>
        Assert.Contains("not on this machine", Assert.Single(new LocalPolicy { ModelEndpoints = ["http://10.0.0.1:11434"] }.Problems()), StringComparison.Ordinal);

    [Theory]
    [InlineData(FakeSoftware.Ollama, "Ollama", 1, true, false, 1925)]
    [InlineData(FakeSoftware.LlamaCpp, "llama.cpp", 3, true, true, 1925)]
    [InlineData(FakeSoftware.Vllm, "vLLM", 1, true, true, 0)]
    [InlineData(FakeSoftware.LmStudio, "LM Studio", 1, true, false, 0)]
    [InlineData(FakeSoftware.Plain, "", 1, null, null, 0)]
    public async Task Probe_EachServer_TellsWhatItSaysOfItsModels(FakeSoftware software, string server, int slots, bool? first, bool? second, int sizeMb)
    {
        await using var models = await FakeProvider.StartAsync(cancellationToken: Cancellation);
        models.Local = new FakeLocal(software, new FakeLocalModel("a"), new FakeLocalModel("b", Loaded: false));

        var found = await AskAsync(models);

        Assert.Equal((server, (uint)slots, ""), (found.Server, found.Slots, found.Problem));
        Assert.Equal(
            [("a", first, (ulong)sizeMb), ("b", second, (ulong)sizeMb)],
            found.Models.Select(model => (model.Name, model.HasLoaded ? model.Loaded : (bool?)null, model.SizeMb)));
    }

    [Fact]
    public async Task Probe_OllamaWithoutModels_SaysHowToGetOne()
    {
        await using var models = await FakeProvider.StartAsync(cancellationToken: Cancellation);
        models.Local = new FakeLocal(FakeSoftware.Ollama);

        Assert.Equal("Ollama has no model yet: ollama pull llama3.2", (await AskAsync(models)).Problem);
    }

    [Fact]
    public async Task Probe_ServerThatWantsAKey_SaysSo()
    {
        await using var provider = await FakeProvider.StartAsync(cancellationToken: Cancellation);

        var found = await AskAsync(provider);

        Assert.Equal((0, $"{found.Endpoint} asks for a key, and none is sent to it. Let it serve loopback without one."), (found.Models.Count, found.Problem));
    }

    [Fact]
    public async Task Probe_MoreModelsThanAnybodyHas_KeepsTwoHundred()
    {
        await using var models = await FakeProvider.StartAsync(cancellationToken: Cancellation);
        models.Local = new FakeLocal(FakeSoftware.Plain, [.. Enumerable.Range(0, 500).Select(number => new FakeLocalModel($"m{number}")), new(new string('x', 300))]);

        Assert.Equal(200, (await AskAsync(models)).Models.Count);
    }

    [Fact]
    public async Task Watch_NamedEndpointDown_IsToldWithItsProblem_AndFoundAgainWhenItIsBack()
    {
        var models = await FakeProvider.StartAsync(cancellationToken: Cancellation);
        models.Local = new FakeLocal(FakeSoftware.Plain, new FakeLocalModel("a"));
        var port = models.AnthropicUrl.Port;
        var watch = new ModelWatch(
            () => new LocalPolicy { Kinds = ["model"], ModelEndpoints = [$"http://127.0.0.1:{port}/v1"], ModelSlots = 4 }, _http, TimeProvider.System,
            Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance);
        var changes = 0;
        watch.Changed = () => changes++;

        await watch.LookAsync(Cancellation);
        var up = watch.Found[0];
        await models.DisposeAsync();
        await watch.LookAsync(Cancellation);
        var down = watch.Found[0];
        await watch.LookAsync(Cancellation);
        await using var again = await FakeProvider.StartAsync(port, Cancellation);
        again.Local = new FakeLocal(FakeSoftware.Plain, new FakeLocalModel("b"));
        await watch.LookAsync(Cancellation);

        Assert.Equal(("a", 4u), (Assert.Single(up.Models).Name, up.Slots));
        Assert.Equal((0, $"Nothing listens at http://127.0.0.1:{port}."), (down.Models.Count, down.Problem));
        Assert.Equal("b", Assert.Single(watch.Found[0].Models).Name);
        Assert.Equal(3, changes);
    }

    private Task<OtherThing.Protocol.V1.ModelEndpoint> AskAsync(FakeProvider models) =>
        new EndpointProbe(_http).AskAsync(models.AnthropicUrl.AbsoluteUri.TrimEnd('/'), Cancellation).WithPatience();
}
