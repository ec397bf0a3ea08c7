namespace OtherThing.Core.Templates;

/// <summary>
/// How much one template may ask for. They are counted, not timed, so the same template with the same values always ends the same
/// way; together they keep one rendering near or below 50 ms.
/// </summary>
public static class TemplateLimits
{
    /// <summary>The longest text of one template, in UTF-16 units.</summary>
    public const int MaxSourceLength = 100_000;

    /// <summary>The most a rendering may produce, in UTF-8 bytes: text, and values computed by filters.</summary>
    public const int MaxOutputBytes = 1_048_576;

    /// <summary>
    /// The most a whole JSON value may hold once its strings are rendered, in UTF-8 bytes. Larger than
    /// <see cref="MaxOutputBytes"/> because values taken over as they are (<c>{{ steps.fetch.body }}</c>) are not produced.
    /// </summary>
    public const int MaxDocumentBytes = 16 * 1_048_576;

    /// <summary>How deep tags may stand in one another.</summary>
    public const int MaxNestedTags = 50;

    /// <summary>How deep brackets may stand in one another: <c>a[b[c]]</c>.</summary>
    public const int MaxNestedBrackets = 10;

    /// <summary>How deep arrays and objects may stand in one another in a rendered value.</summary>
    public const int MaxJsonDepth = Payloads.PayloadLimits.ValueDepth;

    /// <summary>How many evaluation steps one rendering may take; work on long texts and lists counts as several.</summary>
    public const int MaxSteps = 100_000;

    /// <summary>How many numbers a range may span.</summary>
    public const int MaxRange = 10_000;

    /// <summary>How many problems of one template are told.</summary>
    public const int MaxProblems = 20;
}
