using System.Buffers;
using Microsoft.AspNetCore.WebUtilities;
using OtherThing.Core.Payloads;
using OtherThing.Core.Runs;
using OtherThing.Core.Triggers;
using OtherThing.Web.Hosting.Requests;
using OtherThing.Web.Hosting.Rest;

namespace OtherThing.Web.Features.Triggers;

/// <summary>Where deliveries come in. The address is the sender's right, so nothing of sign-in, cookies or forms is in their way.</summary>
internal static class HookEndpoints
{
    public const string Prefix = "/hooks";

    public static void MapHooks(this WebApplication app) => app
        .MapPost(Prefix + "/{token}", DeliverAsync)
        .WithName("DeliverWebhook").WithTags("Flows").WithSummary("A webhook trigger: starts a run of the published flow.")
        .Produces<HookAcceptedResponse>(StatusCodes.Status202Accepted).Produces<System.Text.Json.JsonElement>()
        .ProducesProblem(StatusCodes.Status404NotFound)
        .RequiresNoRow("a webhook's own address; its run acts for the member who published the flow")
        .ShortCircuit();

    private static async Task DeliverAsync(HttpContext context, string token, WebhookService hooks)
    {
        var result = await ReadBodyAsync(context.Request, context.RequestAborted) is { } body
            ? await hooks.DeliverAsync(Describe(context.Request, token, body), context.RequestAborted)
            : TriggerErrors.TooLarge;
        if (!result.TryGet(out var answer, out var refusal))
        {
            await refusal.ToProblem().ExecuteAsync(context);
        }
        else if (!answer.WantsOutput || !answer.Run.Status.IsFinal())
        {
            await TypedResults.Json(new HookAcceptedResponse(answer.Run.RunId), statusCode: StatusCodes.Status202Accepted).ExecuteAsync(context);
        }
        else if (answer.Run.Status == RunStatus.Succeeded)
        {
            await TypedResults.Text(answer.Run.Output ?? "null", "application/json").ExecuteAsync(context);
        }
        else
        {
            // Why it failed is for the members of its workspace.
            await TypedResults.Problem(new Microsoft.AspNetCore.Mvc.ProblemDetails
            {
                Status = StatusCodes.Status502BadGateway,
                Detail = answer.Run.Status == RunStatus.Cancelled ? "The run was cancelled." : "The run failed.",
                Extensions = { ["code"] = answer.Run.Status == RunStatus.Cancelled ? "run.cancelled" : "run.failed", ["runId"] = answer.Run.RunId },
            }).ExecuteAsync(context);
        }
    }

    /// <returns>The body; null when it is larger than a delivery may be.</returns>
    private static async ValueTask<byte[]?> ReadBodyAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (request.ContentLength is > HookRequest.LargestBody)
        {
            return null;
        }

        while (true)
        {
            var read = await request.BodyReader.ReadAsync(cancellationToken);
            if (read.Buffer.Length > HookRequest.LargestBody)
            {
                return null;
            }

            if (read.IsCompleted)
            {
                var body = read.Buffer.ToArray();
                request.BodyReader.AdvanceTo(read.Buffer.End);
                return body;
            }

            request.BodyReader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    private static HookRequest Describe(HttpRequest request, string token, byte[] body)
    {
        var headers = new Dictionary<string, string>(request.Headers.Count, StringComparer.Ordinal);
        foreach (var (name, values) in request.Headers)
        {
            headers[name.ToLowerInvariant()] = PayloadText.FromHeader(values.ToString());
        }

        return new HookRequest
        {
            Token = token,
            Sender = request.HttpContext.Connection.RemoteIpAddress,
            Body = body,
            Headers = headers,
            Query = ReadQuery(request.QueryString.Value),
        };
    }

    /// <summary>Names differ by case here, which those of <see cref="HttpRequest.Query"/> do not.</summary>
    private static IReadOnlyList<KeyValuePair<string, IReadOnlyList<string>>> ReadQuery(string? text)
    {
        var query = new OrderedDictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        foreach (var field in new QueryStringEnumerable(text))
        {
            var (name, value) = (field.DecodeName().ToString(), field.DecodeValue().ToString());
            query[name] = query.TryGetValue(name, out var before) ? [.. before, value] : [value];
        }

        return [.. query];
    }
}

/// <summary>A delivery that was taken.</summary>
public sealed record HookAcceptedResponse(Guid RunId);
