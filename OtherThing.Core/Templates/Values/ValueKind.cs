namespace OtherThing.Core.Templates.Values;

/// <summary>What a <see cref="Value"/> holds.</summary>
internal enum ValueKind : byte
{
    /// <summary>A path that does not exist.</summary>
    Missing,

    /// <summary>JSON null.</summary>
    Null,

    /// <summary>False.</summary>
    False,

    /// <summary>True.</summary>
    True,

    /// <summary>A number the template made.</summary>
    Number,

    /// <summary>A text the template made.</summary>
    Text,

    /// <summary>A list the template made.</summary>
    List,

    /// <summary>A number, text, array or object of the scope, as it was.</summary>
    Json,

    /// <summary>The word <c>empty</c>, for comparing.</summary>
    Empty,

    /// <summary>The word <c>blank</c>, for comparing.</summary>
    Blank,
}
