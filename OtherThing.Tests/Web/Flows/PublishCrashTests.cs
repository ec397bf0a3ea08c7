using System.Data.Common;
using System.Diagnostics;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using OtherThing.Core.Flows;
using OtherThing.Core.Triggers;
using OtherThing.Data;
using OtherThing.Tests.Support;
using OtherThing.Tests.Web.Runs;

namespace OtherThing.Tests.Web.Flows;

/// <summary>A server that dies while a flow is published: whatever it had sent to the database, flow, version and triggers are of one version after
/// it.</summary>
public sealed class PublishCrashTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Publish_KilledBeforeAnyStatement_LeavesFlowVersionAndTriggersOfOneVersion()
    {
        using var death = new Death(); // before the first statement: what nobody listens to is soon told to nobody
        await using var server = new TestServer();
        var client = await RunClient.NewAsync(server);
        var flow = Guid.Parse((await client.PostAsync("/flows", Body("0 1 * * *", "first"))).GetProperty("id").GetString()!);
        await client.PostAsync($"/flows/{flow}/publish");
        var (connection, killed) = (ConnectionOf(server), 0);

        for (var (statement, published) = (1, false); !published; statement++)
        {
            var cron = $"{statement} 2 * * *";
            Assert.Equal(200, (await client.SendAsync(HttpMethod.Patch, $"/flows/{flow}", Body(cron, "step" + statement))).Status);
            death.Plan(connection, statement);
            var answer = (await client.SendAsync(HttpMethod.Post, $"/flows/{flow}/publish", "{}")).Status;
            published = !death.HasStruck;
            killed += published ? 0 : 1;
            death.Over();
            Assert.Equal(published, answer == 200);
            await AgreeAsync(server, Guid.Parse(client.Root.Split('/')[^1]), flow);
        }

        Assert.True(killed > 4, $"The publication had only {killed} statements.");
    }

    private static async Task AgreeAsync(TestServer server, Guid workspace, Guid id)
    {
        var flow = (await server.Services.GetRequiredService<IFlowStore>().FindAsync(workspace, id, Cancel))!;
        await using var db = await server.Services.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContextAsync(Cancel);
        var last = await db.Set<FlowVersion>()
            .Where(version => version.FlowId == id && version.PublishedAt != null)
            .OrderByDescending(version => version.Number)
            .FirstAsync(Cancel);
        var document = FlowJson.Parse(last.Definition).Value;
        var triggers = await server.Services.GetRequiredService<ITriggerStore>().ListAsync(workspace, [id], Cancel);

        Assert.Equal(last.Number, flow.PublishedRevision);
        Assert.Equal(
            document.Steps.Where(step => step.Type == "trigger.schedule").Select(step => $"{step.Id} {step.Config.GetProperty("cron").GetString()}").Order(),
            triggers.Where(trigger => trigger.Plan is not null).Select(trigger => $"{trigger.StepId} {trigger.Plan!.Trim()}").Order());
        Assert.Equal(
            document.Steps.Where(step => step.Type == "trigger.webhook").Select(step => step.Id),
            triggers.Where(trigger => trigger.TokenHash is not null).Select(trigger => trigger.StepId));
    }

    private static string Body(string cron, string step) =>
        $$$"""{"name":"Nightly","flow":{"steps":[{"id":"{{{step}}}","type":"trigger.schedule","config":{"cron":"{{{cron}}}"}},{"id":"hook{{{step}}}","type":"trigger.webhook","config":{}}],"connections":[]}}""";

    private static string ConnectionOf(TestServer server)
    {
        using var db = server.Services.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContext();
        return db.Database.GetDbConnection().ConnectionString;
    }

    /// <summary>Ends the request that publishes before one of its statements: of those about flows, versions and triggers, or the commit.</summary>
    private sealed class Death : IObserver<DiagnosticListener>, IObserver<KeyValuePair<string, object?>>, IDisposable
    {
        private readonly List<IDisposable> _subscriptions = [];
        private string? _connection;
        private int _left;

        public Death() => _subscriptions.Add(DiagnosticListener.AllListeners.Subscribe(this));

        public bool HasStruck { get; private set; }

        public void Plan(string connection, int statement) => (_connection, _left, HasStruck) = (connection, statement, false);

        public void Over() => _connection = null;

        public void OnNext(DiagnosticListener value)
        {
            if (value.Name == DbLoggerCategory.Name)
            {
                _subscriptions.Add(value.Subscribe(this));
            }
        }

        public void OnNext(KeyValuePair<string, object?> value)
        {
            var statement = value.Value switch
            {
                CommandEventData { Command: var command } when value.Key == RelationalEventId.CommandExecuting.Name =>
                    IsOurs(command) ? command.Connection : null,
                TransactionEventData { Transaction: var transaction } when value.Key == RelationalEventId.TransactionCommitting.Name => transaction.Connection,
                _ => null,
            };
            // Who is dead does nothing more, also not once again.
            if (statement is not null && statement.ConnectionString == _connection && Interlocked.Decrement(ref _left) <= 0)
            {
                HasStruck = true;
                throw new InvalidOperationException("The server was killed."); // nothing that is tried again
            }
        }

        public void OnCompleted()
        {
        }

        public void OnError(Exception error)
        {
        }

        public void Dispose() => _subscriptions.ForEach(subscription => subscription.Dispose());

        // What else goes on in the server does not count.
        private static bool IsOurs(DbCommand command) =>
            new[] { "\"Flows\"", "\"FlowVersions\"", "\"Triggers\"" }.Any(table => command.CommandText.Contains(table, StringComparison.Ordinal))
            && !command.CommandText.Contains("\"NextAt\" <=", StringComparison.Ordinal);
    }
}
