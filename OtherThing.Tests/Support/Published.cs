using System.Diagnostics;

namespace OtherThing.Tests.Support;

/// <summary>The server as it is put on a machine.</summary>
internal static class Published
{
    /// <param name="directory">Where it is put.</param>
    /// <param name="hasAgent">Whether the agent that its page of downloads offers is made too, which takes a while.</param>
    public static async Task ServerAsync(string directory, bool hasAgent = false)
    {
        var project = Path.Combine(Repository.Root, "OtherThing.Web", "OtherThing.Web.csproj");
        var configuration = new DirectoryInfo(BuildOutput.Server).Parent!.Name;
        using var publish = Process.Start(new ProcessStartInfo(
            "dotnet", ["publish", project, "--no-build", "-c", configuration, "-o", directory, $"-p:PublishAgent={hasAgent}", "-v", "quiet", "-nologo"])
        { RedirectStandardOutput = true })!;
        var said = await publish.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await publish.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(publish.ExitCode == 0, said);
    }
}
