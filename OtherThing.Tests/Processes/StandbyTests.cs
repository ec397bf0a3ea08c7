using System.Net;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.Data.Sqlite;
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
            verdict with
            {
                RunsLost = 0,
                RunsStuck =
                0,
                RunsChanged = 0,
                RunsWrong = 0,
                EffectsDoubled = 0,
                JobsLost = 0,
                JobsUnfinished = 0,
                Misnamed = 0,
                Misanswered = 0,
                EndedWrongly = 0
            },
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
    public async Task B16_Waiting_LeavesTheServingOnesDataAloneUntilItServes()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Needs several loopback addresses and modes of Unix.");
        var cancellation = TestContext.Current.CancellationToken;
        using var data = new TestDirectory();
        await using var serving = new ServerProcess(BuildOutput.Server, PlaceOn("127.0.0.2", data.Path));
        await serving.StartAsync(cancellation);
        var note = Path.Combine(data.Path, "note");
        await File.WriteAllTextAsync(note, "Put here by whoever looks after the serving one.", cancellation);
        foreach (var path in new[] { note, data.Path, Path.Combine(data.Path, "otherthing.db") })
        {
            File.SetUnixFileMode(path, (UnixFileMode)0b111_101_101);
        }

        var before = Look();
        await using var waiting = new ServerProcess(
            BuildOutput.Server, PlaceOn("127.0.0.3", data.Path), ("KeyRing__Passphrase", "a passphrase of some length"));
        await waiting.StartWaitingAsync(cancellation);

        Assert.Equal(before, Look());
        await serving.DisposeAsync();
        await Until.HoldsAsync(() => waiting.IsReadyAsync(cancellation), "the standby serves", cancellation);
        Assert.DoesNotContain(Look(), seen => seen.Contains("GroupRead", StringComparison.Ordinal));
        Assert.All(Keys(), key => Assert.Contains("encryptedSecret", File.ReadAllText(key), StringComparison.Ordinal));

        string[] Keys() => Directory.GetFiles(Path.Combine(data.Path, "keys"), "key-*.xml", SearchOption.AllDirectories);

        // A key is there from the first start on, open, since nothing seals the ring.
        List<string> Look() =>
        [
            .. new[] { data.Path, note, Path.Combine(data.Path, "otherthing.db") }.Select(path => $"{path} {File.GetUnixFileMode(path)}"),
            .. Keys().Order(StringComparer.Ordinal).Select(key => $"{key} {File.ReadAllText(key)}"),
        ];
    }

    [Fact]
    public async Task F21_ToldToStopWhileItTakesOver_EndsAndGivesTheLeaseBack()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Needs several loopback addresses and signals.");
        var cancellation = TestContext.Current.CancellationToken;
        var caught = false;
        // A quick server may be through before it is seen to take over: then it is none of this test's, and another one is.
        for (var tries = 0; tries < 5 && !caught; tries++)
        {
            await using var pair = new ServerPair(BuildOutput.Server);
            await pair.StartAsync(cancellation);
            var data = pair.Waiting.DataDirectory;
            await pair.Serving.KillAsync();
            caught = await IsSeenTakingOverAsync(pair.Waiting, cancellation);

            pair.Waiting.Terminate();
            var exitCode = await pair.Waiting.WaitForEndAsync(cancellation);

            Assert.True(exitCode == 0, $"{exitCode}: {pair.Waiting.LastWords}");
            await using var connection = new SqliteConnection($"Data Source={Path.Combine(data, "otherthing.db")};Mode=ReadOnly;Pooling=False");
            await connection.OpenAsync(cancellation);
            await using var command = connection.CreateCommand();
            command.CommandText = "SELECT expires_at FROM server_lease";
            Assert.Equal(0L, await command.ExecuteScalarAsync(cancellation));
        }

        Assert.True(caught, "No take-over was seen.");
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

    private static ServerPlace PlaceOn(string address, string data)
    {
        var http = ServerPlace.FreePort();
        return new ServerPlace(address, http, ServerPlace.FreePort(), data, new Uri($"http://{address}:{http}"));
    }

    /// <summary>Asks until the server says that it takes over.</summary>
    /// <returns>False when it serves before it has said so.</returns>
    private static async Task<bool> IsSeenTakingOverAsync(ServerProcess server, CancellationToken cancellation)
    {
        var itself = $"{Environment.MachineName}, process {server.ProcessId}";
        var said = "";
        await Until.HoldsAsync(
            async () =>
            {
                try
                {
                    using var ready = await server.AskAsync(new HttpRequestMessage(HttpMethod.Get, "/health/ready"), cancellation);
                    said = await ready.Content.ReadAsStringAsync(cancellation);
                    return ready.IsSuccessStatusCode || said.Contains(itself, StringComparison.Ordinal);
                }
                catch (HttpRequestException)
                {
                    return false; // between giving the ports away and taking them
                }
            },
            "the standby takes over or serves", cancellation);
        return said.Contains(itself, StringComparison.Ordinal);
    }
}
