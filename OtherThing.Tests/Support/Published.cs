using System.Diagnostics;

namespace OtherThing.Tests.Support;

/// <summary>The server as it is put on a machine.</summary>
internal static class Published
{
    public static async Task ServerAsync(string directory)
    {
        var project = Path.GetFullPath(Path.Combine(BuildOutput.Server, "../../../OtherThing.Web.csproj"));
        var configuration = new DirectoryInfo(BuildOutput.Server).Parent!.Name;
        using var publish = Process.Start(new ProcessStartInfo(
            "dotnet", ["publish", project, "--no-build", "-c", configuration, "-o", directory, "-v", "quiet", "-nologo"])
        { RedirectStandardOutput = true })!;
        var said = await publish.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await publish.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(publish.ExitCode == 0, said);
    }
}
