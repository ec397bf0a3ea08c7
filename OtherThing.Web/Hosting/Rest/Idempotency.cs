using System.Security.Cryptography;
using OtherThing.Core.Access;
using OtherThing.Core.Results;
using OtherThing.Web.Hosting.Requests;

namespace OtherThing.Web.Hosting.Rest;

/// <summary>
/// <c>Idempotency-Key</c> on POST: the first request does the work, a repeat within a day gets its answer as <see cref="IdempotencyReplay"/>
/// gives it, a repeat with another body is refused. Refused and failed requests leave no trace, so that they can be mended and sent again.
/// </summary>
internal sealed class Idempotency(RequestDelegate next, IIdempotencyStore keys, IdempotencyReplay replay, TimeProvider clock)
{
    public const string Header = "Idempotency-Key";

    private const int MaxKey = 200;
    private const int MaxKept = 1024 * 1024;

    public async Task InvokeAsync(HttpContext context)
    {
        if (!HttpMethods.IsPost(context.Request.Method)
            || !context.Request.Headers.TryGetValue(Header, out var header)
            || CurrentActor.From(context.User).UserId is not { } userId
            || !IdempotencyReplay.TakesKey(context.GetEndpoint()))
        {
            await next(context);
            return;
        }

        if (header is not [{ Length: > 0 and <= MaxKey } key] || key.Any(letter => letter is < ' ' or > '~'))
        {
            await Error.Invalid("idempotency.key_invalid", Header, $"{Header} is 1 to {MaxKey} printable ASCII characters, once.")
                .ToProblem().ExecuteAsync(context);
            return;
        }

        var id = SecretCode.Hash($"{userId:N}\n{context.Request.Path}{context.Request.QueryString}\n{key}");
        var claim = await keys.ClaimAsync(
            id, await HashBodyAsync(context.Request, context.RequestAborted), clock.GetUtcNow().UtcDateTime, context.RequestAborted);
        await (claim.Outcome switch
        {
            KeyClaimOutcome.Claimed => DoAsync(context, id),
            KeyClaimOutcome.Answered => replay.AnswerAsync(context, claim.Answer!),
            KeyClaimOutcome.InProgress => s_inProgress.ToProblem().ExecuteAsync(context),
            _ => s_otherBody.ToProblem().ExecuteAsync(context),
        });
    }

    private static readonly Error s_inProgress =
        Error.Conflict("idempotency.in_progress", "The first request with this key is not answered yet. Ask again in a moment.")
            with
        { RetryAfter = TimeSpan.FromSeconds(1) };

    private static readonly Error s_otherBody =
        Error.Conflict("idempotency.key_reused", "This key was used with another body. Use a new key for a new request.");

    private static async Task<string> HashBodyAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        request.EnableBuffering();
        var hash = await SHA256.HashDataAsync(request.Body, cancellationToken);
        request.Body.Position = 0;
        return Convert.ToHexStringLower(hash);
    }

    private async Task DoAsync(HttpContext context, string id)
    {
        var (response, wire) = (context.Response, context.Response.Body);
        using var kept = new MemoryStream();
        response.Body = kept;
        var done = false;
        try
        {
            await next(context);
            done = response.StatusCode is >= 200 and < 300 && kept.Length <= MaxKept;
            if (done)
            {
                // What was done stays done when the caller hangs up: that is when they will ask again.
                await keys.CompleteAsync(id, await replay.KeepAsync(context, kept.ToArray()), CancellationToken.None);
            }
        }
        finally
        {
            response.Body = wire;
            if (!done)
            {
                await keys.ReleaseAsync(id, CancellationToken.None);
            }
        }

        kept.Position = 0;
        await kept.CopyToAsync(wire, context.RequestAborted);
    }
}
