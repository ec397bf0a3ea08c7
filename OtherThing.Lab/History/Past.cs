using System.Net.Http.Json;
using System.Text.Json;
using OtherThing.Lab.Engine;
using OtherThing.Lab.Processes;

namespace OtherThing.Lab.History;

/// <summary>A workspace with a long past: one of each thing is made over REST, and copied in the file.</summary>
/// <param name="Workspace">The workspace's id.</param>
/// <param name="Flow">The flow whose runs they are.</param>
/// <param name="Hook">Its webhook.</param>
/// <param name="User">Who did it all.</param>
internal sealed record Past(string Workspace, string Flow, string Hook, string User)
{
    /// <summary>Names of the runs, jobs, usage entries and tasks; see <see cref="Filling.Name"/>.</summary>
    private enum Kind
    {
        Run = 0x01900000,
        Job = 0x01910000,
        Usage = 0x01920000,
        Task = 0x01930000,
        Audit = 0x01940000,
        Attempt = 0x01950000,
    }

    /// <summary>Makes a workspace with one of each thing.</summary>
    public static async Task<Past> MakeAsync(ServerProcess server, string name, CancellationToken cancellationToken)
    {
        var user = (await server.GetAsync("/me", cancellationToken)).GetProperty("id").GetString()!;
        var workspace = await server.CreateWorkspaceAsync(name, cancellationToken);
        var flow = await server.CreateFlowAsync(workspace, EngineFlows.DataSets(10, EngineFlows.Hook, "input.body.n"), cancellationToken);
        var published = await server.PostAsync($"/workspaces/{workspace}/flows/{flow}/publish", "{}", cancellationToken);
        var past = new Past(workspace, flow, published.GetProperty("triggers")[0].GetProperty("url").GetString()!, user);
        await server.DeliverAsync(past.Hook, """{"n":1}""", cancellationToken);
        await server.PostAsync($"/workspaces/{workspace}/jobs", """{"kind":"noop"}""", cancellationToken);
        await server.PostAsync(
            $"/workspaces/{workspace}/usage", $$"""{"type":"api_call","provider":"openai","tokensUsed":10,"costCents":0.1,"flowId":"{{flow}}"}""",
            cancellationToken);
        await server.PostAsync($"/workspaces/{workspace}/tasks", $$"""{"title":"A card","flowId":"{{flow}}"}""", cancellationToken);
        using var keep = JsonContent.Create(new { retention = new { days = 3650, runs = 1_000_000 } });
        using var kept = await server.Client.PatchAsync($"/api/v1/workspaces/{workspace}", keep, cancellationToken);
        kept.EnsureSuccessStatusCode();
        return past;
    }

    /// <summary>Copies them, in the file of the stopped server.</summary>
    /// <param name="file">The file.</param>
    /// <param name="count">How many runs, jobs, usage entries and entries of the audit.</param>
    /// <param name="tasks">How many tasks.</param>
    /// <param name="nth">Which workspace it is: names are unique.</param>
    public void Fill(Filling file, int count, int tasks, int nth)
    {
        string Named(Kind kind) => Filling.Name((int)kind + nth);
        var mine = $"\"WorkspaceId\" = '{Workspace.ToUpperInvariant()}'";
        var (time, often) = (Filling.Time(count), $"CASE {Filling.Number} % 50 WHEN 0 THEN 'failed' WHEN 1 THEN 'cancelled' ELSE 'succeeded' END");
        var run = file.Read($"SELECT \"Id\" FROM \"Runs\" WHERE {mine} AND \"WakeAt\" IS NULL")[0][0];
        file.Copy("Runs", $"\"Id\" = '{run}'", count, new Dictionary<string, string>
        {
            ["Id"] = Named(Kind.Run),
            ["Status"] = often,
            ["CreatedAt"] = time,
            ["StartedAt"] = time,
            ["FinishedAt"] = time,
        });
        var entries = file.Read($"SELECT \"Sequence\" FROM \"RunJournal\" WHERE \"RunId\" = '{run}'");
        foreach (var entry in entries)
        {
            file.Copy(
                "RunJournal", $"\"RunId\" = '{run}' AND \"Sequence\" = {entry[0]}", count,
                new Dictionary<string, string> { ["RunId"] = Named(Kind.Run), ["At"] = time });
        }

        file.Copy("Jobs", mine, count, new Dictionary<string, string>
        {
            ["Id"] = Named(Kind.Job),
            ["Status"] = often,
            ["CreatedAt"] = time,
            ["StartedAt"] = time,
            ["FinishedAt"] = time,
            ["AttemptId"] = Named(Kind.Attempt),
            ["AttemptStatus"] = "'succeeded'",
            ["Fence"] = "1",
        });
        file.Execute($"UPDATE \"Jobs\" SET \"Status\" = 'cancelled', \"FinishedAt\" = \"CreatedAt\" WHERE {mine} AND \"Status\" = 'queued'");
        file.Copy("UsageEntries", mine, count, new Dictionary<string, string>
        {
            ["Id"] = Named(Kind.Usage),
            ["CallId"] = $"printf('call:%d', {Filling.Number})",
            ["Timestamp"] = time,
            ["Day"] = $"substr({time}, 1, 10)",
            ["Type"] = $"CASE {Filling.Number} % 20 WHEN 0 THEN 'compute' ELSE 'api_call' END",
            ["Provider"] = $"CASE {Filling.Number} % 40 WHEN 1 THEN 'groq' ELSE 'openai' END",
            ["Model"] = $"printf('model-%d', {Filling.Number} % 200)",
        });
        file.Copy("AuditLog", $"{mine} AND \"Action\" = 'flow.publish'", count, new Dictionary<string, string>
        {
            ["Id"] = Named(Kind.Audit),
            ["Sequence"] = $"{Filling.Number} + 100000",
            ["At"] = time,
            ["Action"] = $"CASE {Filling.Number} % 1000 WHEN 0 THEN 'flow.publish' ELSE 'run.start' END",
        });
        file.Copy("Tasks", mine, tasks, new Dictionary<string, string>
        {
            ["Id"] = Named(Kind.Task),
            ["Number"] = $"{Filling.Number} + 10",
            ["CreatedAt"] = Filling.Time(tasks),
            ["Title"] = $"printf('Card %d about %s', {Filling.Number}, CASE {Filling.Number} % 97 WHEN 0 THEN 'invoices' ELSE 'letters' END)",
            ["Status"] = $"CASE {Filling.Number} % 10 WHEN 0 THEN 'todo' WHEN 1 THEN 'in_progress' ELSE 'done' END",
            ["Rank"] = $"printf('m%012x', {Filling.Number})",
            ["AssigneeId"] = $"CASE {Filling.Number} % 100 WHEN 0 THEN '{User.ToUpperInvariant()}' ELSE NULL END",
        });
    }

    /// <summary>How many rows of the database are the workspace's, in every table that says whose its rows are.</summary>
    public long Rows(Filling file) =>
        file.Read(
            "SELECT m.name FROM sqlite_master AS m WHERE m.type = 'table' AND EXISTS (SELECT 1 FROM pragma_table_info(m.name) WHERE name = 'WorkspaceId')")
        .Select(table => (Table: table[0], Column: "WorkspaceId")).Append(("AuditHeads", "Chain")).Append(("Workspaces", "Id"))
        .Sum(place => file.Count($"SELECT COUNT(*) FROM \"{place.Item1}\" WHERE \"{place.Item2}\" = '{Workspace.ToUpperInvariant()}'"));

    /// <summary>What a GET of each list and filter is, below the workspace.</summary>
    public IEnumerable<(string Name, string Path)> Lists(JsonElement page)
    {
        yield return ("runs", "runs");
        yield return ("runs, behind a cursor", $"runs?cursor={page.GetProperty("next").GetString()}");
        yield return ("runs that failed", "runs?status=failed");
        yield return ("runs at work", "runs?status=running");
        yield return ("runs of a flow", $"runs?flowId={Flow}");
        yield return ("runs of a flow that failed", $"runs?flowId={Flow}&status=failed");
        yield return ("jobs", "jobs");
        yield return ("jobs that failed", "jobs?status=failed");
        yield return ("usage", "usage");
        yield return ("usage of a type", "usage?type=compute");
        yield return ("usage of a provider", "usage?provider=groq");
        yield return ("usage of a model", "usage?model=model-7");
        yield return ("usage of a member", $"usage?userId={User}");
        yield return ("usage of a flow", $"usage?flowId={Flow}");
        yield return ("usage, two filters", $"usage?provider=groq&model=model-7");
        yield return ("tasks", "tasks");
        yield return ("tasks of a column", "tasks?status=todo");
        yield return ("tasks of a member", $"tasks?assigneeId={User}");
        yield return ("tasks about a flow", $"tasks?flowId={Flow}");
        yield return ("tasks, a word many have", "tasks?q=letters");
        yield return ("tasks, a word few have", "tasks?q=invoices");
        yield return ("tasks, a word none has", "tasks?q=nothing%20of%20the%20kind");
        yield return ("audit", "audit");
        yield return ("audit of an act", "audit?action=flow.publish");
        yield return ("audit of a thing", "audit?action=workspace.*");
        yield return ("audit of a person", $"audit?actor={User}");
        yield return ("audit, refused", "audit?outcome=refused");
        yield return ("members", "members");
        yield return ("flows", "flows");
        yield return ("approvals", "approvals");
    }
}
