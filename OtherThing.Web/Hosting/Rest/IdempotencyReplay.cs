using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.DataProtection;
using OtherThing.Core.Access;
using OtherThing.Core.Results;
using OtherThing.Web.Hosting.Requests;

namespace OtherThing.Web.Hosting.Rest;

/// <summary>
/// What is kept of an answer, and what a repeat gets. A repeat goes through the door like the first request: the caller needs the endpoint's
/// row now, and no less of a role and of scopes than the answer was made with.
/// </summary>
internal sealed class IdempotencyReplay(Door door, IMembershipStore memberships, IDataProtectionProvider protection)
{
    private readonly IDataProtector _seal = protection.CreateProtector("OtherThing.Idempotency");

    /// <summary>Whether an endpoint takes a key: it has a row to ask the door for, and does not say that it takes none.</summary>
    public static bool TakesKey(Endpoint? endpoint) =>
        endpoint?.Metadata.GetMetadata<OperationMetadata>() is not null && endpoint.Metadata.GetMetadata<NoKeyMetadata>() is null;

    /// <summary>What to keep of an answer; never one that shows a secret once, or that is read again.</summary>
    public async Task<KeptAnswer> KeepAsync(HttpContext context, byte[] body)
    {
        var actor = CurrentActor.From(context.User);
        var metadata = context.GetEndpoint()!.Metadata;
        var readAgain = metadata.GetMetadata<ReadAgainMetadata>() is not null;
        var kept = readAgain || metadata.GetMetadata<ShownOnceMetadata>() is not null ? [] : _seal.Protect(body);
        var role = WorkspaceOf(context) is { } workspaceId ? await memberships.FindRoleAsync(workspaceId, actor.UserId!.Value, CancellationToken.None) : null;
        return new KeptAnswer(
            context.Response.StatusCode, context.Response.ContentType, context.Response.Headers.Location, kept, role, actor.Scopes,
            readAgain ? IdIn(body) ?? RouteId(context, "flowId") ?? WorkspaceOf(context) : null);
    }

    /// <summary>Answers a repeat.</summary>
    public async Task AnswerAsync(HttpContext context, KeptAnswer answer)
    {
        var metadata = context.GetEndpoint()!.Metadata;
        if (await RefuseAsync(context, answer, metadata.GetMetadata<OperationMetadata>()!.Operation) is { } refusal)
        {
            await refusal.ToProblem().ExecuteAsync(context);
            return;
        }

        context.Response.Headers["Idempotency-Replayed"] = "true";
        if (answer.Location is { } location)
        {
            context.Response.Headers.Location = location;
        }

        if (metadata.GetMetadata<ShownOnceMetadata>() is not null)
        {
            await s_shownOnce.ToProblem().ExecuteAsync(context);
        }
        else if (metadata.GetMetadata<ReadAgainMetadata>() is { } reader)
        {
            var found = answer.SubjectId is { } id ? await reader.ReadAsync(context, id) : s_lost;
            await (found.TryGet(out var thing, out var error)
                ? Results.Json(thing, statusCode: answer.Status).ExecuteAsync(context)
                : error.ToProblem().ExecuteAsync(context));
        }
        else if (Open(answer.Body) is not { } body)
        {
            await s_lost.ToProblem().ExecuteAsync(context);
        }
        else
        {
            context.Response.StatusCode = answer.Status;
            context.Response.ContentType = answer.ContentType;
            if (body.Length > 0)
            {
                await context.Response.Body.WriteAsync(body, context.RequestAborted);
            }
        }
    }

    private static readonly Error s_shownOnce = Error.Conflict(
        "idempotency.shown_once",
        "The first request with this key was done, and its secret was shown in its answer only. If that answer is lost, revoke what was created and create "
            + "another with a new key.");

    private static readonly Error s_lost = Error.Conflict(
        "idempotency.answer_lost", "The first request with this key was done, but its answer cannot be given again. Look at what it made.");

    private static readonly Error s_fewerRights = Error.Forbidden(
        "idempotency.fewer_rights", "The first request with this key was done with a role or scopes that this one lacks. Ask for what it made instead.");

    private async Task<Error?> RefuseAsync(HttpContext context, KeptAnswer answer, Operation operation)
    {
        var actor = CurrentActor.From(context.User);
        if (WorkspaceOf(context) is not { } workspaceId)
        {
            return door.EnterOwn(actor, operation).Error ?? (IsCovered(actor, answer) ? null : s_fewerRights);
        }

        return !(await door.EnterAsync(actor, workspaceId, operation, context.RequestAborted)).TryGet(out var entry, out var error) ? error
            : IsCovered(actor, answer) && !(entry.Role < answer.Role) ? null
            : s_fewerRights;
    }

    private static bool IsCovered(Actor actor, KeptAnswer answer) => (answer.Scopes & ~actor.Scopes) == 0;

    private static Guid? WorkspaceOf(HttpContext context) => RouteId(context, "workspaceId");

    private static Guid? RouteId(HttpContext context, string name) =>
        Guid.TryParse(context.GetRouteValue(name)?.ToString(), out var id) ? id : null;

    private static Guid? IdIn(byte[] body)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            return json.RootElement.ValueKind == JsonValueKind.Object && json.RootElement.TryGetProperty("id", out var id) && id.TryGetGuid(out var found)
                ? found
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Null when the ring that sealed it is gone.</summary>
    private byte[]? Open(byte[] body)
    {
        try
        {
            return body.Length == 0 ? [] : _seal.Unprotect(body);
        }
        catch (CryptographicException)
        {
            return null;
        }
    }
}
