using Microsoft.AspNetCore.Http.HttpResults;
using OtherThing.Core.Access;
using OtherThing.Web.Hosting.Requests;
using OtherThing.Web.Hosting.Rest;

namespace OtherThing.Web.Components.Account;

/// <summary><c>/me</c>: one's own name and address.</summary>
internal static class MeEndpoints
{
    public static void MapMeEndpoints(this IEndpointRouteBuilder app)
    {
        var me = app.MapApi("/me").RequiresNoRow("One's own name and address; any valid credential may read it.").WithTags("Accounts");
        me.MapGet("", GetAsync).WithName("GetMe");
        me.MapPatch("", UpdateAsync).WithName("UpdateMe");
    }

    private static async Task<Results<Ok<MeResponse>, ProblemHttpResult>> GetAsync(
        CurrentActor current, ProfileService profiles, CancellationToken cancellationToken)
    {
        var found = await profiles.FindAsync(await current.GetAsync(), cancellationToken);
        return found.TryGet(out var account, out var error) ? TypedResults.Ok(MeResponse.From(account)) : error.ToProblem();
    }

    private static async Task<Results<Ok<MeResponse>, ProblemHttpResult>> UpdateAsync(
        UpdateMeRequest request, CurrentActor current, ProfileService profiles, CancellationToken cancellationToken)
    {
        var changed = await profiles.RenameAsync(await current.GetAsync(), request.DisplayName, cancellationToken);
        return changed.TryGet(out var account, out var error) ? TypedResults.Ok(MeResponse.From(account)) : error.ToProblem();
    }
}

internal sealed record UpdateMeRequest(string? DisplayName = null);

internal sealed record MeResponse(Guid Id, string Email, string DisplayName)
{
    public static MeResponse From(Core.Access.Account account) => new(account.Id, account.Email, account.DisplayName);
}
