using System.Text;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using OtherThing.Data;
using OtherThing.Tests.Support;
using OtherThing.Tests.Web.Runs;

namespace OtherThing.Tests.Web.Access;

/// <summary>Every text column with a limit, and how a value from outside that is one character longer comes to it.</summary>
public sealed class BoundedTextTests(SharedServer server)
{
    /// <summary>Columns that hold only what the server makes or measures itself, cuts, or takes from a machine by rules of its own.</summary>
    private static readonly string[] s_made =
    [
        "ApiKeys.Host", "ApiKeys.Mask", "Approvals.Text", "Approvals.Title", "AspNetRoles.Name", "AspNetRoles.NormalizedName",
        "AspNetUsers.NormalizedEmail", "AspNetUsers.NormalizedUserName", "AspNetUsers.UserName",
        "AuditLog.Action", "AuditLog.Actor", "AuditLog.Address", "AuditLog.Detail", "AuditLog.Target",
        "IdempotencyKeys.BodyHash", "IdempotencyKeys.ContentType", "IdempotencyKeys.Id", "IdempotencyKeys.Location", "Installation.Name", "Invites.CodeHash",
        "Jobs.Error", "Jobs.ErrorCode", "Jobs.LeastSandbox", "Jobs.Network", "Jobs.Sandbox", "Jobs.StepPath",
        "Nodes.Address", "Nodes.InstanceId", "Nodes.Name", "Nodes.PreviousNonce", "Nodes.QuarantineReason", "Nodes.SessionNonce", "PersonalTokens.Hash",
        "RefusedRows.Column", "RefusedRows.Reason", "RefusedRows.Table", "RunBlobs.Hash", "Runs.FlowName", "Runs.ParentPath", "Runs.TriggerStepId",
        "SignInTries.Id", "Tasks.Rank", "Triggers.LastNote", "Triggers.TokenHash", "Triggers.Type",
        "UsageEntries.CallId", "UsageEntries.FlowName", "UsageEntries.Model", "UsageEntries.PriceRow", "UsageEntries.Provider", "UsageEntries.StepPath",
        "Workspaces.InviteCode", "Workspaces.Slug",
    ];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task F17_EveryBoundedText_OneCharacterTooLong_IsANamedRefusal()
    {
        var client = await RunClient.NewAsync(server);
        var acts = await ActsAsync(client);
        await using var db = await server.Services.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContextAsync(Cancel);
        var bounded = db.Model.GetEntityTypes().SelectMany(entity => entity.GetProperties()
            .Where(column => column.ClrType == typeof(string) && column.GetMaxLength() is not null)
            .Select(column => (Name: $"{entity.GetTableName()}.{column.GetColumnName()}", Longest: column.GetMaxLength()!.Value)))
            .DistinctBy(column => column.Name)
            .ToArray();
        var wrong = new List<string>();

        foreach (var (name, longest) in bounded)
        {
            if (!acts.TryGetValue(name, out var act))
            {
                continue;
            }

            var (status, code) = await act(longest + 1);
            if (status is < 400 or >= 500 || code is "request.malformed" or "row.refused" or "request.failed" or "")
            {
                wrong.Add($"{name}: {status} {code}");
            }
        }

        Assert.Empty(wrong);
        // A new column with a limit says here how it is reached, or that it is not.
        Assert.Equal("", string.Join(' ', bounded.Select(column => column.Name).Except(s_made).Except(acts.Keys)));
        Assert.Equal("", string.Join(' ', acts.Keys.Concat(s_made).Except(bounded.Select(column => column.Name))));
    }

    [Fact]
    public async Task Publish_TimeZoneWithManySpacesAround_IsTheSameZone()
    {
        var client = await RunClient.NewAsync(server);
        var made = await client.PostAsync("/flows", JsonSerializer.Serialize(new
        {
            name = "S",
            flow = new { steps = new[] { new { id = "s", type = "trigger.schedule", config = new { cron = "0 9 * * *", timezone = "UTC".PadRight(400) } } } },
        }));

        var published = await client.PostAsync($"/flows/{made.GetProperty("id").GetString()}/publish");

        Assert.Equal(1, published.GetProperty("triggers").GetArrayLength());
    }

    private async Task<Dictionary<string, Func<int, Task<(int Status, string Code)>>>> ActsAsync(RunClient client)
    {
        var flow = await client.CreateFlowAsync("""{"id":"set","type":"data.set","config":{"value":1}}""", "start->set");
        var run = (await client.RunAsync(flow)).GetProperty("id").GetString();
        var asking = await client.CreateFlowAsync("""{"id":"ask","type":"human.approval","config":{"title":"{{ input.title }}"}}""", "start->ask");
        var approval = await AskAsync(client, asking, "Go on?");
        var root = client.Root;
        return new(StringComparer.Ordinal)
        {
            ["ApiKeys.BaseUrl"] = n =>
                PostAsync($"{root}/keys", new { provider = "custom", name = "K", key = "sk-0123456789", baseUrl = Long("https://api.good.example/", n) }),
            ["ApiKeys.Name"] = n => PostAsync($"{root}/keys", new { provider = "openai", name = Long("", n), key = "sk-0123456789" }),
            ["Approvals.Note"] = n => PostAsync($"{root}/approvals/{approval}", new { decision = "approve", note = Long("", n) }),
            ["AspNetUsers.DisplayName"] = n => SendAsync(HttpMethod.Patch, "/api/v1/me", new { displayName = Long("", n) }),
            ["AspNetUsers.Email"] = n =>
                PostAsync("/api/v1/auth/register", new { email = Long("", n - 12) + "@example.org", password = "A long enough passphrase 7!" }),
            ["Flows.Description"] = n =>
                PostAsync($"{root}/flows", new { name = "F", description = Long("", n), flow = new { steps = Array.Empty<object>() } }),
            ["Flows.Name"] = n => PostAsync($"{root}/flows", new { name = Long("", n), flow = new { steps = Array.Empty<object>() } }),
            ["FlowTests.Name"] = n => PostAsync($"{root}/flows/{flow}/tests", new { runId = run, name = Long("", n) }),
            ["Invites.Email"] = n => PostAsync($"{root}/invites", new { role = "member", email = Long("", n - 12) + "@example.org" }),
            ["JoinTokens.Name"] = n => PostAsync("/api/v1/nodes/join-tokens", new { name = Long("", n) }),
            ["PersonalTokens.Name"] = n => PostAsync("/api/v1/me/tokens", new { name = Long("", n), scopes = new[] { "read" } }),
            ["Runs.OnlyStep"] = n => PostAsync($"{root}/flows/{flow}/steps/{Long("", n)}/run", new { }),
            ["StepPins.Port"] = n => PinAsync(client, "s", Long("", n)),
            ["StepPins.StepId"] = n => PinAsync(client, Long("", n), "a"),
            ["Tasks.Description"] = n => PostAsync($"{root}/tasks", new { title = "T", description = Long("", n) }),
            ["Tasks.Title"] = n => PostAsync($"{root}/tasks", new { title = Long("", n) }),
            ["Triggers.Plan"] = n => PublishAsync(client, "s", Long("", n)),
            ["Triggers.StepId"] = n => PublishAsync(client, Long("", n), "UTC"),
            ["Workspaces.Description"] = n => PostAsync("/api/v1/workspaces", new { name = "W", description = Long("", n) }),
            ["Workspaces.LeastSandbox"] = n => SendAsync(HttpMethod.Patch, root, new { leastSandbox = Long("", n) }),
            ["Workspaces.Name"] = n => PostAsync("/api/v1/workspaces", new { name = Long("", n) }),
        };

        Task<(int, string)> PostAsync(string path, object body) => SendAsync(HttpMethod.Post, path, body);

        async Task<(int, string)> SendAsync(HttpMethod method, string path, object body)
        {
            using var request =
                new HttpRequestMessage(method, path) { Content = new StringContent(JsonSerializer.Serialize(body), Encoding.UTF8, "application/json") };
            using var answer = await client.Http.SendAsync(request, Cancel);
            var text = await answer.Content.ReadAsStringAsync(Cancel);
            return ((int)answer.StatusCode, text.StartsWith('{') && JsonElement.Parse(text).TryGetProperty("code", out var code) ? code.GetString()! : "");
        }

        async Task<(int, string)> PinAsync(RunClient client, string stepId, string port)
        {
            var made = await client.PostAsync("/flows", JsonSerializer.Serialize(new
            {
                name = "P",
                flow = new
                {
                    steps = new object[]
                    {
                        new { id = "start", type = "trigger.manual" },
                        new { id = "s", type = "logic.switch", config = new { value = "x", cases = new[] { port } } },
                    },
                    connections = new[] { new { from = "start", to = "s" } },
                },
            }));
            return await SendAsync(HttpMethod.Put, $"{root}/flows/{made.GetProperty("id").GetString()}/steps/{stepId}/pin", new { output = 1, port });
        }

        async Task<(int, string)> PublishAsync(RunClient client, string stepId, string zone)
        {
            var (status, code) = await PostAsync($"{root}/flows", new
            {
                name = "S",
                flow = new { steps = new[] { new { id = stepId, type = "trigger.schedule", config = new { cron = "0 9 * * *", timezone = zone } } } },
            });
            return (status, code);
        }
    }

    private static async Task<string> AskAsync(RunClient client, string flow, string title)
    {
        var run = await client.StartAsync(flow, JsonSerializer.Serialize(new { input = new { title } }));
        await client.UntilAsync(run, found => RunClient.StatusOf(found) == "waiting");
        JsonElement asked = default;
        await Lab.Processes.Until.HoldsAsync(
            async () => (asked = (await client.GetAsync($"/approvals?runId={run}")).GetProperty("items")).GetArrayLength() == 1, "the question is put", Cancel);
        return asked[0].GetProperty("id").GetString()!;
    }

    private static string Long(string begin, int length) => begin + new string('a', length - begin.Length);
}
