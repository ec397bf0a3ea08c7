using OtherThing.Agent.Cli;
using OtherThing.Agent.Shims;

// The supervisor of jobs starts often and must start fast: no command line parser on its way.
if (args is ["shim", var scratch])
{
    return ShimHost.Run(scratch);
}

return await CommandLine.RunAsync(args);
