using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace OtherThing.Agent.Windows;

/// <summary>The calls of Windows that .NET has no word for. Same names and meaning as in its manual.</summary>
[SupportedOSPlatform("windows")]
internal static unsafe partial class Kernel32
{
    internal const uint CreateSuspended = 0x4;
    internal const uint CreateNewProcessGroup = 0x200;
    internal const uint CreateUnicodeEnvironment = 0x400;
    internal const uint ExtendedStartupInfoPresent = 0x80000;
    internal const uint CreateBreakawayFromJob = 0x1000000;
    internal const uint CreateNoWindow = 0x8000000;
    internal const uint StartUseStdHandles = 0x100;
    internal const nuint AttributeHandleList = 0x20002;
    internal const uint HandleFlagInherit = 1;
    internal const uint CtrlC = 0;
    internal const uint CtrlBreak = 1;
    internal const int AccessDenied = 5;
    internal const int WaitTimeout = 258;
    private const string Library = "kernel32.dll";

    [StructLayout(LayoutKind.Sequential)]
    internal struct StartupInfoEx
    {
        internal int Size;
        internal nint Reserved;
        internal nint Desktop;
        internal nint Title;
        internal fixed int Window[7];
        internal uint Flags;
        internal short ShowWindow;
        internal short ReservedSize;
        internal nint ReservedBytes;
        internal nint Input;
        internal nint Output;
        internal nint Error;
        internal void* Attributes;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct ProcessInformation
    {
        internal nint Process;
        internal nint Thread;
        internal int ProcessId;
        internal int ThreadId;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct BasicLimits
    {
        internal long ProcessUserTime;
        internal long JobUserTime;
        internal uint Flags;
        internal nuint MinimumWorkingSet;
        internal nuint MaximumWorkingSet;
        internal uint ActiveProcesses;
        internal nuint Affinity;
        internal uint PriorityClass;
        internal uint SchedulingClass;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct ExtendedLimits
    {
        internal BasicLimits Basic;
        internal fixed ulong Transfers[6];
        internal nuint ProcessMemory;
        internal nuint JobMemory;
        internal nuint PeakProcessMemory;
        internal nuint PeakJobMemory;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct JobAccounting
    {
        internal long UserTime;
        internal long KernelTime;
        internal long PeriodUserTime;
        internal long PeriodKernelTime;
        internal uint PageFaults;
        internal uint Processes;
        internal uint ActiveProcesses;
        internal uint TerminatedProcesses;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct CpuRate
    {
        internal uint Flags;
        internal uint Rate;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct CompletionPort
    {
        internal nint Key;
        internal nint Port;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct MemoryStatus
    {
        internal uint Size;
        internal uint Load;
        internal ulong Total;
        internal ulong Free;
        internal ulong PageFileTotal;
        internal ulong PageFileFree;
        internal ulong VirtualTotal;
        internal ulong VirtualFree;
        internal ulong ExtendedFree;
    }

    [LibraryImport(Library, EntryPoint = "CreateProcessW", SetLastError = true, StringMarshalling = StringMarshalling.Utf16)]
    [return: MarshalAs(UnmanagedType.Bool)]
    internal static partial bool CreateProcess(
        string application, char* commandLine, void* processSecurity, void* threadSecurity, [MarshalAs(UnmanagedType.Bool)] bool inherit, uint flags,
        char* environment, string? directory, StartupInfoEx* startup, ProcessInformation* started);

    [LibraryImport(Library, SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    internal static partial bool InitializeProcThreadAttributeList(void* list, int count, int flags, nuint* size);

    [LibraryImport(Library, SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    internal static partial bool UpdateProcThreadAttribute(
        void* list, uint flags, nuint attribute, void* value, nuint size, void* previous, nuint* returned);

    [LibraryImport(Library)]
    internal static partial void DeleteProcThreadAttributeList(void* list);

    [LibraryImport(Library, SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    internal static partial bool SetHandleInformation(SafeHandle handle, uint mask, uint flags);

    [LibraryImport(Library, SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    internal static partial bool CreatePipe(out SafeFileHandle read, out SafeFileHandle write, void* security, uint size);

    [LibraryImport(Library, SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    internal static partial bool CloseHandle(nint handle);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int ResumeThread(nint thread);

    [LibraryImport(Library, SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    internal static partial bool TerminateProcess(SafeHandle process, uint exitCode);

    [LibraryImport(Library, SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    internal static partial bool GetExitCodeProcess(SafeHandle process, out uint exitCode);

    [LibraryImport(Library, SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    internal static partial bool GenerateConsoleCtrlEvent(uint signal, int group);

    [LibraryImport(Library, SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    internal static partial bool SetConsoleCtrlHandler(delegate* unmanaged<uint, int> handler, [MarshalAs(UnmanagedType.Bool)] bool add);

    [LibraryImport(Library)]
    [return: MarshalAs(UnmanagedType.Bool)]
    internal static partial bool FreeConsole();

    [LibraryImport(Library)]
    [return: MarshalAs(UnmanagedType.Bool)]
    internal static partial bool SetConsoleCP(uint codePage);

    [LibraryImport(Library)]
    [return: MarshalAs(UnmanagedType.Bool)]
    internal static partial bool SetConsoleOutputCP(uint codePage);

    [LibraryImport(Library, EntryPoint = "CreateJobObjectW", SetLastError = true, StringMarshalling = StringMarshalling.Utf16)]
    internal static partial SafeFileHandle CreateJobObject(void* security, string? name);

    [LibraryImport(Library, SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    internal static partial bool AssignProcessToJobObject(SafeHandle job, SafeHandle process);

    [LibraryImport(Library, SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    internal static partial bool TerminateJobObject(SafeHandle job, uint exitCode);

    [LibraryImport(Library, SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    internal static partial bool SetInformationJobObject(SafeHandle job, int kind, void* value, int size);

    [LibraryImport(Library, SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    internal static partial bool QueryInformationJobObject(SafeHandle job, int kind, void* value, int size, int* returned);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial SafeFileHandle CreateIoCompletionPort(nint file, nint existing, nuint key, uint threads);

    [LibraryImport(Library, SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    internal static partial bool GetQueuedCompletionStatus(SafeHandle port, out uint message, out nuint key, out nint overlapped, uint patienceMs);

    [LibraryImport(Library, SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    internal static partial bool GetSystemTimes(out long idle, out long kernel, out long user);

    [LibraryImport(Library, SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    internal static partial bool GlobalMemoryStatusEx(MemoryStatus* status);
}
