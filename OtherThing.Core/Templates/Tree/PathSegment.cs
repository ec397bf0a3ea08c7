using System.Globalization;
using System.Text;

namespace OtherThing.Core.Templates.Tree;

/// <summary>One step of a path: a name, an index (negative counts from the end), or a value computed while rendering.</summary>
internal sealed class PathSegment
{
    private PathSegment(string? name, int index, Expression? computed)
    {
        Name = name;
        Utf8Name = name is null ? [] : Encoding.UTF8.GetBytes(name);
        Index = index;
        Computed = computed;
    }

    public string? Name { get; }

    public byte[] Utf8Name { get; }

    public int Index { get; }

    public Expression? Computed { get; }

    /// <summary>True for names that mean something on lists and texts too.</summary>
    public bool IsSpecial => Name is "size" or "first" or "last";

    /// <summary>As it stands in a <see cref="TemplatePath"/>.</summary>
    public string Text => Name ?? (Computed is null ? Index.ToString(CultureInfo.InvariantCulture) : "*");

    public static PathSegment Named(string name) => new(name, 0, null);

    public static PathSegment At(int index) => new(null, index, null);

    public static PathSegment Of(Expression computed) => new(null, 0, computed);
}
