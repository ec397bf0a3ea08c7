using OtherThing.Agent.Cli;
using OtherThing.Agent.Platforms;

Platform.Current.Prepare();

// The supervisor of jobs starts often and must start fast: no command line parser on its way.
if (args is ["shim", var scratch])
{
    return Platform.Current.BeShim(scratch);
}

return await CommandLine.RunAsync(args);
