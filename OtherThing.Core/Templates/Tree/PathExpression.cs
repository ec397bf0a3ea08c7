using System.Text.Json;
using OtherThing.Core.Templates.Values;

namespace OtherThing.Core.Templates.Tree;

/// <summary>A path: <c>steps.ask.items[0].name</c>.</summary>
internal sealed class PathExpression(string root, IReadOnlyList<PathSegment> segments, int position, int length)
    : Expression(position, length)
{
    private readonly PathSegment[] _segments = [.. segments];

    // A path that only looks up members and items needs nothing but the scope.
    private readonly bool _isPlain = segments.All(s => s.Computed is null && !s.IsSpecial);

    public string Root { get; } = root;

    public IReadOnlyList<PathSegment> Segments => _segments;

    /// <summary>The template's own variable of this name, -1 when it has none.</summary>
    public int Slot { get; set; } = -1;

    /// <summary>Looks the value up without a context; false when it takes one, or when the value does not exist.</summary>
    public bool TryReadPlain(ITemplateScope scope, out JsonElement value)
    {
        value = default;
        if (!_isPlain || Slot >= 0 || !TryStart(scope, out value, out var next))
        {
            return false;
        }

        for (; next < _segments.Length; next++)
        {
            if (!TryStep(ref value, _segments[next]))
            {
                return false;
            }
        }

        return value.ValueKind != JsonValueKind.Undefined;
    }

    public override Value Evaluate(RenderContext context)
    {
        context.Step(Position);
        var next = 0;
        var value = Slot >= 0 ? context.Local(Slot) : Value.Missing;
        if (value.IsMissing)
        {
            if (!TryStart(context.Scope, out var element, out next))
            {
                return Value.Missing;
            }

            value = Value.From(element);
        }

        for (; next < _segments.Length && !value.IsMissing; next++)
        {
            value = PathSteps.Take(value, _segments[next], context, Position);
        }

        return value;
    }

    public override TemplateError ExplainMissing(RenderContext context) => PathSteps.Explain(this, context);

    /// <summary>The root, or its member at once where the scope can tell it without building the root.</summary>
    private bool TryStart(ITemplateScope scope, out JsonElement value, out int next)
    {
        try
        {
            if (_segments.Length > 0 && _segments[0].Name is { } member)
            {
                next = 1;
                if (scope.TryGetMember(Root, member, out value))
                {
                    return true;
                }

                if (!_segments[0].IsSpecial)
                {
                    return false;
                }
            }

            next = 0;
            return scope.TryGetRoot(Root, out value);
        }
        catch (InvalidOperationException error) when (JsonReads.IsNotText(error))
        {
            throw JsonReads.NotText(Position);
        }
    }

    private bool TryStep(ref JsonElement value, PathSegment segment)
    {
        if (segment.Name is not null)
        {
            return value.ValueKind == JsonValueKind.Object && JsonReads.TryMember(value, segment.Utf8Name, Position, out value);
        }

        if (value.ValueKind != JsonValueKind.Array)
        {
            return false;
        }

        var count = value.GetArrayLength();
        var index = segment.Index < 0 ? count + segment.Index : segment.Index;
        if (index < 0 || index >= count)
        {
            return false;
        }

        value = value[index];
        return true;
    }
}
