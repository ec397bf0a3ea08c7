using System.CommandLine;
using OtherThing.Lab.Providers;

var root = new RootCommand("Drives OtherThing servers and agents: fake providers, load, faults, benchmarks.");
root.Subcommands.Add(FakeProviderCommand.Create());
return await root.Parse(args).InvokeAsync();
