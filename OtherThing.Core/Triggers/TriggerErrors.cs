using OtherThing.Core.Results;

namespace OtherThing.Core.Triggers;

/// <summary>Why a trigger cannot be had or does not fire.</summary>
public static class TriggerErrors
{
    /// <summary><c>webhook.not_found</c>.</summary>
    public static Error HookNotFound { get; } = Error.NotFound("webhook.not_found", "There is no webhook at this address.");

    /// <summary><c>trigger.not_found</c>.</summary>
    public static Error NotFound { get; } =
        Error.NotFound("trigger.not_found", "This flow has no published trigger with that step id. Publish the flow first.");

    /// <summary><c>trigger.publisher_left</c>: the trigger acts for the member who published, and that member may not start runs any more.</summary>
    public static Error PublisherLeft { get; } = Error.Forbidden(
        "trigger.publisher_left",
        "This flow acts for the member who published it, and they may not start runs in its workspace any more. A member has to publish it again.");

    /// <summary><c>webhook.signature_invalid</c>; the message says what is wrong with it.</summary>
    public static Error SignatureInvalid(string message) => new(ErrorKind.Unauthenticated, "webhook.signature_invalid", message);

    /// <summary><c>webhook.delivery_id_invalid</c>.</summary>
    public static Error DeliveryIdInvalid(string header) => Error.Invalid(
        "webhook.delivery_id_invalid", header, $"{header} is 1 to {HookSignature.LongestId} printable ASCII characters.");

    /// <summary><c>webhook.body_invalid</c>.</summary>
    public static Error BodyInvalid(string message) => Error.Invalid("webhook.body_invalid", "body", message);

    /// <summary><c>webhook.body_unsupported</c>: the body is packed or made in a way that is not taken.</summary>
    public static Error BodyUnsupported(string message) => new(ErrorKind.Unsupported, "webhook.body_unsupported", message);

    /// <summary><c>webhook.too_large</c>.</summary>
    public static Error TooLarge { get; } =
        new(ErrorKind.TooLarge, "webhook.too_large", $"A delivery has up to {HookRequest.LargestBody / 1024} KiB.");

    /// <summary><c>webhook.too_many</c>.</summary>
    public static Error TooMany(TimeSpan wait) =>
        new(ErrorKind.TooMany, "webhook.too_many", "Too many deliveries at once. Wait a little, then send it again.") { RetryAfter = wait };

    /// <summary><c>webhook.too_many_wrong</c>.</summary>
    public static Error TooManyWrong(TimeSpan wait) =>
        new(ErrorKind.TooMany, "webhook.too_many_wrong",
            "Too many deliveries from this address were signed wrongly. Check the secret, wait, then send it again.")
        { RetryAfter = wait };

    /// <summary><c>webhook.unsigned_refused</c>: why an unsigned webhook is not published.</summary>
    public static Error UnsignedRefused(string stepId, Error reason) => new(
        reason.Kind, reason.Code,
        $"The webhook '{stepId}' has no secret, so whoever knows its address can start the flow. {reason.Message} Or give it a secret.")
    {
        Fields = [
            new FieldError($"flow.steps.{stepId}.config.secret", "Give a secret, or let an Owner or Admin who signed in just now publish it without one.")],
    };
}
