using OtherThing.Protocol.V1;

namespace OtherThing.Tests.Agent;

public sealed class MemoryPlacesTests
{
    [Fact]
    public async Task N09_Sandboxed_WritableFolders_AreOnlyItsOwnAndSized()
    {
        await using var server = await FakeServer.StartAsync();
        await using var agent = await AgentHost.StartAsync(server);
        var spec = FakeServer.Command(
            "sh", "-c",
            "for d in / /dev /etc /usr /proc /var /tmp /run /dev/shm /work; do touch $d/x 2>/dev/null && echo $d $(df -P -k $d | tail -1 | tr -s ' ' | cut "
                + "-d' ' -f2); done; echo > /dev/null");
        spec.Limits = new Limits { MemoryMb = 64 };
        var assign = server.NewAssign(spec);

        var end = await server.RunAsync(assign);

        Assert.SkipUnless(end.Sandbox == "bubblewrap", "bubblewrap does not work here");
        Assert.Equal((0, ""), (end.ExitCode, end.ReasonCode));
        var writable = server.Log(assign).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(["/tmp 65536", "/run 65536", "/dev/shm 65536"], writable[..^1]);
        Assert.StartsWith("/work ", writable[^1], StringComparison.Ordinal);
    }
}
