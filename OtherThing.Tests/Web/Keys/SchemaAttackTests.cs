using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;

namespace OtherThing.Tests.Web.Keys;

/// <summary>Schemas that users bring: none reaches an address, none hangs.</summary>
public sealed class SchemaAttackTests(ProviderServer providers) : IClassFixture<ProviderServer>
{
    private static readonly TimeSpan s_cancelled = Support.Patience.Limit;

    /// <summary>Twice as much work with each definition, and no pattern at all.</summary>
    private static readonly string s_endless = Doubling(40);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>HERE is an address that listens.</summary>
    public static TheoryData<string> References =>
    [
        """{"properties":{"a":{"$ref":"HERE/a.json"}}}""",
        """{"properties":{"a":{"$Ref":"HERE/b.json"}}}""",
        """{"properties":{"a":{"$REF":"HERE/c.json"}}}""",
        """{"$reF":"HERE/d.json"}""",
        """{"items":{"\u0024ref":"HERE/e.json#/x"}}""",
        """{"$dynamicRef":"HERE/f.json#x"}""",
        """{"$DynamicRef":"HERE/g.json#x"}""",
        """{"$recursiveRef":"HERE/h.json"}""",
        """{"$id":"HERE/i.json","properties":{"a":{"$ref":"other.json"}}}""",
        """{"$Id":"HERE/j.json","properties":{"a":{"$Ref":"other.json"}}}""",
        """{"$schema":"HERE/k.json"}""",
        """{"$SCHEMA":"HERE/l.json"}""",
        """{"$vocabulary":{"HERE/m.json":true}}""",
        """{"$defs":{"x":{"$Ref":"HERE/n.json"}},"$ref":"#/$defs/x"}""",
        """{"definitions":{"x":{"$ref":"HERE/o.json"}},"$ref":"#/definitions/x"}""",
        """{"default":{"$ref":"HERE/p.json"},"properties":{"a":{"$ref":"#/default"}}}""",
        """{"spare":{"$Ref":"HERE/q.json"},"properties":{"a":{"$ref":"#/spare"}}}""",
        """{"$ref":"#","$ref":"HERE/r.json"}""",
        """{"contentSchema":{"$REF":"HERE/s.json"}}""",
        """{"allOf":[{"if":{"propertyNames":{"$ref":"HERE/t.json"}}}]}""",
        """{"$ref":"//AUTHORITY/u.json"}""",
        """{"$ref":"file:///etc/hostname"}""",
    ];

    /// <summary>A pattern and a text on which going back takes for ever.</summary>
    public static TheoryData<string, string> Costly => new()
    {
        { "^(a+)+$", new string('a', 60) + "!" },
        { "^([a-zA-Z]+)*$", new string('a', 60) + "!" },
        { "^(a|aa)+$", new string('a', 90) + "!" },
        { "^(a|a?)+$", new string('a', 60) + "!" },
        { "^(.*?,){25}P", string.Concat(Enumerable.Repeat("1,", 60)) },
        { "(x+x+)+y", new string('x', 90) },
        { "^(\\w+\\s?)*$", new string('a', 60) + "!" },
        { "^((a*)*)*b$", new string('a', 60) },
        { "^(a+)+\\1$", new string('a', 60) + "!" },
        { "^(?=(a+)+$)a", new string('a', 60) + "!" },
    };

    [Theory]
    [MemberData(nameof(References))]
    public async Task C10_Schema_LeadsOutside_IsRefusedOnSaveAndReachesNobody(string schema)
    {
        await using var trap = new CountingListener();
        var written = schema.Replace("HERE", trap.Address, StringComparison.Ordinal).Replace("AUTHORITY", trap.Authority, StringComparison.Ordinal);
        var place = await providers.ShareAsync();

        var (status, problem) = await SaveAsync(place, written);
        var outcome = await place.AskAsync(Config(written, "1"));

        Assert.Equal(0, trap.Connections);
        Assert.Equal(400, status);
        var field = Assert.Single(problem.GetProperty("errors").EnumerateArray().Select(error => error.GetProperty("path").GetString()).Distinct());
        Assert.Contains(field, new[] { "flow.steps.ask.config.responseSchema", "flow" }); // a name that stands twice is none of any step
        Assert.Equal("ai.config_invalid", outcome.ErrorCode);
    }

    [Theory]
    [MemberData(nameof(Costly))]
    public async Task C10_Schema_CostlyPattern_EndsWithTheCancel(string pattern, string text)
    {
        var place = await providers.ShareAsync();
        foreach (var schema in new[]
        { JsonSerializer.Serialize(new { pattern }), JsonSerializer.Serialize(new { patternProperties = new Dictionary<string, bool> { [pattern] = true } }) })
        {
            var answer = schema.StartsWith("{\"pattern\"", StringComparison.Ordinal) ? JsonSerializer.Serialize(text) : $$"""{"{{text}}":1}""";

            await EndsWithTheCancelAsync(place, schema, answer);
        }
    }

    [Fact]
    public async Task C10_Schema_ReferencesThatDouble_AreRefusedOnSaveAndEndWithTheCancel()
    {
        var place = await providers.ShareAsync();

        var (status, _) = await SaveAsync(place, s_endless);

        Assert.Equal(400, status);
        Assert.Equal(400, (await SaveAsync(place, Doubling(15))).Status);
        await EndsWithTheCancelAsync(place, s_endless, "\"a\"");
    }

    [Fact]
    public async Task C10_Schema_CheckAtWork_ServerEndsWithoutIt()
    {
        await using var own = new ProviderServer();
        await own.InitializeAsync();
        using var place = await own.OpenAsync();
        // Doubled as often as a check may be: a level more is refused.
        var (status, made) = await SaveAsync(place, Doubling(14), "say: \"a\"");
        Assert.True(status == 201, made.ToString());
        using var started =
            await place.Client.PostAsJsonAsync($"/api/v1/workspaces/{place.WorkspaceId}/flows/{made.GetProperty("id").GetString()}/runs", new { }, Cancel);
        started.EnsureSuccessStatusCode();
        await Lab.Processes.Until.HoldsAsync(() => Task.FromResult(own.Fake.Calls == 1), "the model was asked", Cancel);
        var watch = Stopwatch.StartNew();

        await own.Server.DisposeAsync().AsTask().WaitAsync(Support.Patience.Limit, Cancel);

        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(10), $"The server took {watch.Elapsed.TotalSeconds:0.0} s to end.");
    }

    [Fact]
    public void Process_AnyPattern_HasATimeLimit()
    {
        Assert.NotNull(providers.Server.Services);
        Assert.Equal(TimeSpan.FromSeconds(2), AppContext.GetData("REGEX_DEFAULT_MATCH_TIMEOUT"));
    }

    private static async Task EndsWithTheCancelAsync(Workplace place, string schema, string answer)
    {
        using var cancelled = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var answered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var asking = Task.Run(() => place.AskAsync(Config(schema, answer), (_, _) => answered.TrySetResult(), cancellationToken: cancelled.Token), Cancel);
        await Task.WhenAny(answered.Task, asking); // refused before the call, or at work on the answer
        await cancelled.CancelAsync();

        await asking.WaitAsync(s_cancelled, Cancel); // however it ended: most patterns are through long before
    }

    private static Dictionary<string, object> Config(string schema, string answer) => new()
    {
        ["provider"] = "openai",
        ["model"] = "fake-answer",
        ["prompt"] = "say: " + answer,
        ["responseSchema"] = JsonElement.Parse(schema),
    };

    /// <summary>Two to the power of so many checks of one value.</summary>
    private static string Doubling(int levels) => $$"""
        {"$defs":{"d{{levels}}":{"type":"string"},{{string.Join(',', Enumerable.Range(0, levels).Select(i => $$"""
        "d{{i}}":{"allOf":[{"$ref":"#/$defs/d{{i + 1}}"},{"$ref":"#/$defs/d{{i + 1}}"}]}
        """))}} },"$ref":"#/$defs/d0"}
        """;

    private static async Task<(int Status, JsonElement Answer)> SaveAsync(Workplace place, string schema, string prompt = "Hi")
    {
        var document = $$"""
            {"name":"Asks","flow":{"steps":[{"id":"start","type":"trigger.manual"},
              {"id":"ask","type":"ai.chat","config":{"provider":"openai","model":"fake-answer","prompt":{{JsonSerializer.Serialize(prompt)}},"responseSchema":{{schema}} } }],
             "connections":[{"from":"start","to":"ask"}]} }
            """;
        using var content = new StringContent(document, System.Text.Encoding.UTF8, "application/json");
        using var answer = await place.Client.PostAsync($"/api/v1/workspaces/{place.WorkspaceId}/flows", content, Cancel);
        return ((int)answer.StatusCode, await answer.Content.ReadFromJsonAsync<JsonElement>(Cancel));
    }
}

/// <summary>Listens on loopback and counts who comes.</summary>
internal sealed class CountingListener : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Task _accepting;
    private int _connections;

    public CountingListener()
    {
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public string Authority => _listener.LocalEndpoint.ToString()!;

    public string Address => "http://" + Authority;

    public int Connections => Volatile.Read(ref _connections);

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await _accepting;
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                using var client = await _listener.AcceptTcpClientAsync();
                Interlocked.Increment(ref _connections);
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // Stopped.
        }
    }
}
