using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using OtherThing.Core.Approvals;
using OtherThing.Data;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Web.Approvals;

public sealed class ApprovalTests(SharedServer server) : IAsyncLifetime
{
    private const string Simple = """
        {"steps":[{"id":"start","type":"trigger.manual"},
          {"id":"ask","type":"human.approval","config":{"title":"Send {{ input.what }}?","text":"It is **ready**."}},
          {"id":"yes","type":"output","config":{"value":"{{ steps.ask }}"}},
          {"id":"no","type":"data.set","config":{"value":"not sent"}}],
         "connections":[{"from":"start","to":"ask"},{"from":"ask","port":"approved","to":"yes"},{"from":"ask","port":"rejected","to":"no"}]}
        """;

    private HttpClient _owner = null!;
    private JsonElement _workspace;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private string Root => $"/api/v1/workspaces/{_workspace.GetProperty("id").GetString()}";

    public async ValueTask InitializeAsync()
    {
        _owner = await server.RegisterAsync();
        _workspace = await TestServer.CreateWorkspaceAsync(_owner);
    }

    public ValueTask DisposeAsync()
    {
        _owner.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Approve_MovesTheCardToDoneAndTheRunGoesOnByApproved()
    {
        var run = await StartAsync(Simple);
        var approval = await AskedAsync(run);
        var card = await GetAsync($"{Root}/tasks/{approval.GetProperty("taskId").GetString()}");
        Assert.Equal("Send it?", card.GetProperty("title").GetString());
        Assert.Equal("todo", card.GetProperty("status").GetString());
        Assert.Equal(run, card.GetProperty("runId").GetString());
        var waiting = await GetAsync($"{Root}/runs/{run}");
        Assert.Equal("waiting", waiting.GetProperty("status").GetString());
        Assert.Equal(
            approval.GetProperty("id").GetString(),
            waiting.GetProperty("steps").EnumerateArray().Single(step => step.GetProperty("path").GetString() == "ask").GetProperty("approvalId").GetString());

        var decided = await PostAsync($"{Root}/approvals/{approval.GetProperty("id").GetString()}", """{"decision":"approve","note":"Good."}""");

        Assert.Equal("approved", decided.GetProperty("state").GetString());
        var ended = await EndAsync(run);
        Assert.Equal("succeeded", ended.GetProperty("status").GetString());
        var output = ended.GetProperty("output");
        Assert.Equal("approved", output.GetProperty("decision").GetString());
        Assert.Equal("Good.", output.GetProperty("note").GetString());
        Assert.False(output.GetProperty("timedOut").GetBoolean());
        Assert.Equal("done", (await GetAsync($"{Root}/tasks/{approval.GetProperty("taskId").GetString()}")).GetProperty("status").GetString());
    }

    [Fact]
    public async Task Reject_ByTheCardsId_TakesTheOtherPath()
    {
        var run = await StartAsync(Simple);
        var approval = await AskedAsync(run);

        await PostAsync($"{Root}/approvals/{approval.GetProperty("taskId").GetString()}", """{"decision":"reject"}""");

        var steps = (await EndAsync(run)).GetProperty("steps").EnumerateArray().ToDictionary(
            step => step.GetProperty("path").GetString()!, step => step.GetProperty("status").GetString());
        Assert.Equal("succeeded", steps["no"]);
        Assert.Equal("skipped", steps["yes"]);
    }

    [Fact]
    public async Task Decide_ManyAtOnce_OneCountsAndTheOthersAreTold()
    {
        var run = await StartAsync(Simple);
        var id = (await AskedAsync(run)).GetProperty("id").GetString();

        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(async i =>
        {
            using var answer = await _owner.PostAsync(
                $"{Root}/approvals/{id}", Json($$"""{"decision":"{{(i % 2 == 0 ? "approve" : "reject")}}","note":"{{i}}"}"""), Cancel);
            return (answer.StatusCode, Note: (await answer.Content.ReadFromJsonAsync<JsonElement>(Cancel)));
        }));

        Assert.Single(answers, answer => answer.StatusCode == HttpStatusCode.OK);
        Assert.Equal(9, answers.Count(answer => answer.StatusCode == HttpStatusCode.Conflict));
        await EndAsync(run);
        Assert.Equal("approval.already_decided", answers.First(answer => answer.StatusCode == HttpStatusCode.Conflict).Note.GetProperty("code").GetString());
    }

    [Fact]
    public async Task TwoInParallel_TheJoinNeedsBoth()
    {
        var run = await StartAsync("""
            {"steps":[{"id":"start","type":"trigger.manual"},{"id":"a","type":"human.approval","config":{"title":"A?"}},{"id":"b","type":"human.approval","config":{"title":"B?"}},
              {"id":"both","type":"logic.join"}],
             "connections":[{"from":"start","to":"a"},{"from":"start","to":"b"},{"from":"a","port":"approved","to":"both"},{"from":"b","port":"approved","to":"both"}]}
            """);
        var asked = await AskedManyAsync(run, 2);

        await PostAsync($"{Root}/approvals/{asked[0].GetProperty("id").GetString()}", """{"decision":"approve"}""");
        var between = await GetAsync($"{Root}/runs/{run}");
        await PostAsync($"{Root}/approvals/{asked[1].GetProperty("id").GetString()}", """{"decision":"approve"}""");

        Assert.Equal("waiting", between.GetProperty("status").GetString());
        Assert.Equal(2, (await EndAsync(run)).GetProperty("output").EnumerateObject().Count());
    }

    [Fact]
    public async Task Timeout_CountsAsRejectedAndClosesTheCard()
    {
        var run = await StartAsync(Simple.Replace("\"text\"", "\"timeoutSeconds\":1,\"text\"", StringComparison.Ordinal));

        var ended = await EndAsync(run);

        Assert.Equal("succeeded", ended.GetProperty("status").GetString());
        var ask = ended.GetProperty("steps").EnumerateArray().Single(step => step.GetProperty("path").GetString() == "ask");
        Assert.Equal("rejected", ask.GetProperty("port").GetString());
        Assert.True(ask.GetProperty("output").GetProperty("timedOut").GetBoolean());
        var approval = (await GetAsync($"{Root}/approvals?runId={run}")).GetProperty("items")[0];
        Assert.Equal("expired", approval.GetProperty("state").GetString());
        Assert.Equal("done", (await GetAsync($"{Root}/tasks/{approval.GetProperty("taskId").GetString()}")).GetProperty("status").GetString());
    }

    [Fact]
    public async Task Cancel_WithdrawsTheQuestionAndClosesTheCard()
    {
        var run = await StartAsync(Simple);
        var id = (await AskedAsync(run)).GetProperty("id").GetString();

        await PostAsync($"{Root}/runs/{run}/cancel", "{}");

        var approval = await UntilAsync(() => GetAsync($"{Root}/approvals/{id}"), approval => approval.GetProperty("state").GetString() == "withdrawn");
        await UntilAsync(
            () => GetAsync($"{Root}/tasks/{approval.GetProperty("taskId").GetString()}"), card => card.GetProperty("status").GetString() == "done");
        using var late = await _owner.PostAsync($"{Root}/approvals/{id}", Json("""{"decision":"approve"}"""), Cancel);
        Assert.Equal(HttpStatusCode.Conflict, late.StatusCode);
        Assert.Equal("cancelled", (await GetAsync($"{Root}/runs/{run}")).GetProperty("status").GetString());
    }

    [Fact]
    public async Task Decide_TheGrainWasGoneMeanwhile_RestoresTheRun()
    {
        var run = await StartAsync(Simple);
        var id = (await AskedAsync(run)).GetProperty("id").GetString();
        // As after weeks and restarts: nothing of the run is in memory.
        await server.Services.GetRequiredService<IGrainFactory>().GetGrain<IManagementGrain>(0).ForceActivationCollection(TimeSpan.Zero, Cancel);

        await PostAsync($"{Root}/approvals/{id}", """{"decision":"approve"}""");

        Assert.Equal("succeeded", (await EndAsync(run)).GetProperty("status").GetString());
    }

    [Fact]
    public async Task Sweep_DecisionTheRunNeverHeardOf_IsTold()
    {
        var run = await StartAsync(Simple);
        var id = (await AskedAsync(run)).GetProperty("id").GetGuid();
        // The server died between the decision's commit and the word to the run.
        await server.Services.GetRequiredService<IApprovalStore>().TryDecideAsync(id, new ApprovalDecision(ApprovalState.Approved), DateTime.UtcNow, Cancel);

        Assert.Equal("succeeded", (await EndAsync(run)).GetProperty("status").GetString());
        await using var db = server.Services.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContext();
        await UntilAsync(
            async () => await db.Set<Approval>().AsNoTracking().SingleAsync(a => a.Id == id, Cancel), approval => approval.SettledAt is not null);
    }

    [Fact]
    public async Task Approve_WithoutARequiredField_IsRefusedNamingIt_AndRejectIsNot()
    {
        const string form =
            "\"form\":[{\"name\":\"amount\",\"type\":\"number\",\"required\":true},{\"name\":\"when\",\"type\":\"date\"},{\"name\":\"how\",\"type\":\"choice\",\"choices\":[\"post\",\"mail\"],\"default\":\"mail\"}],\"text\"";
        var document = Simple.Replace("\"text\"", form, StringComparison.Ordinal);
        var first = await StartAsync(document);
        var id = (await AskedAsync(first)).GetProperty("id").GetString();

        using var refused =
            await _owner.PostAsync($"{Root}/approvals/{id}", Json("""{"decision":"approve","values":{"when":"tomorrow","how":"pigeon"}}"""), Cancel);
        await PostAsync($"{Root}/approvals/{id}", """{"decision":"approve","values":{"amount":12.5,"when":"2026-05-01"}}""");
        var second = await StartAsync(document);
        var rejected = await PostAsync($"{Root}/approvals/{(await AskedAsync(second)).GetProperty("id").GetString()}", """{"decision":"reject"}""");

        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.Equal(
            ["values.amount", "values.how", "values.when"],
            (await refused.Content.ReadFromJsonAsync<JsonElement>(Cancel))
                .GetProperty("errors")
                .EnumerateArray()
                .Select(error => error.GetProperty("path").GetString())
                .Order());
        Assert.Equal("""{"amount":12.5,"when":"2026-05-01","how":"mail"}""", (await EndAsync(first)).GetProperty("output").GetProperty("values").GetRawText());
        Assert.Equal("rejected", rejected.GetProperty("state").GetString());
    }

    [Fact]
    public async Task A41_Decide_OnlyAdminsAndWhoeverIsNamed()
    {
        var (named, namedId) = await JoinAsync("viewer");
        var (other, _) = await JoinAsync("member");
        var document = Simple.Replace("\"text\"", $"\"assigneeId\":\"{namedId}\",\"text\"", StringComparison.Ordinal);
        var run = await StartAsync(document);
        var id = (await AskedAsync(run)).GetProperty("id").GetString();

        using var refused = await other.PostAsync($"{Root}/approvals/{id}", Json("""{"decision":"approve"}"""), Cancel);
        using var allowed = await named.PostAsync($"{Root}/approvals/{id}", Json("""{"decision":"approve"}"""), Cancel);

        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        Assert.Equal(HttpStatusCode.OK, allowed.StatusCode);
        Assert.Equal("succeeded", (await EndAsync(run)).GetProperty("status").GetString());
    }

    [Fact]
    public async Task C05_Decide_FromAnotherWorkspace_IsNotFound()
    {
        var id = (await AskedAsync(await StartAsync(Simple))).GetProperty("id").GetString();
        var elsewhere = await TestServer.CreateWorkspaceAsync(_owner, "Elsewhere");

        using var answer = await _owner.PostAsync(
            $"/api/v1/workspaces/{elsewhere.GetProperty("id").GetString()}/approvals/{id}", Json("""{"decision":"approve"}"""), Cancel);

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    [Fact]
    public async Task Decide_UnknownWord_IsRefused()
    {
        var id = (await AskedAsync(await StartAsync(Simple))).GetProperty("id").GetString();

        using var answer = await _owner.PostAsync($"{Root}/approvals/{id}", Json("""{"decision":"maybe"}"""), Cancel);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal("decision", (await answer.Content.ReadFromJsonAsync<JsonElement>(Cancel)).GetProperty("errors")[0].GetProperty("path").GetString());
    }

    [Fact]
    public async Task Ask_NobodyOfThisWorkspace_FailsTheStepSayingSo()
    {
        // Written down it is refused when it is saved; a template tells it no sooner than the run.
        var run = await StartAsync(
            Simple.Replace("\"text\"", "\"assigneeId\":\"{{ input.who }}\",\"text\"", StringComparison.Ordinal),
            $$"""{"what":"it","who":"{{Guid.NewGuid()}}"}""");

        var ended = await EndAsync(run);

        Assert.Equal("failed", ended.GetProperty("status").GetString());
        Assert.Equal("approval.assignee_invalid", ended.GetProperty("error").GetProperty("code").GetString());
    }

    [Fact]
    public async Task CreateTask_MakesACardThatKnowsItsRun()
    {
        var run = await StartAsync("""
            {"steps":[{"id":"start","type":"trigger.manual"},{"id":"card","type":"task.create","config":{"title":"Look at {{ input.what }}","status":"in_progress"}}],"connections":[{"from":"start","to":"card"}]}
            """, """{"what":"this"}""");

        var ended = await EndAsync(run);

        var card = await GetAsync($"{Root}/tasks/{ended.GetProperty("output").GetProperty("taskId").GetString()}");
        Assert.Equal(
            ("Look at this", "in_progress", run),
            (card.GetProperty("title").GetString(), card.GetProperty("status").GetString(), card.GetProperty("runId").GetString()));
    }

    [Fact]
    public async Task CreateTask_RepeatedAttempt_MakesNoSecondCard()
    {
        var tasks = server.Services.GetRequiredService<OtherThing.Core.Tasks.TaskService>();
        var me = (await GetAsync("/api/v1/me")).GetProperty("id").GetGuid();
        var (workspaceId, id) = (_workspace.GetProperty("id").GetGuid(), Guid.NewGuid());
        var actor = OtherThing.Core.Access.Actor.Run(me);

        var first = await tasks.CreateAsync(actor, workspaceId, new OtherThing.Core.Tasks.TaskDraft("Once", Id: id), Cancel);
        var again = await tasks.CreateAsync(actor, workspaceId, new OtherThing.Core.Tasks.TaskDraft("Once", Id: id), Cancel);

        Assert.Equal(first.Value.Number, again.Value.Number);
        Assert.Equal(1, (await GetAsync($"{Root}/tasks")).GetProperty("items").GetArrayLength());
    }

    private static StringContent Json(string json) => new(json, Encoding.UTF8, "application/json");

    private static Task<T> UntilAsync<T>(Func<Task<T>> read, Func<T, bool> holds) => Patience.UntilAsync(read, holds, "what is read is as expected");

    private Task<JsonElement> GetAsync(string path) => _owner.GetFromJsonAsync<JsonElement>(path, Cancel);

    private async Task<JsonElement> PostAsync(string path, string json, HttpClient? client = null)
    {
        using var answer = await (client ?? _owner).PostAsync(path, Json(json), Cancel);
        var text = await answer.Content.ReadAsStringAsync(Cancel);
        Assert.True(answer.IsSuccessStatusCode, text);
        return JsonDocument.Parse(text).RootElement;
    }

    private async Task<string> StartAsync(string document, string input = """{"what":"it"}""")
    {
        var flow = await PostAsync($"{Root}/flows", $$"""{"name":"Ask","flow":{{document}}}""");
        return (await PostAsync($"{Root}/flows/{flow.GetProperty("id").GetString()}/runs", $$"""{"input":{{input}}}""")).GetProperty("id").GetString()!;
    }

    private async Task<JsonElement> AskedAsync(string run) => (await AskedManyAsync(run, 1))[0];

    private async Task<JsonElement[]> AskedManyAsync(string run, int count) => await UntilAsync(
        async () => (await GetAsync($"{Root}/approvals?runId={run}&open=true")).GetProperty("items").EnumerateArray().ToArray(),
        items => items.Length == count);

    private Task<JsonElement> EndAsync(string run) => UntilAsync(
        () => GetAsync($"{Root}/runs/{run}"), value => value.GetProperty("status").GetString() is "succeeded" or "failed" or "cancelled");

    private async Task<(HttpClient Client, string Id)> JoinAsync(string role)
    {
        var email = $"{role}-{Guid.NewGuid():N}@example.org";
        var invite = await PostAsync($"{Root}/invites", $$"""{"role":"{{role}}","expiresInDays":1,"maxUses":1,"email":"{{email}}"}""");
        var client = await server.RegisterAsync(email);
        await PostAsync("/api/v1/workspaces/join", $$"""{"inviteCode":"{{invite.GetProperty("code").GetString()}}"}""", client);
        return (client, (await client.GetFromJsonAsync<JsonElement>("/api/v1/me", Cancel)).GetProperty("id").GetString()!);
    }
}
