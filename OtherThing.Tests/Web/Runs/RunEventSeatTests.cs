using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using OtherThing.Core.Access;
using OtherThing.Core.Runs;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Web.Runs;

/// <summary>A server whose journal of runs does not answer while a test says so.</summary>
public sealed class SilentJournalServer() : TestServer(("PerPerson:Streams", "1"))
{
    private volatile bool _isSilent;

    public bool IsSilent
    {
        get => _isSilent;
        set => _isSilent = value;
    }

    protected override void MakeLight(IServiceCollection services)
    {
        base.MakeLight(services);
        var real = services.Last(service => service.ServiceType == typeof(IRunStore));
        services.AddSingleton(provider => Faulty.Over(
            (IRunStore)ActivatorUtilities.CreateInstance(provider, real.ImplementationType!),
            method => IsSilent && method == nameof(IRunStore.ReadJournalAsync)));
    }
}

public sealed class RunEventSeatTests(SilentJournalServer server) : IClassFixture<SilentJournalServer>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task C12_FirstReadFails_GivesTheSeatBack()
    {
        var client = await RunClient.NewAsync(server);
        var me = (await client.Http.GetFromJsonAsync<JsonElement>("/api/v1/me", Cancel)).GetProperty("id").GetGuid();
        var run = await client.StartAsync(await client.CreateFlowAsync("""{"id":"pause","type":"logic.wait","config":{"seconds":600}}""", "start->pause"));
        var (caps, watch) = (server.Services.GetRequiredService<PersonCaps>(), server.Services.GetRequiredService<AccessWatch>());

        server.IsSilent = true;
        using var failed = await client.Http.GetAsync($"{client.Root}/runs/{run}/events", HttpCompletionOption.ResponseHeadersRead, Cancel);
        server.IsSilent = false;
        Assert.Equal(HttpStatusCode.InternalServerError, failed.StatusCode);
        await Patience.UntilAsync(() => caps.Count(OpenThing.Stream, me) == 0 && watch.HoldCount == 0, "the stream that did not begin holds nothing");
        using var next = await client.Http.GetAsync($"{client.Root}/runs/{run}/events", HttpCompletionOption.ResponseHeadersRead, Cancel);

        Assert.Equal(HttpStatusCode.OK, next.StatusCode);
    }
}
