using System.Text.Json;
using OtherThing.Lab.Processes;

namespace OtherThing.Lab.Faults;

/// <summary>The mixed load of runs; each one acknowledged is written into the ledger.</summary>
internal sealed class RunLoad
{
    private readonly ServerProcess _server;
    private readonly string _workspace;
    private readonly RunLedger _ledger;
    private readonly (string FlowId, bool MayBeUnknown)[] _flows;

    private RunLoad(ServerProcess server, string workspace, RunLedger ledger, (string FlowId, bool MayBeUnknown)[] flows) =>
        (_server, _workspace, _ledger, _flows) = (server, workspace, ledger, flows);

    /// <summary>Makes the flows.</summary>
    public static async Task<RunLoad> CreateAsync(ServerProcess server, string workspace, Uri sink, RunLedger ledger, CancellationToken cancellationToken) =>
        new(
        server,
        workspace,
        ledger,
        [
            (await server.CreateFlowAsync(workspace, CrashFlows.Pure, cancellationToken), MayBeUnknown: false),
            (await server.CreateFlowAsync(workspace, CrashFlows.Keyed(sink), cancellationToken), MayBeUnknown: false),
            (await server.CreateFlowAsync(workspace, CrashFlows.Once(sink), cancellationToken), MayBeUnknown: true),
        ]);

    /// <summary>Starts a run of one of them and waits a moment.</summary>
    /// <returns>False when the server was gone: what it had not answered was not acknowledged.</returns>
    public async Task<bool> StartOneAsync(CancellationToken killed)
    {
        try
        {
            var (flow, number) = (_flows[Random.Shared.Next(_flows.Length)], Random.Shared.Next(1_000_000));
            JsonElement run = await _server.PostAsync($"/workspaces/{_workspace}/flows/{flow.FlowId}/runs", $$$"""{"input":{"n":{{{number}}}}}""", killed);
            _ledger.Add(run.GetProperty("id").GetString()!, number, flow.MayBeUnknown);
            await Task.Delay(Random.Shared.Next(20, 120), killed);
            return true;
        }
        catch (Exception exception) when (killed.IsCancellationRequested || exception is HttpRequestException or IOException or OperationCanceledException)
        {
            return false;
        }
    }
}
