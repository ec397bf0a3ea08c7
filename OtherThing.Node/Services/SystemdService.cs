using System.Diagnostics;
using System.Runtime.Versioning;

namespace OtherThing.Agent.Services;

/// <summary>
/// The agent as a service of systemd. A Debian package brings the unit; elsewhere it is written here. What the agent is told stands in a file of
/// its own, which the unit waits for.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed class SystemdService
{
    private const string Name = "otherthing-node.service";
    private const string OptionsFolder = "/etc/otherthing-node";
    private const string OptionsFile = OptionsFolder + "/options";
    private const string OwnUnit = "/etc/systemd/system/" + Name;
    private const string Data = "/var/lib/otherthing-node";
    private static readonly string[] s_packaged = ["/usr/lib/systemd/system/" + Name, "/lib/systemd/system/" + Name];

    /// <summary>Where the service's agent keeps what is its own.</summary>
    internal static string DataDirectory => Data;

    /// <summary>Why there can be no service; null when there can.</summary>
    internal static string? Problem() =>
        !Directory.Exists("/run/systemd/system")
            ? "This machine is not run by systemd. Start `otherthing-node run --server URL` from what starts services here."
        : !Environment.IsPrivilegedProcess ? "Only root can install a service: run it again with sudo."
        : null;

    /// <summary>Writes the options, and the unit where no package brought one, and starts it now and at each boot.</summary>
    /// <param name="arguments">What <c>run</c> is told.</param>
    internal static void Install(IReadOnlyList<string> arguments)
    {
        Tell(arguments);
        if (!s_packaged.Any(File.Exists))
        {
            File.WriteAllText(OwnUnit, Unit(Environment.ProcessPath!));
        }

        Systemctl("daemon-reload");
        Systemctl("enable", "--quiet", Name);
        Systemctl("restart", Name);
    }

    /// <summary>Writes what <c>run</c> is told from the next start on.</summary>
    internal static void Tell(IReadOnlyList<string> arguments)
    {
        Directory.CreateDirectory(OptionsFolder);
        // Quoted twice: once for the reader of the file, once for the splitting of $OPTIONS into words.
        WritePrivate(OptionsFile, $"OPTIONS={Quote(string.Join(' ', arguments.Select(Quote)))}\n");
    }

    /// <summary>Stops it for good. The machine's key, policy and history stay.</summary>
    internal static void Uninstall()
    {
        Systemctl("disable", "--quiet", "--now", Name);
        File.Delete(OptionsFile);
        File.Delete(OwnUnit);
        Systemctl("daemon-reload");
    }

    /// <summary>A text in double quotes, as systemd reads them: a backslash takes the meaning of a quote, a dollar or another backslash away.</summary>
    /// <exception cref="ArgumentException">It holds a line break, which no such file can.</exception>
    internal static string Quote(string text) => text.Any(char.IsControl)
        ? throw new ArgumentException($"'{text}' holds a line break or another control character.")
        : $"\"{string.Concat(text.Select(letter => letter is '\\' or '"' or '$' or '`' ? $"\\{letter}" : letter.ToString()))}\"";

    /// <summary>The unit of a machine without the package. The agent is root there, and gives each job a user that belongs to nobody.</summary>
    internal static string Unit(string program) => $"""
        [Unit]
        Description=OtherThing node: lends this machine to the workspaces its owner chose
        After=network-online.target
        Wants=network-online.target

        [Service]
        EnvironmentFile={OptionsFile}
        ExecStart={program} run --data {Data} $OPTIONS
        Restart=always
        RestartSec=2
        RestartPreventExitStatus=2 3
        KillMode=mixed
        Delegate=yes
        DelegateSubgroup=otherthing-agent
        TasksMax=infinity

        [Install]
        WantedBy=multi-user.target

        """;

    private static void WritePrivate(string path, string text)
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.Create,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        };
        using var file = new StreamWriter(path, options);
        file.Write(text);
    }

    private static void Systemctl(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("systemctl", arguments) { RedirectStandardError = true })!;
        var said = process.StandardError.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"systemctl {string.Join(' ', arguments)} failed: {said.Trim()}");
        }
    }
}
