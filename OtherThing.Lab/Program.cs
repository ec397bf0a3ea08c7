using System.CommandLine;
using OtherThing.Lab.BadFlows;
using OtherThing.Lab.Engine;
using OtherThing.Lab.Faults;
using OtherThing.Lab.Providers;
using OtherThing.Lab.Suite;
using OtherThing.Lab.Webhooks;

var root = new RootCommand("Drives OtherThing servers and agents: fake providers, load, faults, benchmarks.");
root.Subcommands.Add(FakeProviderCommand.Create());
root.Subcommands.Add(EngineCommand.Create());
root.Subcommands.Add(CrashCommand.Create());
root.Subcommands.Add(StandbyCommand.Create());
root.Subcommands.Add(CancelCommand.Create());
root.Subcommands.Add(WebhooksCommand.Create());
root.Subcommands.Add(BadFlowsCommand.Create());
root.Subcommands.Add(TestsCommand.Create());
return await root.Parse(args).InvokeAsync();
