using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using OtherThing.Lab.Providers;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Agent.Models;

/// <summary>A machine that serves a model: the agent as a process of its own, with a fake server of models beside it.</summary>
internal sealed class LocalModelMachine : IAsyncDisposable
{
    private readonly string _data;
    private readonly Process _agent;

    private LocalModelMachine(FakeProvider models, Process agent, string data) => (Models, _agent, _data) = (models, agent, data);

    /// <summary>The server of models; killing it is disposing it.</summary>
    public FakeProvider Models { get; }

    public Guid Id { get; private set; }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Starts one and waits until the workspace sees its models.</summary>
    /// <param name="server">The server.</param>
    /// <param name="client">Its owner.</param>
    /// <param name="workspace">The workspace it serves.</param>
    /// <param name="name">What it is called.</param>
    /// <param name="models">What it serves.</param>
    public static async Task<LocalModelMachine> StartAsync(
        TestServer server, HttpClient client, Guid workspace, string name, params IReadOnlyList<FakeLocalModel> models)
    {
        using var made = await client.PostAsJsonAsync("/api/v1/nodes/join-tokens", new { name, workspaceIds = new[] { workspace } }, Cancellation);
        var token = (await made.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("token").GetString()!;
        var fake = await FakeProvider.StartAsync(cancellationToken: Cancellation);
        fake.Local = new FakeLocal(FakeSoftware.Ollama, models);
        var data = Path.Combine(Path.GetTempPath(), $"ot-agent-{Guid.NewGuid():n}");
        var start = new ProcessStartInfo(AgentBinary.Path) { RedirectStandardError = true, RedirectStandardOutput = true };
        foreach (var argument in (string[])[
            "run", "--server", server.BaseAddress.ToString(), "--data", data, "--join-token", token, "--name", name, "--allow", "model", "--model-endpoint",
            fake.OpenAiUrl.AbsoluteUri])
        {
            start.ArgumentList.Add(argument);
        }

        var agent = Process.Start(start)!;
        agent.OutputDataReceived += (_, _) => { };
        agent.ErrorDataReceived += (_, _) => { };
        agent.BeginOutputReadLine();
        agent.BeginErrorReadLine();
        var machine = new LocalModelMachine(fake, agent, data);
        await Patience.UntilAsync(
            async () =>
            {
                var nodes = (await client.GetFromJsonAsync<JsonElement>($"/api/v1/workspaces/{workspace}/nodes", Cancellation)).GetProperty("items");
                var node = nodes.EnumerateArray().FirstOrDefault(each => each.GetProperty("name").GetString() == name);
                machine.Id = node.ValueKind == JsonValueKind.Object ? node.GetProperty("id").GetGuid() : Guid.Empty;
                return node.ValueKind == JsonValueKind.Object && node.GetProperty("status").GetString() == "ready" && node.GetProperty("models").GetArrayLength() > 0;
            },
            $"{name} serves its models");
        return machine;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_agent.HasExited)
        {
            _agent.Kill();
            await _agent.WaitForExitAsync(CancellationToken.None);
        }

        _agent.Dispose();
        await Models.DisposeAsync();
        await TestDirectory.DeleteAsync(_data);
    }
}
