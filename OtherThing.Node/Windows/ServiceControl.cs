using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace OtherThing.Agent.Windows;

/// <summary>Puts the agent among the services of this machine, and takes it away.</summary>
[SupportedOSPlatform("windows")]
internal static unsafe class ServiceControl
{
    internal const string Name = "OtherThingNode";
    private const string Display = "OtherThing machine";
    private const string Description = "Lends this machine to OtherThing workspaces, as its owner allows.";

    /// <summary>An account that the system makes for this service alone. It may do as little as any, and jobs without walls run as it.</summary>
    private const string Account = @"NT SERVICE\" + Name;

    private const uint AgainMs = 5_000;
    private const uint AgainForgottenS = 86_400;
    private const int PatienceMs = 30_000;

    /// <summary>Makes the service, which starts with the machine and is started again when it fails, and starts it.</summary>
    /// <param name="commandLine">What it runs; everybody on the machine may read it.</param>
    /// <param name="once">Words for this first start alone, which are kept nowhere.</param>
    /// <exception cref="Win32Exception">The system refuses.</exception>
    internal static void Install(string commandLine, IReadOnlyList<string> once)
    {
        var manager = Checked(Advapi32.OpenSCManager(null, null, Advapi32.ManagerConnect | Advapi32.ManagerCreate));
        nint service = 0;
        try
        {
            service = Checked(Advapi32.CreateService(
                manager, Name, Display, Advapi32.ServiceAll, Advapi32.OwnProcess, Advapi32.AutoStart, Advapi32.ErrorNormal, commandLine, null, null, null,
                Account, null));
            try
            {
                Describe(service);
                Start(service, [Name, .. once]);
            }
            catch
            {
                Advapi32.DeleteService(service);
                throw;
            }
        }
        finally
        {
            Close(service);
            Close(manager);
        }
    }

    /// <summary>Stops it and takes it away; false when there is none.</summary>
    /// <exception cref="Win32Exception">The system refuses.</exception>
    internal static bool Uninstall()
    {
        var manager = Checked(Advapi32.OpenSCManager(null, null, Advapi32.ManagerConnect));
        nint service = 0;
        try
        {
            service = Advapi32.OpenService(manager, Name, Advapi32.ServiceAll);
            if (service == 0)
            {
                var error = Marshal.GetLastPInvokeError();
                return error == Advapi32.DoesNotExist ? false : throw new Win32Exception(error);
            }

            Stop(service);
            Checked(Advapi32.DeleteService(service) ? 1 : 0);
            return true;
        }
        finally
        {
            Close(service);
            Close(manager);
        }
    }

    private static void Describe(nint service)
    {
        fixed (char* words = Description)
        {
            var text = words;
            Advapi32.ChangeServiceConfig2(service, Advapi32.ConfigDescription, &text);
        }

        var again = new Advapi32.FailureAction { Kind = Advapi32.ActionRestart, DelayMs = AgainMs };
        var actions = new Advapi32.FailureActions { ResetSeconds = AgainForgottenS, Count = 1, Actions = &again };
        Advapi32.ChangeServiceConfig2(service, Advapi32.ConfigFailureActions, &actions);
    }

    private static void Start(nint service, string[] words)
    {
        var list = stackalloc char*[words.Length];
        try
        {
            for (var i = 0; i < words.Length; i++)
            {
                list[i] = (char*)Marshal.StringToHGlobalUni(words[i]);
            }

            var until = Environment.TickCount64 + PatienceMs;
            while (!Advapi32.StartService(service, (uint)words.Length, list))
            {
                // Services start one after the other.
                var error = Marshal.GetLastPInvokeError();
                if (error != Advapi32.DatabaseLocked || Environment.TickCount64 >= until)
                {
                    throw new Win32Exception(error);
                }

                Thread.Sleep(100);
            }
        }
        finally
        {
            for (var i = 0; i < words.Length; i++)
            {
                Marshal.FreeHGlobal((nint)list[i]);
            }
        }
    }

    private static void Stop(nint service)
    {
        Advapi32.ServiceStatus status;
        if (!Advapi32.ControlService(service, Advapi32.ControlStop, &status))
        {
            var error = Marshal.GetLastPInvokeError();
            if (error != Advapi32.NotActive)
            {
                throw new Win32Exception(error);
            }
        }

        var until = Environment.TickCount64 + PatienceMs;
        while (Advapi32.QueryServiceStatus(service, &status) && status.State != Advapi32.StateStopped && Environment.TickCount64 < until)
        {
            Thread.Sleep(100);
        }
    }

    private static nint Checked(nint handle) => handle != 0 ? handle : throw new Win32Exception(Marshal.GetLastPInvokeError());

    private static void Close(nint handle)
    {
        if (handle != 0)
        {
            Advapi32.CloseServiceHandle(handle);
        }
    }
}
