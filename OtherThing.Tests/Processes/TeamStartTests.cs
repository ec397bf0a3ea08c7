using System.Diagnostics;
using System.Text.Json;
using OtherThing.Lab.Processes;
using OtherThing.Lab.Providers;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Processes;

/// <summary>The released server as it is started outside Development.</summary>
[Collection(Lanes.Installations)]
public sealed class TeamStartTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task C23_ProductionWithNothingSet_EndsWithOneMessageAndNoStackTrace()
    {
        using var data = new TestDirectory();

        var (exitCode, said) = await RunAsync(("ASPNETCORE_ENVIRONMENT", null), ("OtherThing__DataDirectory", data.Path));

        Assert.Equal(1, exitCode);
        Assert.All(["AllowedHosts=", "OtherThing__Proxies=", "KeyRing__PassphraseFile=", "OtherThing__Trial=true"], part =>
            Assert.Contains(part, said, StringComparison.Ordinal));
        Assert.DoesNotContain("   at ", said, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", said, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(data.Path));
    }

    [Fact]
    public async Task B16_RingSealedWithAnotherPassphrase_EndsWithAMessageAndLosesNothing()
    {
        using var data = new TestDirectory();
        await using (var first =
            new ServerProcess(BuildOutput.Server, [.. Trial, ("OtherThing__DataDirectory", data.Path), ("KeyRing__Passphrase", "a passphrase of some length")]))
        {
            await first.StartAsync(Cancellation);
        }

        var before = KeysIn(data.Path);
        var (exitCode, said) = await RunAsync(
            [.. Trial, ("OtherThing__DataDirectory", data.Path), ("KeyRing__Passphrase", "another one, as long as it"), ("OtherThing__HttpPort", "0"),
                ("OtherThing__GrpcPort", "0")]);

        Assert.Equal(1, exitCode);
        Assert.Contains("KeyRing__PassphraseFile", said, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", said, StringComparison.Ordinal);
        Assert.Equal(before, KeysIn(data.Path));
    }

    [Fact]
    public async Task C14_DataDirectory_IsClosedToOthers_WhatIsMadeAndWhatWasThere()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Modes are of Unix.");
        using var data = new TestDirectory();
        const UnixFileMode open = (UnixFileMode)0b111_101_101;
        var old = Directory.CreateDirectory(Path.Combine(data.Path, "blobs", "old"), open);
        var oldFile = Path.Combine(old.FullName, "value");
        await File.WriteAllTextAsync(oldFile, "from before", Cancellation);
        File.SetUnixFileMode(oldFile, (UnixFileMode)0b110_100_100);
        File.SetUnixFileMode(data.Path, open);
        await using var provider = await FakeProvider.StartAsync(cancellationToken: Cancellation);
        await using var server = new ServerProcess(
            BuildOutput.Server,
            [
                .. Trial, ("OtherThing__DataDirectory", data.Path), ("Providers__openai__BaseUrl", provider.OpenAiUrl.ToString()),
                ("Egress__AllowPrivate", provider.OpenAiUrl.Authority),
            ]);

        await server.StartAsync(Cancellation);
        await server.SignInAsync(Cancellation);
        var workspace = await server.CreateWorkspaceAsync("Closed", Cancellation);
        await server.PostAsync(
            $"/workspaces/{workspace}/api-keys", """{"provider":"openai","name":"Team","key":"sk-test-4f9a8b7c6d5e4f3a2b1c0d9e"}""", Cancellation);
        var flow = await server.CreateFlowAsync(workspace, """
            {"schema":1,"steps":[{"id":"start","type":"trigger.manual"},{"id":"out","type":"output","config":{"value":"{{ input.text }}"}}],
             "connections":[{"from":"start","to":"out"}]}
            """, Cancellation);
        var run = await server.PostAsync(
            $"/workspaces/{workspace}/flows/{flow}/runs?wait=300", JsonSerializer.Serialize(new { input = new { text = new string('x', 300_000) } }),
            Cancellation);

        Assert.Equal("succeeded", run.GetProperty("status").GetString());
        var files = Directory.GetFiles(data.Path, "*", SearchOption.AllDirectories);
        Assert.Contains(files, file => file.EndsWith("-wal", StringComparison.Ordinal));
        Assert.Contains(files, file => file.Contains("/keys/vault/", StringComparison.Ordinal));
        Assert.True(files.Count(file => file.Contains("/blobs/", StringComparison.Ordinal)) > 1);
        Assert.All(files, file => Assert.Equal((file, UnixFileMode.UserRead | UnixFileMode.UserWrite), (file, File.GetUnixFileMode(file))));
        Assert.All(
            [data.Path, .. Directory.GetDirectories(data.Path, "*", SearchOption.AllDirectories)],
            folder => Assert.Equal(
                (folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute), (folder, File.GetUnixFileMode(folder))));
    }

    private static (string Key, string Value)[] Trial => [("ASPNETCORE_ENVIRONMENT", "Production"), ("OtherThing__Trial", "true")];

    private static string KeysIn(string data) => string.Join(
        '\n', Directory.GetFiles(Path.Combine(data, "keys"), "*", SearchOption.AllDirectories).Order().Select(path => path + File.ReadAllText(path)));

    private static async Task<(int ExitCode, string Said)> RunAsync(params (string Key, string? Value)[] settings)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(BuildOutput.Server, "OtherThing.Web.dll")])
        {
            WorkingDirectory = BuildOutput.Server,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (key, value) in settings)
        {
            start.Environment[key] = value;
        }

        using var process = Process.Start(start)!;
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        ended.CancelAfter(Patience.Limit);
        try
        {
            var (output, errors) = (process.StandardOutput.ReadToEndAsync(ended.Token), process.StandardError.ReadToEndAsync(ended.Token));
            await process.WaitForExitAsync(ended.Token);
            return (process.ExitCode, await output + await errors);
        }
        finally
        {
            process.Kill();
        }
    }
}
