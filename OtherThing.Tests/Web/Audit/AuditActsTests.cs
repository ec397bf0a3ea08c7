using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Google.Protobuf;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.DependencyInjection;
using OtherThing.Data.Access;
using OtherThing.Protocol.V1;
using OtherThing.Tests.Support;
using OtherThing.Tests.Web.Nodes;

namespace OtherThing.Tests.Web.Audit;

/// <summary>Every act there is, done once through REST: each leaves its row, and no endpoint that changes something is left out.</summary>
public sealed partial class AuditActsTests(AuditServer fixture) : IClassFixture<AuditServer>
{
    /// <summary>Endpoints that change something and leave no row of their own, each with its reason.</summary>
    private static readonly Dictionary<string, string> s_unaudited = new()
    {
        ["POST /api/v1/auth/refresh"] = "The session goes on as it was; one that is used twice ends, with a warning in the server's log.",
        ["POST /api/v1/auth/resendConfirmationEmail"] = "It asks for a letter and answers alike for everybody.",
        ["POST /api/v1/auth/forgotPassword"] = "It asks for a letter and answers alike for everybody; what the link does leaves a row.",
        ["POST /api/v1/auth/resetPassword"] = "Takes the link of a letter: AccountRows_ResetByALetter.",
        ["POST /api/v1/workspaces/{}/console"] = "Each command is an act of its service.",
    };

    private readonly TestServer _server = fixture.Server;
    private readonly HashSet<string> _asked = [];
    private readonly List<string> _expected = [];
    private HttpClient _client = null!;
    private string _workspace = "";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string Root => $"/api/v1/workspaces/{_workspace}";

    private string Sink => fixture.Sink.Address.ToString().TrimEnd('/');

    [Fact]
    public async Task C11_EveryActThroughRest_LeavesItsRowAndTheChainHolds()
    {
        fixture.Sink.Reset();
        _client = await _server.RegisterAsync();
        _expected.Add("flow.create"); // the sample flow of a new workspace
        var made = await DoAsync("POST", "/api/v1/workspaces", new { name = "Workshop", description = "", isPrivate = false }, "workspace.create");
        _workspace = made.GetProperty("id").GetString()!;

        await PeopleAsync(made.GetProperty("inviteCode").GetString()!);
        await TasksAsync();
        await FlowsAsync();
        await RunsAsync();
        await MachinesAsync();
        await KeysAndUsageAsync();
        await AccountAsync();
        await EndingsAsync();

        var all = await ReadAsync(_client, _workspace);
        // What runs did beyond themselves: the cards of their questions. One that still waits is refused while the workspace is deleted.
        var rows = all.Where(row => row.GetProperty("actorKind").GetString() != "run").ToList();
        Assert.Equal(
            ["task.create", "task.create"],
            all.Except(rows).Where(row => row.GetProperty("outcome").GetString() == "done").Select(row => row.GetProperty("action").GetString()));
        Assert.Equal(_expected, rows.Select(row => row.GetProperty("action").GetString()));
        Assert.All(rows, row =>
        {
            Assert.Equal("done", row.GetProperty("outcome").GetString());
            Assert.Equal("127.0.0.1", row.GetProperty("ip").GetString());
            Assert.NotEqual("", row.GetProperty("actor").GetString());
            Assert.NotEqual(Guid.Empty, row.GetProperty("actorId").GetGuid());
            Assert.Matches("^[a-z]+(-[a-z]+)?:[0-9a-f-]{36}$", row.GetProperty("target").GetString());
            Assert.Matches("^[0-9a-f]{64}$", row.GetProperty("hash").GetString());
        });
        var verdict = await _client.GetFromJsonAsync<JsonElement>($"{Root}/audit/verify", Cancellation);
        Assert.True(verdict.GetProperty("intact").GetBoolean(), verdict.ToString());
        Assert.Equal(
            (all.Count, all[^1].GetProperty("hash").GetString()), (verdict.GetProperty("entries").GetInt32(), verdict.GetProperty("head").GetString()));

        var changing = ApiEndpoint.AllOf(_server).Where(endpoint => endpoint.Method is "POST" or "PUT" or "PATCH" or "DELETE")
            .Select(endpoint => $"{endpoint.Method} {Parameter().Replace(endpoint.Pattern.TrimEnd('/'), "{}")}").ToList();
        Assert.Empty(changing.Except(_asked).Except(s_unaudited.Keys));
        Assert.Empty(s_unaudited.Keys.Except(changing));
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{_expected.Count} acts, {rows.Count} rows, {_asked.Count} endpoints of {changing.Count} asked, {s_unaudited.Count} with a reason");
    }

    [Fact]
    public async Task AccountRows_WrongPasswordAndCode_AreRefusalsWithoutASecret()
    {
        var email = $"audit-{Guid.NewGuid():N}@example.org";
        using var client = await _server.RegisterAsync(email);
        var workspace = (await TestServer.CreateWorkspaceAsync(client)).GetProperty("id").GetString()!;
        using (var wrong = await client.PostAsJsonAsync("/api/v1/auth/login", new { email, password = "not-it-at-all" }, Cancellation))
        {
            Assert.Equal(HttpStatusCode.Unauthorized, wrong.StatusCode);
        }

        using (var old =
            await client.PostAsJsonAsync("/api/v1/auth/manage/info", new { oldPassword = "not-it-at-all", newPassword = "Another-1" }, Cancellation))
        {
            Assert.Equal(HttpStatusCode.BadRequest, old.StatusCode);
        }

        using (var code = await client.PostAsJsonAsync("/api/v1/auth/manage/2fa", new { enable = true, twoFactorCode = "123456" }, Cancellation))
        {
            Assert.Equal(HttpStatusCode.BadRequest, code.StatusCode);
        }

        var rows = (await ReadAsync(client, workspace)).Where(row => row.GetProperty("outcome").GetString() == "refused").ToList();

        Assert.Equal(["account.sign_in", "account.password", "account.second_factor"], rows.Select(row => row.GetProperty("action").GetString()));
        Assert.Equal(JsonValueKind.Null, rows[0].GetProperty("actorId").ValueKind);
        Assert.All(rows, row => Assert.DoesNotContain("not-it-at-all", row.ToString(), StringComparison.Ordinal));
    }

    [Fact]
    public async Task AccountRows_ResetByALetter_IsByNobodySignedIn()
    {
        var email = $"audit-{Guid.NewGuid():N}@example.org";
        using var client = await _server.RegisterAsync(email);
        var workspace = (await TestServer.CreateWorkspaceAsync(client)).GetProperty("id").GetString()!;
        await using var scope = _server.Services.CreateAsyncScope();
        var users = scope.ServiceProvider.GetRequiredService<UserManager<AppUser>>();
        var code = WebEncoders.Base64UrlEncode(Encoding.UTF8.GetBytes(await users.GeneratePasswordResetTokenAsync((await users.FindByEmailAsync(email))!)));
        // The second time the code is used up.
        foreach (var expected in new[] { HttpStatusCode.OK, HttpStatusCode.BadRequest })
        {
            using var reset =
                await client.PostAsJsonAsync("/api/v1/auth/resetPassword", new { email, resetCode = code, newPassword = "Another-Passw0rd" }, Cancellation);
            Assert.Equal(expected, reset.StatusCode);
        }

        await TestServer.SignInAsync(client, email, "Another-Passw0rd");
        var rows = (await ReadAsync(client, workspace)).Where(row => row.GetProperty("action").GetString() == "account.password").ToList();

        Assert.Equal(["done", "refused"], rows.Select(row => row.GetProperty("outcome").GetString()));
        Assert.All(rows, row => Assert.Equal((JsonValueKind.Null, ""), (row.GetProperty("actorId").ValueKind, row.GetProperty("actor").GetString())));
        Assert.DoesNotContain(rows, row => row.ToString().Contains(code, StringComparison.Ordinal));
    }

    [Fact]
    public async Task C11_EveryRefusalOfAGuardedAct_LeavesItsRow()
    {
        using var owner = await _server.RegisterAsync();
        var workspace = await TestServer.CreateWorkspaceAsync(owner);
        var id = workspace.GetProperty("id").GetGuid();
        using var viewer = await _server.RegisterAsync();
        using var stranger = await _server.RegisterAsync();
        using (var joined =
            await viewer.PostAsJsonAsync("/api/v1/workspaces/join", new { inviteCode = workspace.GetProperty("inviteCode").GetString() }, Cancellation))
        {
            Assert.Equal(HttpStatusCode.OK, joined.StatusCode);
        }

        var me = (await viewer.GetFromJsonAsync<JsonElement>("/api/v1/me", Cancellation)).GetProperty("id").GetGuid();
        using (var lowered = await owner.PatchAsJsonAsync($"/api/v1/workspaces/{id}/members/{me}", new { role = "viewer" }, Cancellation))
        {
            Assert.Equal(HttpStatusCode.OK, lowered.StatusCode);
        }

        var expected = new List<string>();
        foreach (var client in new[] { viewer, stranger })
        {
            // In groups, for of more than thirty refusals in a minute the rest are counted only.
            foreach (var endpoint in ApiEndpoint.AllOf(_server).Where(endpoint => endpoint is { IsOfWorkspace: true, Operation.IsAudited: true }).Take(30))
            {
                using var answer = await client.SendAsync(endpoint.RequestFor(id), Cancellation);
                if (answer.StatusCode == HttpStatusCode.Forbidden
                    || (answer.StatusCode == HttpStatusCode.NotFound
                        && (await answer.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("code").GetString() == "workspace.not_found"
                        && !endpoint.Pattern.EndsWith("/join", StringComparison.Ordinal) && !endpoint.Pattern.EndsWith("/restore", StringComparison.Ordinal)
                        && !endpoint.Pattern.EndsWith("/accept", StringComparison.Ordinal)))
                {
                    expected.Add($"{endpoint.Method} {endpoint.Pattern}");
                }
            }
        }

        var rows = (await ReadAsync(owner, id.ToString())).Where(row => row.GetProperty("outcome").GetString() == "refused")
            .Select(row => row.GetProperty("detail").GetString()!).ToList();

        Assert.True(expected.Count > 30, string.Join('\n', expected));
        Assert.Equal(expected.Count, rows.Count);
        Assert.All(rows, detail => Assert.Contains($"/api/v1/workspaces/{id}", detail, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A75_ReadAndExport_AreForOwnersAndAdminsAndSafeInASpreadsheet()
    {
        using var owner = await _server.RegisterAsync();
        var workspace = (await TestServer.CreateWorkspaceAsync(owner)).GetProperty("id").GetString()!;
        using (var made = await owner.PostAsJsonAsync(
            $"/api/v1/workspaces/{workspace}/flows",
            new { name = "=HYPERLINK(\"http://evil\"), \"x\"", description = "", flow = new { steps = Array.Empty<object>() } }, Cancellation))
        {
            Assert.True(made.IsSuccessStatusCode, await made.Content.ReadAsStringAsync(Cancellation));
        }

        var csv = await owner.GetStringAsync($"/api/v1/workspaces/{workspace}/audit/export?format=csv&action=flow.*", Cancellation);
        var lines = await owner.GetStringAsync($"/api/v1/workspaces/{workspace}/audit/export?format=jsonl", Cancellation);
        using var wrong = await owner.GetAsync($"/api/v1/workspaces/{workspace}/audit?from=yesterday", Cancellation);

        var rows = csv.Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal("id,at,actorId,actor,actorKind,tokenId,action,target,outcome,detail,ip,sequence,hash", rows[0]);
        Assert.Contains(",\"'=HYPERLINK(\"\"http://evil\"\"), \"\"x\"\"\",", rows[^1], StringComparison.Ordinal);
        Assert.Equal(
            ["flow.create", "workspace.create", "flow.create", "audit.export", "audit.export"],
            lines.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonElement.Parse(line).GetProperty("action").GetString()));
        Assert.Equal(
            (HttpStatusCode.BadRequest, "audit.time_invalid"),
            (wrong.StatusCode, (await wrong.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("code").GetString()));
    }

    private async Task PeopleAsync(string inviteCode)
    {
        await DoAsync("PATCH", Root, new { description = "Here we work" }, "workspace.edit");
        using var second = await _server.RegisterAsync();
        _asked.Add("POST /api/v1/workspaces/join");
        await AskAsync(second, "POST", "/api/v1/workspaces/join", new { inviteCode });
        _expected.Add("invite.redeem");
        var person = await IdOfAsync(second);
        await DoAsync("PATCH", $"{Root}/members/{person}", new { role = "admin" }, "member.set_admin");
        await DoAsync("POST", $"{Root}/transfer", new { userId = person }, "workspace.transfer");
        await AskAsync(second, "POST", $"{Root}/transfer/accept", null);
        _expected.Add("workspace.transfer");
        await AskAsync(second, "POST", $"{Root}/transfer", new { userId = await IdOfAsync(_client) });
        _expected.Add("workspace.transfer");
        await DoAsync("POST", $"{Root}/transfer/accept", null, "workspace.transfer");
        await DoAsync("DELETE", $"{Root}/members/{person}", null, "member.remove_admin");
        using var third = await _server.RegisterAsync();
        await AskAsync(third, "POST", $"{Root}/join", null);
        _expected.Add("invite.redeem");
        var invite = await DoAsync("POST", $"{Root}/invites", new { role = "viewer" }, "invite.create");
        await DoAsync("DELETE", $"{Root}/invites/{invite.GetProperty("id").GetString()}", null, "invite.revoke");
        await DoAsync("POST", $"{Root}/invite-code", null, "invite.create");
    }

    private async Task TasksAsync()
    {
        var task = (await DoAsync("POST", $"{Root}/tasks", new { title = "Paint" }, "task.create")).GetProperty("id").GetString();
        await DoAsync("PATCH", $"{Root}/tasks/{task}", new { title = "Paint it" }, "task.edit");
        await DoAsync("DELETE", $"{Root}/tasks/{task}", null, "task.delete");
        await DoAsync("POST", $"{Root}/tasks/{task}/restore", null, "task.delete");
    }

    private async Task FlowsAsync()
    {
        var flow =
            await CreateFlowAsync(
                """{"steps":[{"id":"hook","type":"trigger.webhook","config":{"secret":"a-secret-of-many-letters"}},{"id":"set","type":"data.set","config":{"value":1}}],"connections":[{"from":"hook","to":"set"}]}""");
        await DoAsync("PATCH", $"{Root}/flows/{flow}", new { name = "Renamed" }, "flow.edit");
        var copy = (await DoAsync("POST", $"{Root}/flows/{flow}/duplicate", null, "flow.duplicate")).GetProperty("id").GetString();
        await DoAsync("POST", $"{Root}/flows/{flow}/publish", null, "flow.publish");
        var version = (await _client.GetFromJsonAsync<JsonElement>($"{Root}/flows/{flow}", Cancellation)).GetProperty("publishedVersion").GetInt32();
        await DoAsync("POST", $"{Root}/flows/{flow}/triggers/hook/rotate", null, "webhook.secret");
        await DoAsync("POST", $"{Root}/flows/{flow}/versions/{version}/restore", null, "flow.restore");
        await DoAsync("PUT", $"{Root}/flows/{flow}/steps/set/pin", new { output = 2 }, "flow.edit");
        await DoAsync("DELETE", $"{Root}/flows/{flow}/steps/set/pin", null, "flow.edit");
        var file = await _client.GetFromJsonAsync<JsonElement>($"{Root}/flows/{flow}/export", Cancellation);
        _expected.Add("flow.export");
        await DoAsync("POST", $"{Root}/flows/import", file, "flow.import");
        var templates = await _client.GetFromJsonAsync<JsonElement>($"{Root}/flow-templates", Cancellation);
        var template = (templates.ValueKind == JsonValueKind.Array ? templates : templates.GetProperty("items"))[0].GetProperty("id").GetString();
        await DoAsync("POST", $"{Root}/flow-templates/{template}/flows", new { name = "From a template" }, "flow.create");
        await DoAsync("DELETE", $"{Root}/flows/{copy}", null, "flow.delete");
    }

    private async Task RunsAsync()
    {
        var flow =
            await CreateFlowAsync(
                $$$"""{"steps":[{"id":"start","type":"trigger.manual"},{"id":"pay","type":"http.request","config":{"method":"POST","url":"{{{Sink}}}/cut/pay"}}],"connections":[{"from":"start","to":"pay"}]}""");
        var cut = await DoAsync("POST", $"{Root}/flows/{flow}/runs?wait=300", new { }, "run.start");
        fixture.Sink.Cuts = false;
        await DoAsync("POST", $"{Root}/runs/{IdOf(cut)}/settle?wait=300", new { path = "pay", happened = true, output = 1 }, "run.settle");
        var again = await DoAsync("POST", $"{Root}/runs/{IdOf(cut)}/rerun?wait=300", new { }, "run.retry");
        await DoAsync("POST", $"{Root}/flows/{flow}/steps/pay/run?wait=300", new { }, "run.start");
        var test = (await DoAsync("POST", $"{Root}/flows/{flow}/tests", new { runId = IdOf(again) }, "test.create")).GetProperty("id").GetString();
        await DoAsync("POST", $"{Root}/flows/{flow}/tests/run", new { }, "test.run");
        await DoAsync("PATCH", $"{Root}/flows/{flow}/tests/{test}", new { name = "Pays" }, "test.edit");
        await DoAsync("DELETE", $"{Root}/flows/{flow}/tests/{test}", null, "test.delete");

        var asks =
            await CreateFlowAsync(
                """{"steps":[{"id":"start","type":"trigger.manual"},{"id":"ask","type":"human.approval","config":{"title":"Go on?"}}],"connections":[{"from":"start","to":"ask"}]}""");
        var run = IdOf(await DoAsync("POST", $"{Root}/flows/{asks}/runs", new { }, "run.start"));
        string? approval = null;
        await Lab.Processes.Until.HoldsAsync(async () => (approval = await FirstApprovalAsync()) is not null, "the run asks", Cancellation);
        await DoAsync("POST", $"{Root}/runs/{run}/pause", null, "run.pause");
        await DoAsync("POST", $"{Root}/runs/{run}/resume", null, "run.resume");
        await DoAsync("POST", $"{Root}/approvals/{approval}", new { decision = "approve" }, "run.approve");
        var other = IdOf(await DoAsync("POST", $"{Root}/flows/{asks}/runs", new { }, "run.start"));
        await DoAsync("POST", $"{Root}/runs/{other}/cancel", null, "run.cancel");
    }

    private async Task MachinesAsync()
    {
        var token = await DoAsync("POST", "/api/v1/nodes/join-tokens", new { name = "Bench", workspaceIds = new[] { _workspace } }, null);
        await using var node = new WireNode(_server.GrpcAddress);
        await node.RedeemAsync(token.GetProperty("token").GetString()!);
        var joined = (await ReadAsync(_client, _workspace))[^1];
        Assert.Equal(("node.attach", JsonValueKind.Null), (joined.GetProperty("action").GetString(), joined.GetProperty("tokenId").ValueKind));
        _expected.Add("node.attach");
        var job = IdOf(await DoAsync("POST", $"{Root}/jobs", new { kind = "command", command = new[] { "/bin/true" } }, "job.submit"));
        await DoAsync("POST", $"{Root}/jobs/{job}/cancel", null, "job.cancel");
        await DoAsync("POST", $"{Root}/jobs/batches", new { jobs = new[] { new { kind = "noop" } } }, "job.submit");
        await DoAsync("POST", $"/api/v1/nodes/{node.Id}/limits", new { cpuCores = 2 }, "node.limits");
        await DoAsync("POST", $"/api/v1/nodes/{node.Id}/drain", null, "node.pause");
        await DoAsync("POST", $"/api/v1/nodes/{node.Id}/resume", null, "node.pause");
        await DoAsync("PATCH", $"/api/v1/nodes/{node.Id}", new { name = "Attic" }, "node.policy");
        await DoAsync("DELETE", $"{Root}/nodes/{node.Id}", null, "node.detach");
        await DoAsync("POST", $"/api/v1/nodes/{node.Id}/workspaces", new { workspaceIds = new[] { _workspace } }, "node.attach");
        await DoAsync("DELETE", $"/api/v1/nodes/{node.Id}", null, "node.revoke");
        foreach (var byId in new[] { false, true })
        {
            await using var claimed = new WireNode(_server.GrpcAddress);
            var begun = await claimed.Enrollment.BeginAsync(
                new BeginRequest { PublicKey = ByteString.CopyFrom(claimed.PublicKey), Facts = claimed.Facts, Name = "Claimed" },
                cancellationToken: Cancellation);
            await DoAsync("POST", byId ? $"/api/v1/nodes/{begun.EnrollId}/claim" : "/api/v1/nodes/claim", new { claimCode = begun.UserCode }, null);
        }
    }

    private async Task KeysAndUsageAsync()
    {
        var key =
            IdOf(await DoAsync("POST", $"{Root}/api-keys", new { provider = "openai", name = "Ours", key = "sk-canary-0123456789abcdef9f3A" }, "key.add"));
        await DoAsync("POST", $"{Root}/api-keys/{key}/test", null, "key.use");
        await DoAsync("DELETE", $"{Root}/api-keys/{key}", null, "key.remove");
        await DoAsync("POST", $"{Root}/usage", new { type = "api_call", provider = "openai", model = "gpt-4o", costCents = 12 }, "usage.record");
    }

    private async Task AccountAsync()
    {
        await DoAsync("PATCH", "/api/v1/me", new { displayName = "Ana" }, "account.rename");
        var token = await DoAsync("POST", "/api/v1/tokens", new { name = "CI", scopes = new[] { "read" } }, "token.create");
        await DoAsync("DELETE", $"/api/v1/tokens/{IdOf(token)}", null, "token.revoke");
        var email = (await _client.GetFromJsonAsync<JsonElement>("/api/v1/auth/manage/info", Cancellation)).GetProperty("email").GetString()!;
        var state = await DoAsync("POST", "/api/v1/auth/manage/2fa", new { }, "account.second_factor");
        var clock = _server.Services.GetRequiredService<TimeProvider>();
        await DoAsync(
            "POST", "/api/v1/auth/manage/2fa",
            new { enable = true, twoFactorCode = Totp.Code(state.GetProperty("sharedKey").GetString()!, clock.GetUtcNow().UtcDateTime) },
            "account.second_factor", "account.recovery_codes");
        await DoAsync("POST", "/api/v1/auth/manage/2fa", new { enable = false }, "account.second_factor");
        await DoAsync("POST", "/api/v1/auth/manage/info", new { oldPassword = TestServer.Password, newPassword = "Another-Passw0rd" }, "account.password");
        await DoAsync("POST", "/api/v1/auth/logout", null, "account.sign_out");
        _client.DefaultRequestHeaders.Authorization = null;
        var signedIn = await DoAsync("POST", "/api/v1/auth/login", new { email, password = "Another-Passw0rd" }, "account.sign_in");
        _client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", signedIn.GetProperty("accessToken").GetString());
        _asked.Add("POST /api/v1/auth/register"); // of an account, before it is in any workspace
    }

    private async Task EndingsAsync()
    {
        await DoAsync("DELETE", Root, null, "workspace.delete");
        await DoAsync("POST", $"{Root}/restore", null, "workspace.restore");
    }

    private async Task<string> CreateFlowAsync(string flow) =>
        IdOf(await DoAsync("POST", $"{Root}/flows", new { name = "Flow", description = "", flow = JsonElement.Parse(flow) }, "flow.create"));

    private async Task<string?> FirstApprovalAsync()
    {
        var open = await _client.GetFromJsonAsync<JsonElement>($"{Root}/approvals?state=open", Cancellation);
        var items = open.ValueKind == JsonValueKind.Array ? open : open.GetProperty("items");
        return items.GetArrayLength() > 0 ? IdOf(items[0]) : null;
    }

    private static string IdOf(JsonElement thing) => thing.GetProperty("id").GetString()!;

    private static async Task<string> IdOfAsync(HttpClient person) =>
        (await person.GetFromJsonAsync<JsonElement>("/api/v1/me", Cancellation)).GetProperty("id").GetString()!;

    private async Task<JsonElement> DoAsync(string method, string address, object? body, string? act, string? alsoAct = null)
    {
        var answer = await AskAsync(_client, method, address, body);
        _expected.AddRange(new[] { act, alsoAct }.OfType<string>());
        return answer;
    }

    private async Task<JsonElement> AskAsync(HttpClient client, string method, string address, object? body)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), address) { Content = body is null ? null : JsonContent.Create(body) };
        using var answer = await client.SendAsync(request, Cancellation);
        var text = await answer.Content.ReadAsStringAsync(Cancellation);
        Assert.True(answer.IsSuccessStatusCode, $"{method} {address}: {(int)answer.StatusCode} {text}");
        _asked.Add($"{method} {Matching(method, new Uri(client.BaseAddress!, address).AbsolutePath)}");
        return text.Length == 0 ? default : JsonElement.Parse(text);
    }

    /// <summary>The endpoint an address leads to, its parameters as <c>{}</c>.</summary>
    private string Matching(string method, string path) => ApiEndpoint.AllOf(_server)
        .Where(endpoint => endpoint.Method == method)
        .Select(endpoint => Parameter().Replace(endpoint.Pattern.TrimEnd('/'), "{}"))
        .Where(pattern => Regex.IsMatch(path, $"^{Regex.Escape(pattern).Replace(@"\{}", "[^/]+", StringComparison.Ordinal)}$"))
        .OrderBy(pattern => pattern.Count(letter => letter == '{')).First();

    private static async Task<List<JsonElement>> ReadAsync(HttpClient client, string workspace)
    {
        List<JsonElement> rows = [];
        for (string? cursor = ""; cursor is not null;)
        {
            var page = await client.GetFromJsonAsync<JsonElement>($"/api/v1/workspaces/{workspace}/audit?limit=50&cursor={cursor}", Cancellation);
            rows.AddRange(page.GetProperty("items").EnumerateArray());
            cursor = page.GetProperty("next").GetString();
        }

        rows.Reverse();
        return rows;
    }

    [GeneratedRegex(@"\{[^}]*\}")]
    private static partial Regex Parameter();
}
