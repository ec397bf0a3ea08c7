using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace OtherThing.Agent.Windows;

/// <summary>What a new process gets, and nothing else: three handles, its own environment and words.</summary>
internal sealed record WindowsSpawnRequest
{
    internal required string Program { get; init; }

    /// <summary>See <see cref="CommandLines"/>.</summary>
    internal required string CommandLine { get; init; }

    /// <summary>See <see cref="EnvironmentBlock"/>.</summary>
    internal required string Environment { get; init; }

    internal required string Directory { get; init; }

    internal required SafeHandle Input { get; init; }

    internal required SafeHandle Output { get; init; }

    internal required SafeHandle Error { get; init; }

    /// <summary>The job that it is in before its first instruction; null: a part of the agent itself, which leaves the agent's job if it may.</summary>
    internal JobObject? Job { get; init; }
}

/// <summary>A process by its handle: its number may be somebody else's later, the handle is not.</summary>
[SupportedOSPlatform("windows")]
internal sealed class WindowsProcess(int pid, SafeProcessHandle handle) : WaitHandleHolder(handle.DangerousGetHandle()), IDisposable
{
    internal int Pid => pid;

    internal SafeProcessHandle Handle => handle;

    internal int ExitCode => Kernel32.GetExitCodeProcess(handle, out var code) ? (int)code : -1;

    internal void Kill(uint exitCode) => Kernel32.TerminateProcess(handle, exitCode);

    public void Dispose()
    {
        Ended.Dispose();
        handle.Dispose();
    }
}

/// <summary>Lets a thread wait for a handle that somebody else owns.</summary>
internal abstract class WaitHandleHolder
{
    protected WaitHandleHolder(nint handle) => Ended = new BorrowedHandle { SafeWaitHandle = new SafeWaitHandle(handle, ownsHandle: false) };

    /// <summary>Is set when the process has ended.</summary>
    internal WaitHandle Ended { get; }

    private sealed class BorrowedHandle : WaitHandle;
}

/// <summary>Starts processes by <c>CreateProcess</c>. Of the handles of this process a child inherits exactly those it is meant to have.</summary>
[SupportedOSPlatform("windows")]
internal static unsafe class WindowsSpawn
{
    // A handle can be inherited for the moment of a spawn: no two overlap.
    private static readonly Lock s_one = new();

    /// <exception cref="Win32Exception">The system does not start it.</exception>
    internal static WindowsProcess Start(WindowsSpawnRequest request)
    {
        lock (s_one)
        {
            var handles = new[] { request.Input, request.Output, request.Error };
            try
            {
                foreach (var handle in handles)
                {
                    Check(Kernel32.SetHandleInformation(handle, Kernel32.HandleFlagInherit, Kernel32.HandleFlagInherit));
                }

                return StartWith(request, [.. handles.Select(handle => handle.DangerousGetHandle())]);
            }
            finally
            {
                foreach (var handle in handles)
                {
                    Kernel32.SetHandleInformation(handle, Kernel32.HandleFlagInherit, 0);
                }
            }
        }
    }

    private static WindowsProcess StartWith(WindowsSpawnRequest request, nint[] standard)
    {
        var inherited = standard.Distinct().ToArray();
        nuint size = 0;
        _ = Kernel32.InitializeProcThreadAttributeList(null, 1, 0, &size);
        var attributes = NativeMemory.Alloc(size);
        try
        {
            Check(Kernel32.InitializeProcThreadAttributeList(attributes, 1, 0, &size));
            fixed (nint* list = inherited)
            {
                Check(Kernel32.UpdateProcThreadAttribute(
                    attributes, 0, Kernel32.AttributeHandleList, list, (nuint)(inherited.Length * sizeof(nint)), null, null));
                var startup = new Kernel32.StartupInfoEx
                {
                    Size = sizeof(Kernel32.StartupInfoEx),
                    Flags = Kernel32.StartUseStdHandles,
                    Input = standard[0],
                    Output = standard[1],
                    Error = standard[2],
                    Attributes = attributes,
                };
                var flags = Kernel32.CreateUnicodeEnvironment | Kernel32.ExtendedStartupInfoPresent | Kernel32.CreateNewProcessGroup;
                return request.Job is { } job
                    ? StartInJob(request, job, Create(request, &startup, flags | Kernel32.CreateSuspended))
                    : Running(CreateOutside(request, &startup, flags | Kernel32.CreateNoWindow));
            }
        }
        finally
        {
            Kernel32.DeleteProcThreadAttributeList(attributes);
            NativeMemory.Free(attributes);
        }
    }

    private static Kernel32.ProcessInformation CreateOutside(WindowsSpawnRequest request, Kernel32.StartupInfoEx* startup, uint flags)
    {
        try
        {
            return Create(request, startup, flags | Kernel32.CreateBreakawayFromJob);
        }
        catch (Win32Exception ex) when (ex.NativeErrorCode == Kernel32.AccessDenied)
        {
            // Whoever started the agent keeps what it starts: then it ends with that, too.
            return Create(request, startup, flags);
        }
    }

    private static Kernel32.ProcessInformation Create(WindowsSpawnRequest request, Kernel32.StartupInfoEx* startup, uint flags)
    {
        Kernel32.ProcessInformation started;
        // The system writes into the line.
        var line = (request.CommandLine + '\0').ToCharArray();
        fixed (char* words = line)
        fixed (char* environment = request.Environment)
        {
            Check(Kernel32.CreateProcess(request.Program, words, null, null, inherit: true, flags, environment, request.Directory, startup, &started));
        }

        return started;
    }

    private static WindowsProcess StartInJob(WindowsSpawnRequest request, JobObject job, Kernel32.ProcessInformation started)
    {
        var process = new WindowsProcess(started.ProcessId, new SafeProcessHandle(started.Process, ownsHandle: true));
        try
        {
            job.Take(process);
            Check(Kernel32.ResumeThread(started.Thread) != -1);
            return process;
        }
        catch
        {
            process.Kill(JobObject.KilledCode);
            process.Dispose();
            throw;
        }
        finally
        {
            Kernel32.CloseHandle(started.Thread);
        }
    }

    private static WindowsProcess Running(Kernel32.ProcessInformation started)
    {
        Kernel32.CloseHandle(started.Thread);
        return new WindowsProcess(started.ProcessId, new SafeProcessHandle(started.Process, ownsHandle: true));
    }

    private static void Check(bool done)
    {
        if (!done)
        {
            throw new Win32Exception(Marshal.GetLastPInvokeError());
        }
    }
}
