using Microsoft.AspNetCore.Http.HttpResults;
using OtherThing.Core.Access;
using OtherThing.Core.Results;
using OtherThing.Core.Tasks;
using OtherThing.Web.Hosting.Requests;
using OtherThing.Web.Hosting.Rest;

namespace OtherThing.Web.Features.Tasks;

/// <summary><c>/workspaces/{workspaceId}/tasks</c>.</summary>
internal static class TaskEndpoints
{
    public static void MapTaskEndpoints(this IEndpointRouteBuilder app)
    {
        var group = app.MapApi("/workspaces/{workspaceId:guid}/tasks").WithTags("Tasks");
        group.MapGet("", ListAsync).WithName("ListTasks").Requires(Operations.TaskRead);
        group.MapPost("", CreateAsync).WithName("CreateTask").Requires(Operations.TaskCreate);
        group.MapGet("/{taskId:guid}", GetAsync).WithName("GetTask").Requires(Operations.TaskRead);
        group.MapPatch("/{taskId:guid}", UpdateAsync).WithName("UpdateTask").Requires(Operations.TaskEdit);
        group.MapDelete("/{taskId:guid}", DeleteAsync).WithName("DeleteTask").Requires(Operations.TaskDelete);
        group.MapPost("/{taskId:guid}/restore", RestoreAsync).WithName("RestoreTask").Requires(Operations.TaskDelete);
    }

    private static async Task<Results<Ok<Page<TaskResponse>>, ProblemHttpResult>> ListAsync(
        Guid workspaceId, CurrentActor current, TaskService tasks, CancellationToken cancellationToken,
        string? status = null, Guid? assigneeId = null, Guid? flowId = null, string? q = null, int? limit = null, string? cursor = null)
    {
        if (!PageRequest.Parse(limit, cursor).TryGet(out var page, out var wrong))
        {
            return wrong.ToProblem();
        }

        if (!TaskWords.TryParseStatus(status, out var state))
        {
            return Error.Invalid("task.status_invalid", "status", "status must be todo, in_progress or done.").ToProblem();
        }

        if (!TaskRules.Title.Holds(q))
        {
            return Error.Invalid("task.search_too_long", "q", $"q may have up to {TaskRules.Title}.").ToProblem();
        }

        var filter = new TaskFilter(state, assigneeId, flowId, q);
        var found = await tasks.ListAsync(await current.GetAsync(), workspaceId, filter, page, cancellationToken);
        return found.TryGet(out var list, out var error) ? TypedResults.Ok(list.Select(TaskResponse.From)) : error.ToProblem();
    }

    private static async Task<Results<Created<TaskResponse>, ProblemHttpResult>> CreateAsync(
        Guid workspaceId, CreateTaskRequest request, CurrentActor current, TaskService tasks, CancellationToken cancellationToken)
    {
        var made = await tasks.CreateAsync(await current.GetAsync(), workspaceId, request.ToDraft(), cancellationToken);
        return made.TryGet(out var task, out var error)
            ? TypedResults.Created($"{RestSetup.Prefix}/workspaces/{workspaceId}/tasks/{task.Id}", TaskResponse.From(task))
            : error.ToProblem();
    }

    private static async Task<Results<Ok<TaskResponse>, ProblemHttpResult>> GetAsync(
        Guid workspaceId, Guid taskId, CurrentActor current, TaskService tasks, CancellationToken cancellationToken) =>
        Answer(await tasks.GetAsync(await current.GetAsync(), workspaceId, taskId, cancellationToken));

    private static async Task<Results<Ok<TaskResponse>, ProblemHttpResult>> UpdateAsync(
        Guid workspaceId, Guid taskId, UpdateTaskRequest request, CurrentActor current, TaskService tasks, CancellationToken cancellationToken) =>
        Answer(await tasks.UpdateAsync(await current.GetAsync(), workspaceId, taskId, request.ToChange(), cancellationToken));

    private static async Task<Results<NoContent, ProblemHttpResult>> DeleteAsync(
        Guid workspaceId, Guid taskId, CurrentActor current, TaskService tasks, CancellationToken cancellationToken)
    {
        var deleted = await tasks.DeleteAsync(await current.GetAsync(), workspaceId, taskId, cancellationToken);
        return deleted.IsSuccess ? TypedResults.NoContent() : deleted.Error.ToProblem();
    }

    private static async Task<Results<Ok<TaskResponse>, ProblemHttpResult>> RestoreAsync(
        Guid workspaceId, Guid taskId, CurrentActor current, TaskService tasks, CancellationToken cancellationToken) =>
        Answer(await tasks.RestoreAsync(await current.GetAsync(), workspaceId, taskId, cancellationToken));

    private static Results<Ok<TaskResponse>, ProblemHttpResult> Answer(Result<TaskItem> result) =>
        result.TryGet(out var task, out var error) ? TypedResults.Ok(TaskResponse.From(task)) : error.ToProblem();
}
