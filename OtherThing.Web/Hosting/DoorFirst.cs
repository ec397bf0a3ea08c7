using Microsoft.AspNetCore.Http.HttpResults;
using OtherThing.Core.Access;
using OtherThing.Core.Results;
using OtherThing.Web.Hosting.Requests;
using OtherThing.Web.Hosting.Rest;

namespace OtherThing.Web.Hosting;

/// <summary>
/// Whoever may not do something learns that first, whatever else is wrong with their request: what a request got wrong, and how many of
/// something are open already, is said only to those whom the endpoint's row lets in.
/// </summary>
internal sealed class DoorFirst(Door door)
{
    /// <summary>Asks the door for the row of an endpoint, as the person of the request.</summary>
    /// <param name="context">The request.</param>
    /// <param name="endpoint">What it goes to; one without a row lets everybody in.</param>
    /// <param name="route">Its parts of the address, which name the workspace if it is about one.</param>
    /// <returns>The refusal, or null.</returns>
    public async Task<Error?> AskAsync(HttpContext context, Endpoint? endpoint, RouteValueDictionary? route)
    {
        if (endpoint?.Metadata.GetMetadata<OperationMetadata>() is not { Operation: var operation })
        {
            return null;
        }

        var actor = CurrentActor.From(context.User);
        return Guid.TryParse(route?["workspaceId"]?.ToString(), out var workspaceId)
            ? (await door.EnterAsync(actor, workspaceId, operation, context.RequestAborted)).Error
            : door.EnterOwn(actor, operation).Error;
    }

    /// <summary>The filter of every REST endpoint: its own refusal of the request comes after the door's.</summary>
    public static async ValueTask<object?> FilterAsync(EndpointFilterInvocationContext invocation, EndpointFilterDelegate next)
    {
        var http = invocation.HttpContext;
        var result = http.Response.StatusCode == StatusCodes.Status400BadRequest
            ? QueryFault.Explain(http.Request).ToProblem()
            : await next(invocation);
        var answer = result;
        while (answer is INestedHttpResult nested)
        {
            answer = nested.Result;
        }

        if (answer is not ProblemHttpResult { StatusCode: StatusCodes.Status400BadRequest or StatusCodes.Status429TooManyRequests })
        {
            return result;
        }

        var refusal = await http.RequestServices.GetRequiredService<DoorFirst>().AskAsync(http, http.GetEndpoint(), http.Request.RouteValues);
        return refusal is null ? result : refusal.ToProblem();
    }
}
