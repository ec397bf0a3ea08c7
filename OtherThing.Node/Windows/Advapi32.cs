using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace OtherThing.Agent.Windows;

/// <summary>The calls of the Service Control Manager. Same names and meaning as in its manual.</summary>
[SupportedOSPlatform("windows")]
internal static unsafe partial class Advapi32
{
    internal const uint ManagerConnect = 0x1;
    internal const uint ManagerCreate = 0x2;
    internal const uint ServiceAll = 0xf01ff;
    internal const uint OwnProcess = 0x10;
    internal const uint AutoStart = 2;
    internal const uint ErrorNormal = 1;
    internal const uint ConfigDescription = 1;
    internal const uint ConfigFailureActions = 2;
    internal const uint ActionRestart = 1;
    internal const uint ControlStop = 1;
    internal const uint ControlInterrogate = 4;
    internal const uint ControlShutdown = 5;
    internal const uint StateStopped = 1;
    internal const uint StateStartPending = 2;
    internal const uint StateStopPending = 3;
    internal const uint StateRunning = 4;
    internal const uint AcceptStopAndShutdown = 0x1 | 0x4;
    internal const int DatabaseLocked = 1055;
    internal const int DoesNotExist = 1060;
    internal const int NotActive = 1062;
    internal const int AlreadyExists = 1073;
    internal const uint SpecificError = 1066;
    internal const uint NotImplementedControl = 120;
    private const string Library = "advapi32.dll";

    [StructLayout(LayoutKind.Sequential)]
    internal struct ServiceStatus
    {
        internal uint Type;
        internal uint State;
        internal uint Accepted;
        internal uint ExitCode;
        internal uint SpecificExitCode;
        internal uint CheckPoint;
        internal uint WaitHint;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct ServiceTableEntry
    {
        internal char* Name;
        internal delegate* unmanaged<uint, char**, void> Main;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct FailureActions
    {
        internal uint ResetSeconds;
        internal char* RebootMessage;
        internal char* Command;
        internal uint Count;
        internal FailureAction* Actions;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct FailureAction
    {
        internal uint Kind;
        internal uint DelayMs;
    }

    [LibraryImport(Library, EntryPoint = "OpenSCManagerW", SetLastError = true, StringMarshalling = StringMarshalling.Utf16)]
    internal static partial nint OpenSCManager(string? machine, string? database, uint access);

    [LibraryImport(Library, EntryPoint = "CreateServiceW", SetLastError = true, StringMarshalling = StringMarshalling.Utf16)]
    internal static partial nint CreateService(
        nint manager, string name, string display, uint access, uint type, uint start, uint error, string commandLine, string? group, uint* tag,
        char* dependencies, string? account, string? password);

    [LibraryImport(Library, EntryPoint = "OpenServiceW", SetLastError = true, StringMarshalling = StringMarshalling.Utf16)]
    internal static partial nint OpenService(nint manager, string name, uint access);

    [LibraryImport(Library, EntryPoint = "ChangeServiceConfig2W", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    internal static partial bool ChangeServiceConfig2(nint service, uint kind, void* value);

    [LibraryImport(Library, EntryPoint = "StartServiceW", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    internal static partial bool StartService(nint service, uint count, char** words);

    [LibraryImport(Library, SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    internal static partial bool ControlService(nint service, uint control, ServiceStatus* status);

    [LibraryImport(Library, SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    internal static partial bool QueryServiceStatus(nint service, ServiceStatus* status);

    [LibraryImport(Library, SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    internal static partial bool DeleteService(nint service);

    [LibraryImport(Library, SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    internal static partial bool CloseServiceHandle(nint handle);

    [LibraryImport(Library, EntryPoint = "StartServiceCtrlDispatcherW", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    internal static partial bool StartServiceCtrlDispatcher(ServiceTableEntry* table);

    [LibraryImport(Library, EntryPoint = "RegisterServiceCtrlHandlerExW", SetLastError = true, StringMarshalling = StringMarshalling.Utf16)]
    internal static partial nint RegisterServiceCtrlHandlerEx(string name, delegate* unmanaged<uint, uint, void*, void*, uint> handler, void* context);

    [LibraryImport(Library, SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    internal static partial bool SetServiceStatus(nint handle, ServiceStatus* status);
}
