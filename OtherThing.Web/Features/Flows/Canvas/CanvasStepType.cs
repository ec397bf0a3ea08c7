using System.Text.Json;
using OtherThing.Core.Flows;
using OtherThing.Core.Steps;

namespace OtherThing.Web.Features.Flows.Canvas;

/// <summary>A step type as the canvas needs it.</summary>
/// <param name="Name">As in documents.</param>
/// <param name="Kind">Its family: hue and icon.</param>
/// <param name="Title">What people read.</param>
/// <param name="Description">One sentence.</param>
/// <param name="Ports">The ports every step of the type has.</param>
/// <param name="PortsFrom">The config field whose list of values is further ports; null for none.</param>
/// <param name="IsTrigger">Nothing leads into it.</param>
/// <param name="IsContainer">Holds other steps.</param>
/// <param name="IsPlaceholder">Nobody adds one by hand.</param>
/// <param name="Fresh">The config of a new step.</param>
internal sealed record CanvasStepType(
    string Name, string Kind, string Title, string Description, IReadOnlyList<string> Ports, string? PortsFrom,
    bool IsTrigger, bool IsContainer, bool IsPlaceholder, JsonElement Fresh)
{
    public static IReadOnlyList<CanvasStepType> All { get; } = [.. StepCatalog.All.Select(From)];

    private static CanvasStepType From(StepType type) => new(
        type.Name,
        type.Kind.ToString().ToLowerInvariant(),
        type.Title,
        type.Description,
        type.OwnPorts(new FlowStep { Id = "x", Type = type.Name }),
        type.Name == "logic.switch" ? "cases" : type.IsPlaceholder ? "ports" : null,
        type.IsTrigger,
        type.IsContainer,
        type.IsPlaceholder,
        type.Fresh);
}
