namespace OtherThing.Core.Steps.Schemas;

/// <summary>How large a JSON Schema of a user, and what is checked by it, may be.</summary>
public static class SchemaLimits
{
    /// <summary>The most bytes of a schema's JSON (UTF-8).</summary>
    public const int Bytes = 256 * 1024;

    /// <summary>How deep arrays and objects of a schema may stand in one another.</summary>
    public const int Depth = 50;

    /// <summary>The most values, of whatever kind, in a schema.</summary>
    public const int Values = 10_000;

    /// <summary>The most references in a schema.</summary>
    public const int References = 500;

    /// <summary>The most patterns in a schema.</summary>
    public const int Patterns = 200;

    /// <summary>The longest pattern, in UTF-16 units.</summary>
    public const int PatternLength = 1_000;

    /// <summary>The most bytes of a value that is checked (UTF-8).</summary>
    public const int CheckedBytes = 4 * 1024 * 1024;

    /// <summary>The most values of what is checked times those of the schema, so that counting what a check takes is soon done.</summary>
    public const long Checks = 2_000_000;

    /// <summary>The most that a check of one value may take, as <see cref="SchemaWork"/> counts it: about a second of a core and 200 MB.</summary>
    public const long Work = 150_000;

    /// <summary>After this many problems the rest goes unsaid.</summary>
    public const int Problems = 5;
}
