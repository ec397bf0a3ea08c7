using OtherThing.Core.Access;
using OtherThing.Core.Results;

namespace OtherThing.Core.Flows.Gallery;

/// <summary>Offers the gallery's flows and makes flows from them.</summary>
public sealed class FlowGalleryService(FlowService flows, Door door)
{
    /// <summary>The templates, in the gallery's order (A27).</summary>
    public async Task<Result<IReadOnlyList<FlowTemplate>>> ListAsync(Actor actor, Guid workspaceId, CancellationToken cancellationToken) =>
        (await door.EnterAsync(actor, workspaceId, Operations.FlowRead, cancellationToken)).Error is { } refusal
            ? refusal
            : Result<IReadOnlyList<FlowTemplate>>.Success(FlowGallery.All);

    /// <summary>Makes a flow from a template (A28): a draft of one's own, with nothing published.</summary>
    /// <param name="actor">Who asks.</param>
    /// <param name="workspaceId">The workspace.</param>
    /// <param name="templateId">Which template.</param>
    /// <param name="name">What to call the flow; null takes the template's title.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The flow, or <c>flow.template_not_found</c>, <c>flow.name_invalid</c>.</returns>
    public async Task<Result<Flow>> CreateAsync(
        Actor actor, Guid workspaceId, string templateId, string? name, CancellationToken cancellationToken)
    {
        if ((await door.EnterAsync(actor, workspaceId, Operations.FlowEdit, cancellationToken)).Error is { } refusal)
        {
            return refusal;
        }

        return FlowGallery.Find(templateId) is { } template
            ? await flows.CreateAsync(actor, workspaceId, name ?? template.Title, template.Purpose, template.Flow, cancellationToken)
            : FlowErrors.TemplateNotFound;
    }
}
