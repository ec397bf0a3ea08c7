using OtherThing.Web.Components.Account;
using OtherThing.Web.Features.Approvals;
using OtherThing.Web.Features.Audit;
using OtherThing.Web.Features.Console;
using OtherThing.Web.Features.Flows;
using OtherThing.Web.Features.Jobs;
using OtherThing.Web.Features.Keys;
using OtherThing.Web.Features.Nodes;
using OtherThing.Web.Features.Runs;
using OtherThing.Web.Features.Tasks;
using OtherThing.Web.Features.Triggers;
using OtherThing.Web.Features.Usage;
using OtherThing.Web.Features.Workspaces;
using OtherThing.Web.Gateway;
using OtherThing.Web.Hosting;
using OtherThing.Web.Hosting.Limits;
using OtherThing.Web.Hosting.Requests;
using OtherThing.Web.Hosting.Rest;
using OtherThing.Web.Hosting.Start;

ProcessLimits.Set();
var builder = WebApplication.CreateBuilder(args);
if (CompactCommand.IsMeant(args))
{
    return await CompactCommand.RunAsync(builder);
}

if (StartRules.Refuse(builder) is { } refusal)
{
    await Console.Error.WriteLineAsync(refusal);
    return 1;
}

builder.AddServerOptions().AddHostNames().AddListeners().AddData().AddSilo().AddTelemetry().AddHealth().AddRest().AddRequestOrigins();
builder.AddAccounts().AddWorkspaces().AddTasks().AddFlows().AddRuns().AddTriggers().AddApprovals().AddKeys().AddUsage().AddNodes().AddJobs().AddConsole();
builder.AddNodeGateway().AddDevelopmentNode().AddPages().AddStandby();

var app = builder.Build();
if (!await app.WaitToServeAsync())
{
    return 0;
}

await app.PrepareDatabaseAsync();
if (await app.RefuseRingsAsync() is { } sealedOtherwise)
{
    await app.LetOthersServeAsync();
    await Console.Error.WriteLineAsync(sealedOtherwise);
    return 1;
}

app.UsePipeline();
app.MapHealth().MapDiscovery().MapOpenApiDocument();
app.MapAccounts()
    .MapWorkspaces()
    .MapAudit()
    .MapTasks()
    .MapFlows()
    .MapRuns()
    .MapTriggers()
    .MapApprovals()
    .MapKeys()
    .MapUsage()
    .MapNodes()
    .MapJobs()
    .MapConsole();
app.MapNodeGateway();
app.MapPages();
await app.ServeAsync();
return 0;
