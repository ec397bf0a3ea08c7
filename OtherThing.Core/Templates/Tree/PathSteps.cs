using System.Globalization;
using System.Text;
using OtherThing.Core.Results;
using OtherThing.Core.Templates.Values;

namespace OtherThing.Core.Templates.Tree;

/// <summary>How a path goes from a value to a part of it, and how it says where it could not.</summary>
internal static class PathSteps
{
    private const int NamesTold = 8;

    /// <summary>The part of a value that a segment names; missing when there is none.</summary>
    public static Value Take(Value value, PathSegment segment, RenderContext context, int position)
    {
        context.Step(position);
        if (segment.Name is not null)
        {
            return TakeName(value, segment.Name, segment.Utf8Name, context, position);
        }

        if (segment.Computed is null)
        {
            return TakeIndex(value, segment.Index, context, position);
        }

        var computed = segment.Computed.Evaluate(context);
        if (computed.TryNumber(out var number))
        {
            return number.TryInt(out var index) ? TakeIndex(value, index, context, position) : Value.Missing;
        }

        if (computed.TryText(position, out var name))
        {
            context.Charge(name.Length, position);
            return TakeName(value, name, Encoding.UTF8.GetBytes(name), context, position);
        }

        return Value.Missing;
    }

    /// <summary>Walks the path again up to where it ends, and says so.</summary>
    public static TemplateError Explain(PathExpression path, RenderContext context)
    {
        var walked = new StringBuilder(path.Root);
        var value = path.Slot >= 0 ? context.Local(path.Slot) : Value.Missing;
        if (value.IsMissing && path.Segments.Count > 0 && path.Segments[0].Name is { } member
            && context.Scope.TryGetMember(path.Root, member, out var first))
        {
            value = Value.From(first);
            PathText.Append(walked, member);
            return Explain(path, 1, value, walked, context);
        }

        if (value.IsMissing && context.Scope.TryGetRoot(path.Root, out var root))
        {
            value = Value.From(root);
        }

        return value.IsMissing
            ? Missing(path, path.Root, $"There is no \"{path.Root}\" here.")
            : Explain(path, 0, value, walked, context);
    }

    private static TemplateError Explain(PathExpression path, int next, Value value, StringBuilder walked, RenderContext context)
    {
        for (; next < path.Segments.Count; next++)
        {
            var segment = path.Segments[next];
            var part = Take(value, segment, context, path.Position);
            var text = segment.Computed is null ? segment.Text : Computed(segment.Computed, context);
            if (part.IsMissing)
            {
                var parent = walked.ToString();
                if (text is null)
                {
                    return Missing(path, parent, $"The index of \"{parent}\" has no value.");
                }

                PathText.Append(walked, text);
                var whole = new StringBuilder(walked.ToString());
                foreach (var rest in path.Segments.Skip(next + 1))
                {
                    PathText.Append(whole, rest.Text);
                }

                return Missing(path, whole.ToString(), $"\"{walked}\" does not exist: {WhatIsThere(parent, text, value, path.Position)}");
            }

            PathText.Append(walked, text!);
            value = part;
        }

        // The value appeared between the two looks: a scope that changes while it is read.
        return Missing(path, walked.ToString(), $"\"{walked}\" does not exist.");
    }

    private static string WhatIsThere(string parent, string sought, Value value, int position)
    {
        if (value.IsObject)
        {
            var names = value.Json.EnumerateObject().Take(NamesTold + 1).Select(p => JsonReads.Name(p, position)).ToList();
            if (names.Count == 0)
            {
                return $"\"{parent}\" is an object without members.";
            }

            var nearest = Nearest.One(sought, names) is { } near ? $" Did you mean \"{near}\"?" : "";
            var told = string.Join(", ", names.Take(NamesTold).Select(n => TextCut.Shown(n, 41)));
            return $"\"{parent}\" has {told}{(names.Count > NamesTold ? " and more" : "")}.{nearest}";
        }

        if (value.IsList)
        {
            var count = value.Kind == ValueKind.List ? value.List.Length : value.Json.GetArrayLength();
            return string.Create(CultureInfo.InvariantCulture, $"\"{parent}\" is a list of {count}.");
        }

        return $"\"{parent}\" is {value.Describe()}.";
    }

    private static string? Computed(Expression computed, RenderContext context)
    {
        var value = computed.Evaluate(context);
        return value.IsText || value.IsNumber ? value.ToText(context, computed.Position) : null;
    }

    private static TemplateError Missing(PathExpression path, string missing, string message) =>
        new("template.path_missing", message, path.Position, missing);

    private static Value TakeName(Value value, string name, byte[] utf8Name, RenderContext context, int position)
    {
        if (value.IsObject)
        {
            context.ChargeSteps(value.Json.GetPropertyCount() / 8, position);
            if (JsonReads.TryMember(value.Json, utf8Name, position, out var member))
            {
                return Value.From(member);
            }

            return name == "size" ? Value.From(value.Json.GetPropertyCount()) : Value.Missing;
        }

        if (value.IsList)
        {
            var count = value.Kind == ValueKind.List ? value.List.Length : value.Json.GetArrayLength();
            return name switch
            {
                "size" => Value.From(count),
                "first" => TakeIndex(value, 0, context, position),
                "last" => TakeIndex(value, -1, context, position),
                _ => Value.Missing,
            };
        }

        return name == "size" && value.TryText(position, out var text) ? Value.From(Characters.Count(text, context, position)) : Value.Missing;
    }

    private static Value TakeIndex(Value value, int index, RenderContext context, int position)
    {
        if (!value.IsList)
        {
            return Value.Missing;
        }

        var count = value.Kind == ValueKind.List ? value.List.Length : value.Json.GetArrayLength();
        var at = index < 0 ? count + index : index;
        if (at < 0 || at >= count)
        {
            return Value.Missing;
        }

        if (value.Kind == ValueKind.List)
        {
            return value.List[at];
        }

        // The document walks over the items before it, unless all are simple.
        context.ChargeSteps(at / 32, position);
        return Value.From(value.Json[at]);
    }
}
