using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using OtherThing.Core.Access;
using OtherThing.Core.Results;
using OtherThing.Core.Runs;
using OtherThing.Core.Triggers;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Web.Triggers;

/// <summary>Published triggers turned off and on again, one at a time.</summary>
public sealed class TriggerSwitchTests(SharedServer server) : IAsyncLifetime
{
    private readonly HttpClient _sender = server.NewClient();
    private HttpClient _owner = null!;
    private Actor _actor = null!;
    private Guid _workspace;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private TriggerService Triggers => server.Services.GetRequiredService<TriggerService>();

    private string Root => $"/api/v1/workspaces/{_workspace}";

    public async ValueTask InitializeAsync()
    {
        _owner = await server.RegisterAsync();
        _workspace = (await TestServer.CreateWorkspaceAsync(_owner)).GetProperty("id").GetGuid();
        _actor = Actor.User((await _owner.GetFromJsonAsync<JsonElement>("/api/v1/me", Cancel)).GetProperty("id").GetGuid(), DateTime.UtcNow);
    }

    public ValueTask DisposeAsync()
    {
        _owner.Dispose();
        _sender.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Webhook_TurnedOff_IsNotFoundUntilItIsOnAgain_AtTheSameAddress()
    {
        var flow = await PublishAsync();
        var url = (await TriggerAsync(flow, "hook")).GetProperty("url").GetString()!;
        Assert.Equal(HttpStatusCode.Accepted, await DeliverAsync(url));

        Assert.Null(await Triggers.SwitchAsync(_actor, _workspace, flow, "hook", on: false, Cancel));

        Assert.Equal(HttpStatusCode.NotFound, await DeliverAsync(url));
        var off = await TriggerAsync(flow, "hook");
        Assert.True(off.GetProperty("isOff").GetBoolean());
        Assert.Equal(url, off.GetProperty("url").GetString());

        Assert.Null(await Triggers.SwitchAsync(_actor, _workspace, flow, "hook", on: true, Cancel));

        Assert.Equal(HttpStatusCode.Accepted, await DeliverAsync(url));
        Assert.False((await TriggerAsync(flow, "hook")).TryGetProperty("isOff", out _));
    }

    [Fact]
    public async Task Schedule_TurnedOff_IsDueAtNoTime_AndGoesOnWithItsNextOne()
    {
        var flow = await PublishAsync();
        var next = (await TriggerAsync(flow, "nightly")).GetProperty("nextAt").GetDateTime();

        Assert.Null(await Triggers.SwitchAsync(_actor, _workspace, flow, "nightly", on: false, Cancel));

        Assert.False((await TriggerAsync(flow, "nightly")).TryGetProperty("nextAt", out _));
        var due = await server.Services.GetRequiredService<ITriggerStore>().FindDueAsync(next.AddYears(1), 10_000, Cancel);
        Assert.DoesNotContain(due, each => each.Trigger.FlowId == flow);

        Assert.Null(await Triggers.SwitchAsync(_actor, _workspace, flow, "nightly", on: true, Cancel));

        Assert.Equal(next, (await TriggerAsync(flow, "nightly")).GetProperty("nextAt").GetDateTime());
    }

    [Fact]
    public async Task TurnedOff_StaysSoWhenTheFlowIsPublishedAgainOrItsAddressIsNew()
    {
        var flow = await PublishAsync();
        Assert.Null(await Triggers.SwitchAsync(_actor, _workspace, flow, "hook", on: false, Cancel));
        Assert.Null(await Triggers.SwitchAsync(_actor, _workspace, flow, "nightly", on: false, Cancel));

        await SendAsync(HttpMethod.Post, $"/flows/{flow}/publish", "{}");
        var rotated = (await Triggers.RotateAsync(_actor, _workspace, flow, "hook", Cancel)).Value;

        Assert.True(rotated.IsOff);
        Assert.Equal(HttpStatusCode.NotFound, await DeliverAsync(rotated.Url!));
        Assert.False((await TriggerAsync(flow, "nightly")).TryGetProperty("nextAt", out _));
        Assert.Null(await Triggers.SwitchAsync(_actor, _workspace, flow, "hook", on: true, Cancel));
        Assert.Equal(HttpStatusCode.Accepted, await DeliverAsync(rotated.Url!));
    }

    [Theory]
    [InlineData("start")]
    [InlineData("nobody")]
    public async Task WhatIsNoPublishedTrigger_IsNotFound(string step)
    {
        var flow = await PublishAsync();

        var refusal = await Triggers.SwitchAsync(_actor, _workspace, flow, step, on: false, Cancel);

        Assert.Equal("trigger.not_found", refusal?.Code);
    }

    [Fact]
    public async Task Draft_TriedFromAWebhook_StartsThereWithTheDelivery()
    {
        var flow = await PublishAsync();
        var (starts, runs) = (server.Services.GetRequiredService<RunStartService>(), server.Services.GetRequiredService<RunService>());

        var id = (await starts.StartAsync(_actor, _workspace, flow, Json.Parse("""{"body":{"n":7},"headers":{},"query":{}}"""), null, Cancel, "hook")).Value;
        await runs.WaitAsync(_actor, _workspace, id, Patience.Limit, Cancel);
        var run = (await runs.GetAsync(_actor, _workspace, id, Cancel)).Value;
        var refused = await starts.StartAsync(_actor, _workspace, flow, null, null, Cancel, "sum");

        Assert.Equal("7", run.Run.Output?.Text);
        Assert.Equal("hook", run.Run.TriggerStepId);
        Assert.Equal("flow.step_not_found", refused.Error?.Code);
    }

    private async Task<Guid> PublishAsync()
    {
        var made = await SendAsync(HttpMethod.Post, "/flows", """
            {"name":"Both","flow":{"steps":[{"id":"start","type":"trigger.manual"},{"id":"hook","type":"trigger.webhook","config":{"respond":"accepted"}},
              {"id":"nightly","type":"trigger.schedule","config":{"cron":"0 3 * * *","timezone":"UTC"}},
              {"id":"sum","type":"output","config":{"value":"{{ input.body.n | default: 0 }}"}}],
              "connections":[{"from":"start","to":"sum"},{"from":"hook","to":"sum"},{"from":"nightly","to":"sum"}]}}
            """);
        var flow = made.GetProperty("id").GetGuid();
        await SendAsync(HttpMethod.Post, $"/flows/{flow}/publish", "{}");
        return flow;
    }

    private async Task<JsonElement> TriggerAsync(Guid flow, string step) =>
        (await _owner.GetFromJsonAsync<JsonElement>($"{Root}/flows/{flow}", Cancel)).GetProperty("triggers").EnumerateArray()
            .Single(trigger => trigger.GetProperty("stepId").GetString() == step);

    private async Task<HttpStatusCode> DeliverAsync(string url)
    {
        using var answer = await _sender.PostAsync(url, new StringContent("""{"n":1}""", Encoding.UTF8, "application/json"), Cancel);
        return answer.StatusCode;
    }

    private async Task<JsonElement> SendAsync(HttpMethod method, string path, string body)
    {
        using var request = new HttpRequestMessage(method, Root + path) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        using var answer = await _owner.SendAsync(request, Cancel);
        var text = await answer.Content.ReadAsStringAsync(Cancel);
        Assert.True(answer.IsSuccessStatusCode, text);
        return Json.Parse(text);
    }
}
