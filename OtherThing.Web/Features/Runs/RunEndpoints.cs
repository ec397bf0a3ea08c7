using Microsoft.AspNetCore.Http.HttpResults;
using OtherThing.Core.Access;
using OtherThing.Core.Results;
using OtherThing.Core.Runs;
using OtherThing.Core.Runs.Machine;
using OtherThing.Core.Runs.Repeat;
using OtherThing.Web.Features.Runs.Comparing;
using OtherThing.Web.Hosting.Limits;
using OtherThing.Web.Hosting.Requests;
using OtherThing.Web.Hosting.Rest;

namespace OtherThing.Web.Features.Runs;

/// <summary>Runs over REST.</summary>
internal static class RunEndpoints
{
    public static void MapRunEndpoints(this WebApplication app)
    {
        app.MapApi("/workspaces/{workspaceId:guid}/flows/{flowId:guid}/runs").WithTags("Runs")
            .MapPost("", StartAsync).WithName("StartRun").Requires(Operations.RunStart);
        app.MapApi("/workspaces/{workspaceId:guid}/flows/{flowId:guid}/steps/{stepId}/run").WithTags("Runs")
            .MapPost("", StartStepAsync).WithName("RunStep").Requires(Operations.RunStart);
        var group = app.MapApi("/workspaces/{workspaceId:guid}/runs").WithTags("Runs");
        group.MapGet("", ListAsync).WithName("ListRuns").Requires(Operations.RunRead);
        group.MapGet("/{runId:guid}", GetAsync).WithName("GetRun").Requires(Operations.RunRead);
        group.MapGet("/{runId:guid}/compare/{otherId:guid}", CompareAsync).WithName("CompareRuns").Requires(Operations.RunRead);
        group.MapGet("/{runId:guid}/events", RunEventStream.StreamAsync).WithName("StreamRunEvents").Requires(Operations.RunRead);
        group.MapPost("/{runId:guid}/cancel", CancelAsync).WithName("CancelRun").Requires(Operations.RunCancel);
        group.MapPost("/{runId:guid}/pause", PauseAsync).WithName("PauseRun").Requires(Operations.RunCancel);
        group.MapPost("/{runId:guid}/resume", ResumeAsync).WithName("ResumeRun").Requires(Operations.RunRetry);
        group.MapPost("/{runId:guid}/settle", SettleAsync).WithName("SettleRun").Requires(Operations.RunSettle);
        group.MapPost("/{runId:guid}/rerun", RerunAsync).WithName("RerunRun").Requires(Operations.RunRetry);
    }

    private static async Task<Results<Accepted<RunAcceptedResponse>, Ok<RunResponse>, ProblemHttpResult>> StartAsync(
        Guid workspaceId, Guid flowId, StartRunRequest? request, string? wait, RunStartService starts, RunService runs, PersonCaps caps, CurrentActor current,
        CancellationToken cancellationToken)
    {
        var actor = await current.GetAsync();
        if (!Waits.Read(wait, "run").TryGet(out var limit, out var malformed))
        {
            return malformed.ToProblem();
        }

        if (!Waits.Take(caps, actor, limit).TryGet(out var waiting, out var full))
        {
            return full.ToProblem();
        }

        using var seat = waiting;
        var started = await starts.StartAsync(actor, workspaceId, flowId, request?.Input, request?.Version, cancellationToken);
        return await AnswerAsync(started, actor, workspaceId, limit, runs, cancellationToken);
    }

    private static async Task<Results<Accepted<RunAcceptedResponse>, Ok<RunResponse>, ProblemHttpResult>> StartStepAsync(
        Guid workspaceId, Guid flowId, string stepId, StepRunRequest? request, string? wait, RunStepService steps, RunService runs, PersonCaps caps,
        CurrentActor current, CancellationToken cancellationToken)
    {
        var actor = await current.GetAsync();
        if (!Waits.Read(wait, "run").TryGet(out var limit, out var malformed))
        {
            return malformed.ToProblem();
        }

        if (!Waits.Take(caps, actor, limit).TryGet(out var waiting, out var full))
        {
            return full.ToProblem();
        }

        using var seat = waiting;
        var started = await steps.StartAsync(actor, workspaceId, flowId, stepId, request ?? new StepRunRequest(), cancellationToken);
        return await AnswerAsync(started, actor, workspaceId, limit, runs, cancellationToken);
    }

    private static async Task<Results<Accepted<RunAcceptedResponse>, Ok<RunResponse>, ProblemHttpResult>> RerunAsync(
        Guid workspaceId, Guid runId, RerunRequest? request, string? wait, RunRepeatService repeats, RunService runs, PersonCaps caps, CurrentActor current,
        CancellationToken cancellationToken)
    {
        var actor = await current.GetAsync();
        if (!Waits.Read(wait, "run").TryGet(out var limit, out var malformed))
        {
            return malformed.ToProblem();
        }

        if (!Waits.Take(caps, actor, limit).TryGet(out var waiting, out var full))
        {
            return full.ToProblem();
        }

        using var seat = waiting;
        if (request is { FailedItemsOnly: true, Input: not null })
        {
            return Error.Invalid(
                "run.input_fixed", "input", "Failed items run again with the input they had, so that they are the same items; leave input out.").ToProblem();
        }

        var started = request is { FailedItemsOnly: true }
            ? await repeats.RerunFailedItemsAsync(actor, workspaceId, runId, request.FromStep ?? "", cancellationToken)
            : await repeats.RerunAsync(actor, workspaceId, runId, request?.FromStep, request?.Input, cancellationToken);
        return await AnswerAsync(started, actor, workspaceId, limit, runs, cancellationToken);
    }

    private static async Task<Results<Accepted<RunAcceptedResponse>, Ok<RunResponse>, ProblemHttpResult>> SettleAsync(
        Guid workspaceId, Guid runId, SettleRequest? request, string? wait, RunRepeatService repeats, RunService runs, PersonCaps caps, CurrentActor current,
        CancellationToken cancellationToken)
    {
        var actor = await current.GetAsync();
        if (!Waits.Read(wait, "run").TryGet(out var limit, out var malformed))
        {
            return malformed.ToProblem();
        }

        if (!Waits.Take(caps, actor, limit).TryGet(out var waiting, out var full))
        {
            return full.ToProblem();
        }

        using var seat = waiting;
        var started = await repeats.SettleAsync(actor, workspaceId, runId, request?.Path, request?.Happened, request?.Output, cancellationToken);
        return await AnswerAsync(started, actor, workspaceId, limit, runs, cancellationToken);
    }

    private static async Task<Results<Ok<RunResponse>, ProblemHttpResult>> PauseAsync(
        Guid workspaceId, Guid runId, RunService runs, CurrentActor current, CancellationToken cancellationToken)
    {
        var result = await runs.PauseAsync(await current.GetAsync(), workspaceId, runId, cancellationToken);
        return result.IsSuccess ? TypedResults.Ok(RunResponse.From(result.Value)) : result.Error.ToProblem();
    }

    private static async Task<Results<Ok<RunResponse>, ProblemHttpResult>> ResumeAsync(
        Guid workspaceId, Guid runId, RunService runs, CurrentActor current, CancellationToken cancellationToken)
    {
        var result = await runs.ResumeAsync(await current.GetAsync(), workspaceId, runId, cancellationToken);
        return result.IsSuccess ? TypedResults.Ok(RunResponse.From(result.Value)) : result.Error.ToProblem();
    }

    private static async Task<Results<Ok<Page<RunResponse>>, ProblemHttpResult>> ListAsync(
        Guid workspaceId, [AsParameters] RunQuery query, int? limit, string? cursor, RunService runs, CurrentActor current, CancellationToken cancellationToken)
    {
        var actor = await current.GetAsync();
        if (!query.Read().TryGet(out var filter, out var malformed) || !PageRequest.Parse(limit, cursor).TryGet(out var page, out malformed))
        {
            return malformed.ToProblem();
        }

        var result = await runs.ListAsync(actor, workspaceId, filter, page, cancellationToken);
        return result.IsSuccess ? TypedResults.Ok(result.Value.Select(RunResponse.From)) : result.Error.ToProblem();
    }

    private static async Task<Results<Ok<RunResponse>, ProblemHttpResult>> GetAsync(
        Guid workspaceId, Guid runId, RunService runs, CurrentActor current, CancellationToken cancellationToken)
    {
        var result = await runs.GetAsync(await current.GetAsync(), workspaceId, runId, cancellationToken);
        return result.IsSuccess ? TypedResults.Ok(RunResponse.From(result.Value)) : result.Error.ToProblem();
    }

    private static async Task<Results<Ok<RunComparisonResponse>, ProblemHttpResult>> CompareAsync(
        Guid workspaceId, Guid runId, Guid otherId, RunService runs, CurrentActor current, CancellationToken cancellationToken)
    {
        var result = await runs.CompareAsync(await current.GetAsync(), workspaceId, runId, otherId, cancellationToken);
        return result.TryGet(out var comparison, out var refusal) ? TypedResults.Ok(RunComparisonResponse.From(comparison)) : refusal.ToProblem();
    }

    private static async Task<Results<Ok<RunResponse>, ProblemHttpResult>> CancelAsync(
        Guid workspaceId, Guid runId, RunService runs, CurrentActor current, CancellationToken cancellationToken)
    {
        var result = await runs.CancelAsync(await current.GetAsync(), workspaceId, runId, cancellationToken);
        return result.IsSuccess ? TypedResults.Ok(RunResponse.From(result.Value)) : result.Error.ToProblem();
    }

    private static async Task<Results<Accepted<RunAcceptedResponse>, Ok<RunResponse>, ProblemHttpResult>> AnswerAsync(
        Result<Guid> started, Actor actor, Guid workspaceId, TimeSpan? wait, RunService runs, CancellationToken cancellationToken)
    {
        if (!started.TryGet(out var runId, out var refusal))
        {
            return refusal.ToProblem();
        }

        Result<RunDetail> answered;
        try
        {
            answered = await runs.AnswerAsync(actor, workspaceId, runId, wait, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Whoever waited is gone, or the server stops. The run has begun: who asks again with the same key is to hear of this one.
            answered = await runs.AnswerAsync(actor, workspaceId, runId, null, CancellationToken.None);
        }

        if (!answered.TryGet(out var detail, out refusal))
        {
            return refusal.ToProblem();
        }

        return wait is not null && detail.Run.Status.IsFinal()
            ? TypedResults.Ok(RunResponse.From(detail))
            : TypedResults.Accepted($"{RestSetup.Prefix}/workspaces/{workspaceId}/runs/{runId}", new RunAcceptedResponse(runId, detail.Run.Status));
    }
}
