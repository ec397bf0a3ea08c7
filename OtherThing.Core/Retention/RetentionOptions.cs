using System.ComponentModel.DataAnnotations;

namespace OtherThing.Core.Retention;

/// <summary>When what is not kept any more is looked for.</summary>
public sealed class RetentionOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Retention";

    /// <summary>The first look is so many seconds after the start: a server that starts has other things to do. 0 to 86,400.</summary>
    [Range(0, 86_400)]
    public int AfterStartSeconds { get; init; } = 120;
}
