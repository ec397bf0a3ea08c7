using System.Linq.Expressions;
using OtherThing.Core.Approvals;
using OtherThing.Core.Audit;
using OtherThing.Core.Jobs;
using OtherThing.Core.Results;
using OtherThing.Core.Runs;
using OtherThing.Core.Tasks;
using OtherThing.Core.Usage;
using OtherThing.Core.Workspaces;
using OtherThing.Data;
using OtherThing.Data.Approvals;
using OtherThing.Data.Audit;
using OtherThing.Data.Conventions;
using OtherThing.Data.Flows;
using OtherThing.Data.Jobs;
using OtherThing.Data.Runs;
using OtherThing.Data.Tasks;
using OtherThing.Data.Usage;
using OtherThing.Data.Workspaces;

namespace OtherThing.Tests.Data.Conventions;

/// <summary>Every list with each of its filters, as the queries that read a page of it.</summary>
internal static class ListCases
{
    private static readonly Guid s_id = Guid.Parse("0198c0de-0000-7000-8000-000000000001");

    /// <param name="Entity">What is listed.</param>
    /// <param name="Queries">The queries behind a place in the list; those that only ask of rows what no index has are marked.</param>
    internal sealed record ListCase(Type Entity, Func<AppDbContext, Cursor?, IEnumerable<(IQueryable Query, bool Narrows)>> Queries);

    public static IReadOnlyDictionary<string, ListCase> All { get; } = Make().ToDictionary(pair => pair.Name, pair => pair.Case);

    private static IEnumerable<(string Name, ListCase Case)> Make()
    {
        foreach (var flow in new Guid?[] { null, s_id })
        {
            foreach (var status in Enum.GetValues<RunStatus>().Cast<RunStatus?>().Prepend(null))
            {
                yield return Of($"runs, flow {flow is not null}, status {status}", RunStore.Order, db => RunStore.Find(db, s_id, new RunFilter(flow, status)));
            }
        }

        foreach (var filter in RunFilters())
        {
            yield return Of($"runs, {filter}", RunStore.Order, db => RunStore.Find(db, s_id, filter));
        }

        foreach (var status in Enum.GetValues<JobStatus>().Cast<JobStatus?>().Prepend(null))
        {
            yield return Of($"jobs, status {status}", JobStore.Order, db => (JobStore.Find(db, s_id, status), []));
        }

        foreach (var filter in new TaskFilter[]
        {
            new(), new(Status: TaskState.Done), new(AssigneeId: s_id), new(FlowId: s_id), new(Text: "word"), new(TaskState.Todo, s_id, s_id, "word"),
        })
        {
            yield return Of($"tasks, {filter}", TaskStore.Order, db => TaskStore.Find(db, s_id, filter));
        }

        foreach (var filter in UsageFilters())
        {
            yield return Of($"usage, {filter}", UsageStore.Order, db => UsageStore.Find(db, s_id, filter));
        }

        foreach (var filter in new AuditFilter[]
        {
            new(), new(DateTime.UnixEpoch, DateTime.UnixEpoch.AddDays(1)), new(ActorId: s_id), new(Action: "flow.publish"), new(Action: "run.start"),
            new(Action: "flow.*"), new(Outcome: AuditOutcome.Refused), new(Outcome: AuditOutcome.Done),
            new(DateTime.UnixEpoch, null, s_id, "flow.publish", AuditOutcome.Refused),
        })
        {
            yield return Of($"audit, {filter}", AuditStore.Order, db => AuditStore.Find(db, s_id, filter));
        }

        foreach (var filter in new ApprovalFilter[]
        { new(), new() { Open = true }, new() { Open = false }, new() { RunId = s_id }, new() { TaskId = s_id }, new() { RunId = s_id, Open = true } })
        {
            yield return Of($"approvals, {filter}", ApprovalStore.Order, db => ApprovalStore.Find(db, s_id, filter));
        }

        yield return Of("flows", FlowStore.Order, db => FlowStore.Find(db, s_id, null));
        yield return Of("flows, words", FlowStore.Order, db => FlowStore.Find(db, s_id, "word"));
        yield return ("members", new ListCase(typeof(Membership), (db, after) => [(MemberStore.List(db, MemberStore.Find(db, s_id, after)).Take(51), false)]));
    }

    private static IEnumerable<RunFilter> RunFilters()
    {
        var day = new RunFilter { From = DateTime.UnixEpoch, To = DateTime.UnixEpoch.AddDays(1) };
        RunFilter[] more =
        [
            new() { Trigger = RunTrigger.Webhook }, new() { StartedBy = s_id }, new() { Trigger = RunTrigger.Webhook, StartedBy = s_id },
            new() { Text = "word" }, day, new() { From = DateTime.UnixEpoch }, new() { To = DateTime.UnixEpoch },
            day with { Trigger = RunTrigger.Schedule, StartedBy = s_id, Text = "word" },
        ];
        return more.SelectMany(filter => new[]
        {
            filter, filter with { FlowId = s_id }, filter with { Status = RunStatus.Failed }, filter with { FlowId = s_id, Status = RunStatus.Failed },
            filter with { FlowId = s_id, Status = RunStatus.Waiting },
        });
    }

    private static IEnumerable<UsageFilter> UsageFilters() =>
    [
        new(), new() { From = DateTime.UnixEpoch, To = DateTime.UnixEpoch.AddDays(1) }, new() { Type = UsageType.ApiCall }, new() { Provider = "openai" },
        new() { Model = "a model" }, new() { FlowId = s_id }, new() { RunId = s_id }, new() { UserId = s_id }, new() { NodeId = s_id }, new() { KeyId = s_id },
        new() { KeysOf = s_id }, new() { Provider = "openai", UserId = s_id, From = DateTime.UnixEpoch },
    ];

    private static (string Name, ListCase Case) Of<T>(
        string name, TimeOrder<T> order, Func<AppDbContext, (IQueryable<T> Found, IReadOnlyList<Expression<Func<T, bool>>> Others)> find)
        where T : class => (name, new ListCase(typeof(T), (db, after) =>
        {
            var (found, others) = find(db);
            if (others.Count == 0)
            {
                return [(order.After(found, after).Take(51), false)];
            }

            var last = new Cursor(DateTime.UnixEpoch, s_id);
            return
            [
                (order.Nth(found, after, TimeOrder<T>.MostLookedAt), false),
                (TimeOrder<T>.Narrow(order.After(found, after, last), others).Take(51), true),
            ];
        }));
}
