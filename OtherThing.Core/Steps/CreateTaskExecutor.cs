using System.Text.Json;
using OtherThing.Core.Access;
using OtherThing.Core.Results;
using OtherThing.Core.Steps.Configs;
using OtherThing.Core.Tasks;

namespace OtherThing.Core.Steps;

/// <summary><c>task.create</c>: a card on the board. Its id is the attempt's, so a repeat after a crash finds the card it made.</summary>
public sealed class CreateTaskExecutor(TaskService tasks) : IStepExecutor
{
    /// <inheritdoc/>
    public string Type => CreateTaskConfig.StepType;

    /// <inheritdoc/>
    public async Task<StepOutcome> ExecuteAsync(StepCall call, CancellationToken cancellationToken)
    {
        CreateTaskConfig config;
        Guid? assignee = null;
        try
        {
            config = call.Config.Deserialize<CreateTaskConfig>(Json.Options)!;
        }
        catch (JsonException exception)
        {
            return StepOutcome.Failed("task.invalid", $"The card cannot be made of this: {exception.Path}.", noEffect: true);
        }

        if (!string.IsNullOrWhiteSpace(config.AssigneeId))
        {
            if (!Guid.TryParse(config.AssigneeId, out var id))
            {
                return StepOutcome.Failed(TaskErrors.AssigneeInvalid.Code, TaskErrors.AssigneeInvalid.Message, noEffect: true);
            }

            assignee = id;
        }

        var draft = new TaskDraft(
            config.Title, config.Description, config.Status, assignee, FlowId: null, RunId: call.RunId, Id: call.AttemptId);
        var made = await tasks.CreateAsync(Actor.Run(call.UserId), call.WorkspaceId, draft, cancellationToken);
        return made.TryGet(out var task, out var refusal)
            ? StepOutcome.Succeeded(Json.ToElement(new { taskId = task.Id, task.Number }))
            : StepOutcome.Failed(refusal.Code, refusal.Message, noEffect: true);
    }
}
