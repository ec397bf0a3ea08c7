using Microsoft.AspNetCore.Http.HttpResults;
using OtherThing.Core.Access;
using OtherThing.Core.Keys;
using OtherThing.Core.Results;
using OtherThing.Web.Hosting.Requests;
using OtherThing.Web.Hosting.Rest;

namespace OtherThing.Web.Features.Keys;

/// <summary><c>/workspaces/{id}/api-keys</c>.</summary>
internal static class KeyEndpoints
{
    public static void MapKeyEndpoints(this IEndpointRouteBuilder app)
    {
        var group = app.MapApi("/workspaces/{workspaceId:guid}/api-keys").WithTags("API keys");
        group.MapGet("", ListAsync).WithName("ListApiKeys").Requires(Operations.KeyList);
        group.MapPost("", AddAsync).WithName("AddApiKey").Requires(Operations.KeyAdd);
        group.MapGet("/{keyId:guid}", GetAsync).WithName("GetApiKey").Requires(Operations.KeyList);
        group.MapDelete("/{keyId:guid}", RemoveAsync).WithName("RemoveApiKey").Requires(Operations.KeyRemove);
        group.MapPost("/{keyId:guid}/test", TestAsync).WithName("TestApiKey").Requires(Operations.KeyUse);
    }

    private static async Task<Results<Ok<Page<ApiKeyView>>, ProblemHttpResult>> ListAsync(
        Guid workspaceId, CurrentActor current, KeyService keys, CancellationToken cancellationToken, int? limit = null, string? cursor = null)
    {
        if (!PageRequest.Parse(limit, cursor).TryGet(out var page, out var wrong))
        {
            return wrong.ToProblem();
        }

        var found = await keys.ListAsync(await current.GetAsync(), workspaceId, page, cancellationToken);
        return found.TryGet(out var list, out var error) ? TypedResults.Ok(list) : error.ToProblem();
    }

    private static async Task<Results<Created<ApiKeyView>, ProblemHttpResult>> AddAsync(
        Guid workspaceId, AddApiKeyRequest request, CurrentActor current, KeyAddService keys, CancellationToken cancellationToken)
    {
        var draft = new KeyDraft(request.Provider, request.Name, request.Key, request.BaseUrl);
        var added = await keys.AddAsync(await current.GetAsync(), workspaceId, draft, cancellationToken);
        return added.TryGet(out var key, out var error)
            ? TypedResults.Created($"{RestSetup.Prefix}/workspaces/{workspaceId}/api-keys/{key.Id}", key)
            : error.ToProblem();
    }

    private static async Task<Results<Ok<ApiKeyView>, ProblemHttpResult>> GetAsync(
        Guid workspaceId, Guid keyId, CurrentActor current, KeyService keys, CancellationToken cancellationToken)
    {
        var found = await keys.GetAsync(await current.GetAsync(), workspaceId, keyId, cancellationToken);
        return found.TryGet(out var key, out var error) ? TypedResults.Ok(key) : error.ToProblem();
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> RemoveAsync(
        Guid workspaceId, Guid keyId, CurrentActor current, KeyService keys, CancellationToken cancellationToken)
    {
        var removed = await keys.RemoveAsync(await current.GetAsync(), workspaceId, keyId, cancellationToken);
        return removed.IsSuccess ? TypedResults.NoContent() : removed.Error.ToProblem();
    }

    private static async Task<Results<Ok<KeyTest>, ProblemHttpResult>> TestAsync(
        Guid workspaceId, Guid keyId, CurrentActor current, KeyTestService keys, CancellationToken cancellationToken)
    {
        var tested = await keys.TestAsync(await current.GetAsync(), workspaceId, keyId, cancellationToken);
        return tested.TryGet(out var test, out var error) ? TypedResults.Ok(test) : error.ToProblem();
    }
}

/// <summary>A key to add. The value is in <c>key</c> and is never given back.</summary>
internal sealed record AddApiKeyRequest(string? Provider, string? Name, string? Key, string? BaseUrl);
