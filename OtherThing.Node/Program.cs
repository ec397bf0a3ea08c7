using OtherThing.Agent.Cli;
using OtherThing.Agent.Native;
using OtherThing.Agent.Shims;

// What the agent and its supervisors write is nobody else's to read, though jobs' users may pass through its directory.
if (!OperatingSystem.IsWindows())
{
    _ = Libc.umask(0b000_111_111);
}

// The supervisor of jobs starts often and must start fast: no command line parser on its way.
if (args is ["shim", var scratch])
{
    return ShimHost.Run(scratch);
}

return await CommandLine.RunAsync(args);
