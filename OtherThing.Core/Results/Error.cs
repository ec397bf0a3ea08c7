namespace OtherThing.Core.Results;

/// <summary>What sort of refusal an <see cref="Error"/> is; each surface translates it once.</summary>
public enum ErrorKind
{
    /// <summary>The caller's input is wrong (HTTP 400).</summary>
    Invalid,

    /// <summary>Nobody is signed in, or the token is not valid any more (HTTP 401).</summary>
    Unauthenticated,

    /// <summary>The caller is known and may not do this (HTTP 403).</summary>
    Forbidden,

    /// <summary>No such thing, or the caller may not know of it (HTTP 404).</summary>
    NotFound,

    /// <summary>The thing is in another state than the caller believes (HTTP 409).</summary>
    Conflict,

    /// <summary>The version the caller named in If-Match is not the current one (HTTP 412).</summary>
    PreconditionFailed,

    /// <summary>The input is larger than we take (HTTP 413).</summary>
    TooLarge,

    /// <summary>Too many requests for now (HTTP 429).</summary>
    TooMany,

    /// <summary>The server was led back to itself too often (HTTP 508).</summary>
    Loop,

    /// <summary>Something this depends on does not answer (HTTP 503).</summary>
    Unavailable,

    /// <summary>The input is of a kind, or packed in a way, that we do not take (HTTP 415).</summary>
    Unsupported,
}

/// <summary>One thing wrong with one field.</summary>
/// <param name="Path">Where, in the caller's own words: <c>name</c>, <c>steps.ask.config.model</c>.</param>
/// <param name="Message">What is wrong with it and what would be right.</param>
public sealed record FieldError(string Path, string Message);

/// <summary>An expected refusal: a stable code for programs, a sentence for people.</summary>
/// <param name="Kind">What sort of refusal.</param>
/// <param name="Code">Stable, <c>feature.reason</c> in lower snake case: <c>run.not_found</c>.</param>
/// <param name="Message">What happened, why, and what to do next. Never holds a secret.</param>
public sealed record Error(ErrorKind Kind, string Code, string Message)
{
    /// <summary>The fields at fault; empty when the refusal is not about a field.</summary>
    public IReadOnlyList<FieldError> Fields { get; init; } = [];

    /// <summary>How long the caller should wait before it asks again; null when waiting does not help.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>A refusal of one field.</summary>
    public static Error Invalid(string code, string path, string message) =>
        new(ErrorKind.Invalid, code, message) { Fields = [new FieldError(path, message)] };

    /// <summary>A refusal of several fields at once.</summary>
    public static Error Invalid(string code, string message, IReadOnlyList<FieldError> fields) =>
        new(ErrorKind.Invalid, code, message) { Fields = fields };

    /// <summary>A thing that does not exist for this caller.</summary>
    public static Error NotFound(string code, string message) => new(ErrorKind.NotFound, code, message);

    /// <summary>A thing in another state than the caller believes.</summary>
    public static Error Conflict(string code, string message) => new(ErrorKind.Conflict, code, message);

    /// <summary>A right the caller lacks.</summary>
    public static Error Forbidden(string code, string message) => new(ErrorKind.Forbidden, code, message);

    /// <inheritdoc/>
    public override string ToString() => $"{Code}: {Message}";
}
