using OtherThing.Core.Runs;

namespace OtherThing.Web.Features.Runs;

/// <summary>Runs in words.</summary>
internal static class RunWords
{
    /// <summary>What started a run: <c>By hand</c>, <c>Webhook</c>.</summary>
    public static string Of(RunTrigger trigger) => trigger switch
    {
        RunTrigger.Manual => "By hand",
        RunTrigger.Flow => "Another flow",
        RunTrigger.Rerun => "Run again",
        _ => trigger.ToString(),
    };
}
