using OtherThing.Core.Flows;

namespace OtherThing.Web.Features.Flows.Editing;

/// <summary>What a new flow begins with: a way to start it, so that its first run is one click away.</summary>
internal static class NewFlow
{
    public static FlowDocument Definition { get; } = FlowDocument.Empty with
    {
        Steps = [new FlowStep { Id = "start", Type = "trigger.manual", Name = "Start by hand", Position = new FlowPosition(0, 0) }],
    };
}
