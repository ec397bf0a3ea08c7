using System.Net;
using Grpc.Core;
using Grpc.Net.Client;
using OtherThing.Lab.Faults;
using OtherThing.Lab.Processes;
using OtherThing.Protocol.V1;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Processes;

/// <summary>Two servers on one database: one serves, the other waits and takes over.</summary>
[Collection(Lanes.Installations)]
public class StandbyTests
{
    /// <summary>The Lab verb <c>standby</c> does the same twenty times.</summary>
    [Fact]
    public async Task F01_ServingOneKilledPausedAndStoppedUnderLoad_StandbyTakesOverAndNothingIsLost()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Needs several loopback addresses and signals.");
        var seed = Environment.TickCount;
        TestContext.Current.SendDiagnosticMessage("seed {0}", seed);

        var verdict = await new StandbyDrill(BuildOutput.Server, BuildOutput.Agent).RunAsync(
            [Ending.Killed, Ending.Paused, Ending.Stopped, Ending.Killed], runsBetween: 10, new Random(seed), TestContext.Current.CancellationToken);

        Assert.Equal(
            verdict with { RunsLost = 0, RunsStuck = 0, RunsChanged = 0, RunsWrong = 0, EffectsDoubled = 0, JobsLost = 0, JobsUnfinished = 0, Misnamed = 0, Misanswered = 0, EndedWrongly = 0 },
            verdict);
        Assert.True(verdict is { Runs: >= 40, Jobs: > 0 }, verdict.ToString());
    }

    [Fact]
    public async Task Waiting_Asked_SaysForWhomToProgramsPeopleAndNodes()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Needs several loopback addresses.");
        var cancellation = TestContext.Current.CancellationToken;
        await using var pair = new ServerPair(BuildOutput.Server);
        var holder = await pair.StartAsync(cancellation);
        using var page = new HttpRequestMessage(HttpMethod.Get, "/") { Headers = { { "Accept", "text/html" } } };
        using var call = new HttpRequestMessage(HttpMethod.Get, "/api/v1/me");
        using var channel = GrpcChannel.ForAddress($"http://127.0.0.3:{pair.Waiting.Ports[1]}");

        using var shown = await pair.Waiting.AskAsync(page, cancellation);
        using var refused = await pair.Waiting.AskAsync(call, cancellation);
        var turnedAway = await Assert.ThrowsAsync<RpcException>(
            async () => await new Enrollment.EnrollmentClient(channel).BeginAsync(new BeginRequest(), cancellationToken: cancellation));

        Assert.Equal($"{Environment.MachineName}, process {pair.Serving.ProcessId}", holder);
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "text/html"), (shown.StatusCode, shown.Content.Headers.ContentType!.MediaType));
        Assert.Contains(holder, await shown.Content.ReadAsStringAsync(cancellation), StringComparison.Ordinal);
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "application/problem+json"), (refused.StatusCode, refused.Content.Headers.ContentType!.MediaType));
        var problem = await refused.Content.ReadAsStringAsync(cancellation);
        Assert.Contains("\"server.standby\"", problem, StringComparison.Ordinal);
        Assert.Contains(holder, problem, StringComparison.Ordinal);
        Assert.Equal(StatusCode.Unavailable, turnedAway.StatusCode);
        Assert.Contains(holder, turnedAway.Status.Detail, StringComparison.Ordinal);
        Assert.Equal(pair.Waiting.Ports.Order(), ListeningSockets.PortsOf(pair.Waiting.ProcessId));
    }

    [Fact]
    public async Task TwoServers_WithDataOfTheirOwn_BothServe()
    {
        var cancellation = TestContext.Current.CancellationToken;
        await using var one = new ServerProcess(BuildOutput.Server);
        await using var other = new ServerProcess(BuildOutput.Server);

        await one.StartAsync(cancellation);
        await other.StartAsync(cancellation);

        Assert.True(await one.IsReadyAsync(cancellation));
    }
}
