using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace OtherThing.Agent.Windows;

/// <summary>This process as a service: says how it is, and ends when the system asks it to.</summary>
[SupportedOSPlatform("windows")]
internal static unsafe class ServiceHost
{
    private const uint PatienceMs = 30_000;
    private static readonly CancellationTokenSource s_stop = new();
    private static Func<string[], CancellationToken, Task<int>>? s_run;
    private static nint s_handle;
    private static int s_exitCode;

    /// <summary>Runs until the system, or the agent itself, ends it.</summary>
    /// <param name="run">Takes the words of this start, after those of the command line.</param>
    /// <exception cref="Win32Exception">Nobody started it as a service.</exception>
    internal static int Run(Func<string[], CancellationToken, Task<int>> run)
    {
        s_run = run;
        fixed (char* name = ServiceControl.Name)
        {
            var table = stackalloc Advapi32.ServiceTableEntry[2];
            table[0] = new Advapi32.ServiceTableEntry { Name = name, Main = &Serve };
            table[1] = default;
            return Advapi32.StartServiceCtrlDispatcher(table) ? s_exitCode : throw new Win32Exception(Marshal.GetLastPInvokeError());
        }
    }

    [UnmanagedCallersOnly]
    private static void Serve(uint count, char** words)
    {
        s_handle = Advapi32.RegisterServiceCtrlHandlerEx(ServiceControl.Name, &Control, null);
        var once = new string[count];
        for (var i = 0; i < once.Length; i++)
        {
            once[i] = new string(words[i]);
        }

        // Its own name comes first: once on Windows, twice on Wine.
        once = [.. once.SkipWhile(word => word == ServiceControl.Name)];
        Tell(Advapi32.StateRunning);
        try
        {
            s_exitCode = s_run!(once, s_stop.Token).GetAwaiter().GetResult();
        }
        catch (Exception ex)
        {
            // Nothing may leave this method, which the system called.
            Console.Error.WriteLine(ex);
            s_exitCode = Hosting.ExitCodes.Failed;
        }

        Console.Error.Flush();
        Tell(Advapi32.StateStopped);
    }

    [UnmanagedCallersOnly]
    private static uint Control(uint control, uint kind, void* data, void* context)
    {
        if (control is Advapi32.ControlStop or Advapi32.ControlShutdown)
        {
            Tell(Advapi32.StateStopPending);
            _ = s_stop.CancelAsync();
            return 0;
        }

        return control == Advapi32.ControlInterrogate ? 0 : Advapi32.NotImplementedControl;
    }

    private static void Tell(uint state)
    {
        var failed = state == Advapi32.StateStopped && s_exitCode != 0;
        var status = new Advapi32.ServiceStatus
        {
            Type = Advapi32.OwnProcess,
            State = state,
            Accepted = state == Advapi32.StateRunning ? Advapi32.AcceptStopAndShutdown : 0,
            ExitCode = failed ? Advapi32.SpecificError : 0,
            SpecificExitCode = failed ? (uint)s_exitCode : 0,
            WaitHint = state == Advapi32.StateStopPending ? PatienceMs : 0,
        };
        Advapi32.SetServiceStatus(s_handle, &status);
    }
}
