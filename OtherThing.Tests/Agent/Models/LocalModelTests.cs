using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using OtherThing.Core.Flows;
using OtherThing.Core.Steps;
using OtherThing.Lab.Providers;
using OtherThing.Tests.Support;
using OtherThing.Tests.Web.Runs;
using static OtherThing.Tests.Web.Runs.RunClient;

namespace OtherThing.Tests.Agent.Models;

/// <summary>Runs that ask models on members' machines: real server, real agents as processes, servers of models that misbehave on demand.</summary>
public sealed class LocalModelTests(SharedServer server) : IAsyncLifetime
{
    private readonly List<LocalModelMachine> _machines = [];
    private RunClient _client = null!;
    private Guid _workspace;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var http = await server.RegisterAsync();
        _workspace = (await TestServer.CreateWorkspaceAsync(http)).GetProperty("id").GetGuid();
        _client = new RunClient(http, $"/api/v1/workspaces/{_workspace}");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var machine in _machines)
        {
            await machine.DisposeAsync();
        }

        _client.Http.Dispose();
    }

    [Fact]
    public async Task Run_OnAMachine_NamesItAndBooksItsTimeAndTokensForFree()
    {
        var attic = await AddAsync("Attic");

        var run = await RunAsync("one two three");
        var step = StepOf(run, "ask");
        var entry = (await _client.GetAsync("/usage")).GetProperty("items")[0];

        Assert.Equal("Echo: one two three", step.GetProperty("output").GetProperty("text").GetString());
        Assert.Equal(attic.Id, step.GetProperty("nodeId").GetGuid());
        Assert.Equal(
            ("compute", "nodes", "llama3.2:latest", attic.Id, 3L, 4L, "free", 0m),
            (Text(entry, "type"), Text(entry, "provider"), Text(entry, "model"), entry.GetProperty("nodeId").GetGuid(),
                entry.GetProperty("inputTokens").GetInt64(), entry.GetProperty("outputTokens").GetInt64(), Text(entry, "costStatus"),
                entry.GetProperty("costCents").GetDecimal()));
        Assert.True(entry.GetProperty("computeSeconds").GetDouble() > 0);
        Assert.All(attic.Models.Log, call => Assert.Null(call.Key));
    }

    [Fact]
    public async Task Run_ServerOfModelsReportsNoUsage_EstimatesItAndSaysSo()
    {
        var attic = await AddAsync("Attic");
        attic.Models.Mode = FakeMode.NoUsage;

        await RunAsync("one two three");
        var entry = (await _client.GetAsync("/usage")).GetProperty("items")[0];

        Assert.True(entry.GetProperty("outputTokens").GetInt64() > 0);
        Assert.Equal("a machine of the workspace; tokens estimated", Text(entry, "priceRow"));
    }

    [Fact]
    public async Task Run_ServerOfModelsInflatesItsUsage_IsNotBelieved()
    {
        var attic = await AddAsync("Attic");
        attic.Models.Usage = System.Text.Json.Nodes.JsonNode.Parse("""{"prompt_tokens":900000000,"completion_tokens":900000000,"cost":99}""")!.AsObject();

        await RunAsync("one two three");
        var entry = (await _client.GetAsync("/usage")).GetProperty("items")[0];

        Assert.True(entry.GetProperty("outputTokens").GetInt64() < 100);
        Assert.Equal(0m, entry.GetProperty("costCents").GetDecimal());
    }

    [Fact]
    public async Task Run_MachineFailsBeforeItsFirstToken_IsAnsweredByTheNextOne()
    {
        var den = await AddAsync("Den", loaded: false);
        var attic = await AddAsync("Attic");
        attic.Models.Script = async (context, _) =>
        {
            await SayAsync(context, """{"choices":[{"delta":{"role":"assistant"}}]}""");
            context.Abort();
        };

        var run = await RunAsync("Hi");

        Assert.Equal(("succeeded", "Echo: Hi"), (StatusOf(run), StepOf(run, "ask").GetProperty("output").GetProperty("text").GetString()));
        Assert.Equal(den.Id, StepOf(run, "ask").GetProperty("nodeId").GetGuid());
        Assert.Equal((1, 1), (attic.Models.Calls, den.Models.Calls));
    }

    [Theory]
    [InlineData(FakeMode.Fail)]
    [InlineData(FakeMode.TooMany)]
    [InlineData(FakeMode.NoAnswer)]
    [InlineData(FakeMode.WrongJson)]
    [InlineData(FakeMode.Redirect)]
    public async Task Run_FirstMachineRefusesOrTalksNonsense_IsAnsweredByTheNextOne(FakeMode mode)
    {
        var den = await AddAsync("Den", loaded: false);
        var attic = await AddAsync("Attic");
        attic.Models.Mode = mode;

        var run = await RunAsync("Hi");

        Assert.True(StatusOf(run) == "succeeded", run.ToString());
        Assert.Equal(den.Id, StepOf(run, "ask").GetProperty("nodeId").GetGuid());
        Assert.Equal(1, attic.Models.Calls);
    }

    [Fact]
    public async Task Run_EveryMachineFailsBeforeItsFirstToken_SaysWhatEachSaid()
    {
        (await AddAsync("Den", loaded: false)).Models.Mode = FakeMode.Fail;
        (await AddAsync("Attic")).Models.Mode = FakeMode.NoAnswer;

        var error = StepOf(await RunAsync("Hi"), "ask").GetProperty("error");

        Assert.Equal("ai.no_machine", Text(error, "code"));
        Assert.StartsWith("No machine answered. llama3.2:latest on Attic gave no answer: ", Text(error, "message"), StringComparison.Ordinal);
        Assert.Contains("llama3.2:latest on Den failed (500)", Text(error, "message"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_MachineFailsAfterItsFirstToken_FailsWithWhatHadComeAndAsksNoOther()
    {
        var den = await AddAsync("Den", loaded: false);
        var attic = await AddAsync("Attic");
        attic.Models.Mode = FakeMode.CutHalfWay;

        var step = StepOf(await RunAsync("one two three four five"), "ask");

        Assert.Equal(("failed", "ai.interrupted"), (Text(step, "status"), Text(step.GetProperty("error"), "code")));
        Assert.StartsWith("The answer of llama3.2:latest on Attic broke off: ", Text(step.GetProperty("error"), "message"), StringComparison.Ordinal);
        Assert.StartsWith("Echo: one", Text(step.GetProperty("output"), "text"), StringComparison.Ordinal);
        Assert.Equal(0, den.Models.Calls);
    }

    [Fact]
    public async Task Run_Cancelled_ClosesTheSocketOnTheMachine()
    {
        var (asked, closed) = (new TaskCompletionSource(), new TaskCompletionSource());
        var attic = await AddAsync("Attic");
        HoldAt(attic, asked, closed);
        var run = await _client.StartAsync(await FlowAsync("Hi"));
        await asked.Task.WithPatience();

        await _client.PostAsync($"/runs/{run}/cancel");

        await closed.Task.WithPatience();
        await _client.UntilAsync(run, found => StatusOf(found) == "cancelled");
    }

    [Fact]
    public async Task Run_MachineTakenOutOfTheWorkspaceInItsMiddle_EndsAndClosesTheSocket()
    {
        var (asked, closed) = (new TaskCompletionSource(), new TaskCompletionSource());
        var attic = await AddAsync("Attic");
        HoldAt(attic, asked, closed);
        var run = await _client.StartAsync(await FlowAsync("Hi"));
        await asked.Task.WithPatience();

        var (status, _) = await _client.SendAsync(HttpMethod.Delete, $"/nodes/{attic.Id}");
        await closed.Task.WithPatience();
        var ended = await _client.UntilAsync(run, found => StatusOf(found) == "failed");

        Assert.Equal(204, status);
        Assert.Contains("the machine was taken out of this workspace", Text(StepOf(ended, "ask").GetProperty("error"), "message"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_MemberRemovedInItsMiddle_EndsAndClosesTheSocket()
    {
        var (asked, closed) = (new TaskCompletionSource(), new TaskCompletionSource());
        var attic = await AddAsync("Attic");
        HoldAt(attic, asked, closed);
        var invite = await _client.PostAsync("/invites", """{"role":"member","expiresInDays":1,"maxUses":1}""");
        using var member = await server.RegisterAsync();
        using var joined = await member.PostAsJsonAsync("/api/v1/workspaces/join", new { inviteCode = Text(invite, "code") }, Cancellation);
        Assert.True(joined.IsSuccessStatusCode, await joined.Content.ReadAsStringAsync(Cancellation));
        var me = (await member.GetFromJsonAsync<JsonElement>("/api/v1/me", Cancellation)).GetProperty("id").GetString();
        var run = await new RunClient(member, _client.Root).StartAsync(await FlowAsync("Hi"));
        await asked.Task.WithPatience();

        await _client.SendAsync(HttpMethod.Delete, $"/members/{me}");

        await closed.Task.WithPatience();
        await _client.UntilAsync(run, found => StatusOf(found) is "failed" or "cancelled");
    }

    [Fact]
    public async Task Run_NoMachineServesTheModel_FailsAtOnceWithWhatToDo()
    {
        var step = StepOf(await RunAsync("Hi"), "ask");

        Assert.Equal("ai.no_machine", Text(step.GetProperty("error"), "code"));
        Assert.Equal(
            "No machine of this workspace serves llama3.2. Start Ollama on one and allow models: otherthing-node policy set --allow model",
            Text(step.GetProperty("error"), "message"));
    }

    [Fact]
    public async Task Step_ThatAStoppedServerHadBegun_IsAskedAgain_BecauseNobodyWasBilled()
    {
        var attic = await AddAsync("Attic");
        var executor = server.Services.GetServices<IStepExecutor>().Single(candidate => candidate.Type == "ai.chat");

        var outcome = await executor.ExecuteAsync(
            new StepCall
            {
                WorkspaceId = _workspace,
                FlowId = Guid.CreateVersion7(),
                RunId = Guid.CreateVersion7(),
                UserId = (await _client.Http.GetFromJsonAsync<JsonElement>("/api/v1/me", Cancellation)).GetProperty("id").GetGuid(),
                Path = "ask",
                Attempt = 1,
                AttemptId = Guid.CreateVersion7(),
                Resumed = true,
                Step = new FlowStep { Id = "ask", Type = "ai.chat" },
                Config = JsonElement.Parse("""{"provider":"nodes","model":"llama3.2","prompt":"Hi"}"""),
                Timeout = Patience.Limit,
            },
            Cancellation).WithPatience();

        Assert.Equal((StepOutcomeKind.Succeeded, attic.Id, 1), (outcome.Kind, outcome.NodeId, attic.Models.Calls));
    }

    [Fact]
    public async Task Run_ManyAtOnceOverThreeMachines_OneKilledInTheMiddle_FailsNoneThatHadNoFirstToken()
    {
        var machines = new List<LocalModelMachine> { await AddAsync("Attic"), await AddAsync("Den"), await AddAsync("Shed") };
        foreach (var machine in machines)
        {
            machine.Models.Script = async (context, _) =>
            {
                await SayAsync(context, """{"choices":[{"delta":{"content":"One"}}]}""");
                await SayAsync(context, """{"choices":[{"delta":{"content":" two"},"finish_reason":"stop"}]}""", "[DONE]");
            };
        }

        var flow = await FlowAsync("Hi");
        await _client.RunAsync(flow);
        var before = machines[0].Models.Calls;
        var runs = Enumerable.Range(0, 40).Select(_ => _client.RunAsync(flow)).ToList();
        await Patience.UntilAsync(() => machines[0].Models.Calls > before, "the first machine is at work");
        await machines[0].Models.DisposeAsync();
        var steps = (await Task.WhenAll(runs)).Select(run => StepOf(run, "ask")).ToList();

        Assert.All(
            steps.Where(step => Text(step, "status") != "succeeded"),
            step => Assert.StartsWith("One", Text(step.GetProperty("output"), "text"), StringComparison.Ordinal));
        Assert.Contains(steps, step => step.GetProperty("nodeId").GetGuid() == machines[1].Id);
        Assert.Contains(steps, step => step.GetProperty("nodeId").GetGuid() == machines[2].Id);
    }

    [Fact]
    public async Task Run_AnswerOfOneMiB_ArrivesWhole()
    {
        var attic = await AddAsync("Attic");
        var text = string.Join(' ', Enumerable.Range(0, 150_000));
        attic.Models.Script = (context, _) => SayAsync(
            context, JsonSerializer.Serialize(new { choices = new[] { new { message = new { content = text }, finish_reason = "stop" } } }), "[DONE]");

        var run = await RunAsync("Hi");

        Assert.True(StatusOf(run) == "succeeded", run.ToString());
        Assert.Equal(text.Length, StepOf(await _client.GetAsync($"/runs/{Text(run, "id")}"), "ask").GetProperty("output").GetProperty("text").GetString()?.Length);
    }

    [Fact]
    public async Task Nodes_ShowTheModelsOfAMachine_AndWhatIsWrongWhenItsServerOfModelsDies()
    {
        var attic = await AddAsync("Attic");
        var (model, endpoint) = ((await NodeAsync(attic)).GetProperty("models")[0], attic.Models.AnthropicUrl.AbsoluteUri.TrimEnd('/'));

        await attic.Models.DisposeAsync();
        var down = await Patience.UntilAsync(() => NodeAsync(attic), node => node.GetProperty("models").GetArrayLength() == 0, "the models are gone");

        Assert.Equal(
            ("llama3.2:latest", endpoint, "Ollama", true, 1925L),
            (Text(model, "name"), Text(model, "endpoint"), Text(model, "server"), model.GetProperty("loaded").GetBoolean(), model.GetProperty("sizeMb").GetInt64()));
        Assert.StartsWith("Nothing listens at http://127.0.0.1:", down.GetProperty("modelProblems")[0].GetString(), StringComparison.Ordinal);
    }

    private async Task<LocalModelMachine> AddAsync(string name, bool loaded = true)
    {
        var machine = await LocalModelMachine.StartAsync(server, _client.Http, _workspace, name, new FakeLocalModel("llama3.2:latest", loaded));
        _machines.Add(machine);
        return machine;
    }

    private async Task<JsonElement> RunAsync(string prompt) => await _client.RunAsync(await FlowAsync(prompt));

    private Task<string> FlowAsync(string prompt) => _client.CreateFlowAsync(
        $$"""{"id":"ask","type":"ai.chat","config":{"provider":"nodes","model":"llama3.2","prompt":"{{prompt}}"} }""", "start->ask");

    private async Task<JsonElement> NodeAsync(LocalModelMachine machine) =>
        (await _client.GetAsync("/nodes")).GetProperty("items").EnumerateArray().Single(node => node.GetProperty("id").GetGuid() == machine.Id);

    /// <summary>Answers a word and then nothing, until the socket closes.</summary>
    private static void HoldAt(LocalModelMachine machine, TaskCompletionSource asked, TaskCompletionSource closed) => machine.Models.Script = async (context, _) =>
    {
        context.RequestAborted.Register(() => closed.TrySetResult());
        await SayAsync(context, """{"choices":[{"delta":{"content":"One"}}]}""");
        asked.TrySetResult();
        await closed.Task;
    };

    private static async Task SayAsync(HttpContext context, params IEnumerable<string> events)
    {
        context.Response.ContentType = "text/event-stream";
        foreach (var text in events)
        {
            await context.Response.WriteAsync($"data: {text}\n\n");
        }

        await context.Response.Body.FlushAsync();
    }

    private static string? Text(JsonElement element, string name) => element.GetProperty(name).GetString();
}
