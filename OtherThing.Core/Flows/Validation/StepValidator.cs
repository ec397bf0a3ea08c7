using OtherThing.Core.Steps;

namespace OtherThing.Core.Flows.Validation;

/// <summary>Checks one step by itself: type, policies, config.</summary>
internal static class StepValidator
{
    public static void Check(FlowStep step, SayProblem problem)
    {
        if (step is null)
        {
            return; // said by the check of ids
        }

        CheckPolicies(step, problem);
        if (step.Type is null || StepCatalog.Find(step.Type) is not { } type)
        {
            problem(step.Id, "type", $"There is no step type '{FlowValidator.Short(step.Type)}'.{Nearest(step.Type)}");
            return;
        }

        ConfigValidator.Check(type, step.Config, (field, message, wanted) => problem(step.Id, field, message, wanted));
    }

    private static void CheckPolicies(FlowStep step, SayProblem problem)
    {
        if (!FlowLimits.StepName.Holds(step.Name))
        {
            problem(step.Id, "name", $"A name has up to {FlowLimits.StepName}.");
        }

        if (!FlowValidator.IsPlace(step.Position))
        {
            problem(step.Id, "position", "The position is off the canvas.");
        }

        if (step.TimeoutSeconds is <= 0 or > FlowLimits.TimeoutSeconds)
        {
            problem(step.Id, "timeoutSeconds", $"1 to {FlowLimits.TimeoutSeconds:N0} seconds.");
        }

        if (step.Retry is { Max: < 0 or > FlowLimits.Retries })
        {
            problem(step.Id, "retry.max", $"0 to {FlowLimits.Retries} retries.");
        }

        if (step.Retry is { BackoffSeconds: not (>= 0 and <= 3600) })
        {
            problem(step.Id, "retry.backoffSeconds", "0 to 3,600 seconds.");
        }

        if (!Enum.IsDefined(step.OnError))
        {
            problem(step.Id, "onError", "fail, continue or branch.");
        }
    }

    private static string Nearest(string? name) =>
        name is { Length: > 0 and < 60 } && StepCatalog.All.MinBy(type => Distance(type.Name, name)) is { } nearest && Distance(nearest.Name, name) <= 4
            ? $" Did you mean '{nearest.Name}'?"
            : "";

    /// <summary>Levenshtein distance.</summary>
    private static int Distance(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                (diagonal, row[j]) = (row[j], Math.Min(Math.Min(row[j] + 1, row[j - 1] + 1), diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)));
            }
        }

        return row[b.Length];
    }
}
