using System.Runtime.Versioning;
using System.Text;
using Microsoft.Win32;
using OtherThing.Agent.Native;
using OtherThing.Agent.Platforms;
using OtherThing.Agent.Shims;

namespace OtherThing.Agent.Windows;

[SupportedOSPlatform("windows")]
internal sealed unsafe class WindowsPlatform : Platform
{
    private const string Marks = @"Software\OtherThing\Node";
    private const int PatienceMs = 2_000;

    // What programs of Windows cannot do without. Nothing of it is the owner's own.
    private static readonly string[] s_system =
    [
        "SystemRoot", "SystemDrive", "windir", "ComSpec", "PATH", "PATHEXT", "OS", "PROCESSOR_ARCHITECTURE", "NUMBER_OF_PROCESSORS", "ProgramFiles",
        "ProgramFiles(x86)", "ProgramW6432", "CommonProgramFiles", "CommonProgramFiles(x86)", "CommonProgramW6432", "ProgramData", "ALLUSERSPROFILE",
        "PSModulePath",
    ];

    internal override IReadOnlyList<string> ShimVariables { get; } =
        ["DOTNET_ROOT", "TEMP", "TMP", "USERPROFILE", "LOCALAPPDATA", .. s_system];

    internal override string NoSandbox => "There is no sandbox on Windows: jobs run as the account that the agent runs as.";

    internal override void Prepare()
    {
        // Folders say who may read; there is no mask.
    }

    // Else its window stays for as long as it runs.
    internal override void LeaveTerminal() => Kernel32.FreeConsole();

    internal override IShimLink StartShim(AgentExecutable executable, string scratch) => PipeLink.Start(executable, scratch);

    internal override int BeShim(string scratch) => WindowsShimHost.Run(scratch);

    internal override void EndLeftovers(ShimClaim child)
    {
        // The system has ended all of it with the shim's last handle to its job object, unless it keeps that promise late.
        if (ProcessTable.IsAlive(child.Pid, child.StartTime))
        {
            try
            {
                using var process = System.Diagnostics.Process.GetProcessById(child.Pid);
                process.Kill(entireProcessTree: true);
            }
            catch (Exception ex) when (ex is ArgumentException or InvalidOperationException or System.ComponentModel.Win32Exception or AggregateException)
            {
                // It has just ended.
            }
        }
    }

    internal override string? FindProgram(ShimSpec spec) => WindowsPrograms.Resolve(spec);

    internal override Dictionary<string, string> JobEnvironment(string work, string temporary)
    {
        var environment = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var name in s_system)
        {
            if (Environment.GetEnvironmentVariable(name) is { Length: > 0 } value)
            {
                environment[name] = value;
            }
        }

        (environment["TEMP"], environment["TMP"]) = (temporary, temporary);
        (environment["HOME"], environment["USERPROFILE"], environment["APPDATA"], environment["LOCALAPPDATA"]) = (work, work, work, work);
        // Programs that ask say UTF-8, as everything else here.
        (environment["LANG"], environment["PYTHONUTF8"], environment["PYTHONIOENCODING"]) = ("C.UTF-8", "1", "utf-8");
        return environment;
    }

    internal override string[] ScriptCommand(string shell, string path) => shell switch
    {
        // A batch file is started as what it is: cmd comes by itself.
        "cmd" => [path],
        "powershell" => PowerShell("powershell", path),
        "pwsh" => PowerShell(WindowsPrograms.FirstOf("pwsh", "powershell"), path),
        "python3" => WindowsPrograms.FirstOf("python3", "py", "python") is var python && python == "py" ? ["py", "-3", path] : [python, path],
        _ => [shell, path],
    };

    internal override string ScriptText(string shell, string text) => shell switch
    {
        // cmd loses its way in a file with the ends of lines of Unix.
        "cmd" => text.ReplaceLineEndings("\r\n"),
        // Windows PowerShell takes a file without a mark for one in the machine's old code page.
        "powershell" or "pwsh" => '\ufeff' + text,
        _ => text,
    };

    internal override string[] GpuDevices() => [];

    internal override void CreatePrivate(string path) => WindowsFolders.CreatePrivate(path);

    internal override FileStream CreateOwnFile(string path) => WindowsFolders.CreateOwnFile(path);

    internal override void Replace(string fresh, string path) => Patiently(() =>
    {
        File.Move(fresh, path, overwrite: true);
        return true;
    });

    internal override byte[] ReadShared(string path) => Patiently(() =>
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        return bytes;
    });

    internal override string? RemoveFolder(string path, CancellationToken cancellationToken) => WindowsFolders.Remove(path, cancellationToken);

    internal override bool TryMove(string path, string target)
    {
        try
        {
            Directory.Move(path, target);
            return true;
        }
        catch (Exception ex) when (ex is IOException or UnauthorizedAccessException)
        {
            // Somebody has a file in it open; it is emptied where it is.
            return false;
        }
    }

    internal override (long Busy, long Total) ReadCpu() =>
        // What the system calls the kernel's time has the idle time in it.
        Kernel32.GetSystemTimes(out var idle, out var kernel, out var user) ? (kernel + user - idle, kernel + user) : (0, 0);

    internal override long ReadFreeMemory()
    {
        var status = new Kernel32.MemoryStatus { Size = (uint)sizeof(Kernel32.MemoryStatus) };
        return Kernel32.GlobalMemoryStatusEx(&status) ? (long)status.Free : 0;
    }

    internal override string ReadCpuModel() =>
        (Registry.GetValue(@"HKEY_LOCAL_MACHINE\HARDWARE\DESCRIPTION\System\CentralProcessor\0", "ProcessorNameString", null) as string)?.Trim() ?? "";

    /// <summary>A mark that the system forgets when it ends, or when this user's last process does: with both all jobs have ended.</summary>
    internal override string ReadBoot()
    {
        const string name = "Boot";
        using var marks = Registry.CurrentUser.CreateSubKey(Marks, writable: true, RegistryOptions.Volatile);
        if (marks.GetValue(name) is string { Length: > 0 } known)
        {
            return known;
        }

        var fresh = Guid.NewGuid().ToString();
        marks.SetValue(name, fresh);
        return fresh;
    }

    internal override string LimitWords(string? noGroups)
    {
        var kept = JobObject.Kept;
        var limits = new[] { ("memory", kept.Memory), ("processes", kept.Processes), ("share of the processors", kept.Cpu) };
        var by = limits.Where(limit => limit.Item2).Select(limit => limit.Item1).ToArray();
        var not = limits.Take(2).Where(limit => !limit.Item2).Select(limit => limit.Item1).ToArray();
        var words = new StringBuilder();
        if (by.Length > 0)
        {
            words.Append("the system keeps jobs to their ").Append(string.Join(" and ", by)).Append(" (job objects)");
        }

        if (not.Length > 0)
        {
            words.Append(by.Length > 0 ? "; " : "").Append("the agent counts ").Append(string.Join(" and ", not))
                .Append(", because job objects keep no limit of them on this system");
        }

        if (!kept.Cpu)
        {
            words.Append("; nobody keeps jobs to their share of the processors");
        }

        return words.ToString();
    }

    private static string[] PowerShell(string program, string path) =>
        [program, "-NoLogo", "-NoProfile", "-NonInteractive", "-ExecutionPolicy", "Bypass", "-File", path];

    /// <summary>A file that somebody else reads or writes at this moment is locked for that moment.</summary>
    private static T Patiently<T>(Func<T> act)
    {
        for (var until = Environment.TickCount64 + PatienceMs; ; Thread.Sleep(5))
        {
            try
            {
                return act();
            }
            catch (Exception ex) when (ex is IOException and not (FileNotFoundException or DirectoryNotFoundException) or UnauthorizedAccessException
                && Environment.TickCount64 < until)
            {
                // Once more.
            }
        }
    }
}
