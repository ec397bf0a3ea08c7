using System.Globalization;
using System.Runtime.Versioning;
using OtherThing.Agent.ControlGroups;
using OtherThing.Agent.Leftovers;
using OtherThing.Agent.Native;
using OtherThing.Agent.Shims;

namespace OtherThing.Agent.Platforms;

/// <summary>Linux, and as far as it goes macOS.</summary>
[UnsupportedOSPlatform("windows")]
internal sealed class UnixPlatform : Platform
{
    internal override IReadOnlyList<string> ShimVariables { get; } = ["DOTNET_ROOT", "PATH", "DOTNET_BUNDLE_EXTRACT_BASE_DIR", "HOME"];

    internal override string? NoSandbox => OperatingSystem.IsLinux() ? null : "There is no sandbox for this system yet.";

    // What the agent and its supervisors write is nobody else's to read, though jobs' users may pass through its directory.
    internal override void Prepare() => _ = Libc.umask(0b000_111_111);

    internal override void LeaveTerminal()
    {
        // Who starts it says whether it has one.
    }

    internal override IShimLink StartShim(AgentExecutable executable, string scratch) => SocketLink.Start(executable, scratch);

    internal override int BeShim(string scratch) => ShimHost.Run(scratch);

    internal override void EndLeftovers(ShimClaim child)
    {
        if (!ProcessTable.IsAlive(child.Pid, child.StartTime))
        {
            return;
        }

        foreach (var entry in ProcessTable.Descendants(child.Pid))
        {
            _ = Libc.kill(entry.Pid, Libc.Sigkill);
        }

        _ = Libc.kill(-child.Pid, Libc.Sigkill);
    }

    internal override string? FindProgram(ShimSpec spec) => Programs.Resolve(spec);

    internal override Dictionary<string, string> JobEnvironment(string work, string temporary) => new()
    {
        ["PATH"] = Sandboxes.Bubblewrap.DefaultPath,
        ["HOME"] = work,
        ["TMPDIR"] = temporary,
        ["LANG"] = "C.UTF-8",
    };

    internal override string[] ScriptCommand(string shell, string path) =>
        shell == "pwsh" ? ["pwsh", "-NoProfile", "-NonInteractive", "-File", path] : [shell, path];

    internal override string ScriptText(string shell, string text) => text;

    internal override string[] GpuDevices() => [.. Directory.EnumerateFiles("/dev", "nvidia*")];

    internal override void CreatePrivate(string path) =>
        Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);

    internal override FileStream CreateOwnFile(string path) => new(path, new FileStreamOptions
    {
        Mode = FileMode.CreateNew,
        Access = FileAccess.Write,
        UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
    });

    internal override void Replace(string fresh, string path) => File.Move(fresh, path, overwrite: true);

    internal override byte[] ReadShared(string path) => File.ReadAllBytes(path);

    internal override string? RemoveFolder(string path, CancellationToken cancellationToken) => FolderWipe.Remove(path, cancellationToken);

    internal override bool TryMove(string path, string target)
    {
        if (OperatingSystem.IsLinux())
        {
            return FolderWipe.TryMove(path, target);
        }

        Directory.Move(path, target);
        return true;
    }

    internal override (long Busy, long Total) ReadCpu()
    {
        const string path = "/proc/stat";
        if (!File.Exists(path))
        {
            return (0, 0);
        }

        var ticks = File.ReadLines(path).First().Split(' ', StringSplitOptions.RemoveEmptyEntries)[1..9]
            .Select(text => long.Parse(text, CultureInfo.InvariantCulture)).ToArray();
        var idle = ticks[3] + ticks[4];
        return (ticks.Sum() - idle, ticks.Sum());
    }

    internal override long ReadFreeMemory()
    {
        const string path = "/proc/meminfo";
        var line = File.Exists(path) ? File.ReadLines(path).FirstOrDefault(text => text.StartsWith("MemAvailable:", StringComparison.Ordinal)) : null;
        if (line is null)
        {
            var memory = GC.GetGCMemoryInfo();
            return Math.Max(0, memory.TotalAvailableMemoryBytes - memory.MemoryLoadBytes);
        }

        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024;
    }

    internal override string ReadCpuModel()
    {
        const string linux = "/proc/cpuinfo";
        var line = File.Exists(linux) ? File.ReadLines(linux).FirstOrDefault(text => text.StartsWith("model name", StringComparison.Ordinal)) : null;
        return line?[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim() ?? "";
    }

    internal override string ReadBoot()
    {
        const string linux = "/proc/sys/kernel/random/boot_id";
        if (File.Exists(linux))
        {
            return File.ReadAllText(linux).Trim();
        }

        // Good to a minute: the clock may be set while the machine runs.
        var started = DateTime.UtcNow - TimeSpan.FromMilliseconds(Environment.TickCount64);
        return started.ToString("yyyy-MM-ddTHH:mm", CultureInfo.InvariantCulture);
    }

    internal override string LimitWords(string? noGroups) => JobGroups.Words(noGroups);
}
