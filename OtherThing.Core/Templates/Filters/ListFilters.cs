using System.Numerics;
using System.Text;
using OtherThing.Core.Templates.Tree;
using OtherThing.Core.Templates.Values;

namespace OtherThing.Core.Templates.Filters;

/// <summary>Filters about lists, and those that do the same for lists and texts.</summary>
internal static class ListFilters
{
    public static IReadOnlyList<TemplateFilter> All { get; } =
    [
        new("size", "How many items a list has, characters a text, or members an object.", Size)
        {
            Examples = [new("{{ input.words | size }}", "4"), new("{{ input.title | size }}", "12")],
        },
        new("first", "The first item of a list; null when it is empty.", (input, call) => call.Items(input) is [var first, ..] ? first : Value.Null)
        {
            Examples = [new("{{ input.words | first }}", "\"pear\"")],
        },
        new("last", "The last item of a list; null when it is empty.", (input, call) => call.Items(input) is [.., var last] ? last : Value.Null)
        {
            Examples = [new("{{ input.words | last }}", "\"apple\"")],
        },
        new("join", "The items as text, with a separator between them.", JoinItems)
        {
            Arguments = [new("separator", "\" \"")],
            Examples = [new("{{ input.words | join: \", \" }}", "\"pear, apple, fig, apple\"")],
        },
        new("map", "One member of each item; null where an item has none.", Map)
        {
            Arguments = [new("member")],
            Examples = [new("{{ input.machines | map: \"name\" }}", "[\"alpha\",\"beta\",\"gamma\"]")],
        },
        new("where", "The items whose member equals a value; without a value, those where it is neither null nor false.", Where)
        {
            Arguments = [new("member"), new("value", "any")],
            Examples = [
                new("{{ input.machines | where: \"cores\", 4 | map: \"name\" }}", "[\"beta\"]"), new("{{ input.machines | where: \"site\" | size }}", "2")],
        },
        new("sort", "The items in order, by themselves or by a member: numbers before texts, nothing last.", Sort)
        {
            Arguments = [new("member", "none")],
            Examples = [
                new("{{ input.words | sort }}", "[\"apple\",\"apple\",\"fig\",\"pear\"]"),
                new("{{ input.machines | sort: \"cores\" | map: \"cores\" }}", "[4,8,16]")],
        },
        new("reverse", "The items from last to first.", (input, call) => Value.From([.. call.Items(input).AsEnumerable().Reverse()]))
        {
            Examples = [new("{{ input.words | reverse | first }}", "\"apple\"")],
        },
        new("uniq", "Each item once, the first of equals; by themselves or by a member.", Unique)
        {
            Arguments = [new("member", "none")],
            Examples = [new("{{ input.words | uniq }}", "[\"pear\",\"apple\",\"fig\"]")],
        },
        new("compact", "Without the items that are null; or without those whose member is.", Compact)
        {
            Arguments = [new("member", "none")],
            Examples = [new("{{ input.machines | map: \"site\" | compact }}", "[\"attic\",\"office\"]")],
        },
        new("concat", "The items of one list and then those of another.", (input, call) => Value.From([.. call.Items(input), .. call.Items(call.Argument(0))]))
        {
            Arguments = [new("list")],
            Examples = [new("{{ (1..2) | concat: (8..9) }}", "[1,2,8,9]")],
        },
        new("slice", "Items of a list or characters of a text from a place on, counted from 0, or from the end when negative.", Slice)
        {
            Arguments = [new("start"), new("length", "1")],
            Examples = [new("{{ input.title | slice: 7, 5 }}", "\"world\""), new("{{ input.words | slice: -2, 2 }}", "[\"fig\",\"apple\"]")],
        },
        new("sum", "The items added up, or a member of each; nothing counts as 0.", Sum)
        {
            Arguments = [new("member", "none")],
            Examples = [new("{{ (1..4) | sum }}", "10"), new("{{ input.machines | sum: \"cores\" }}", "28")],
        },
    ];

    private static Value Size(Value input, FilterCall call)
    {
        if (input.IsList)
        {
            return Value.From(input.Kind == ValueKind.List ? input.List.Length : input.Json.GetArrayLength());
        }

        return input.IsObject ? Value.From(input.Json.GetPropertyCount()) : Value.From(Characters.Count(call.Text(input), call.Context, call.Position));
    }

    private static Value JoinItems(Value input, FilterCall call)
    {
        var separator = call.Text(0, " ");
        var joined = new StringBuilder();
        var items = call.Items(input);
        for (var i = 0; i < items.Length; i++)
        {
            var text = call.Text(items[i]);
            RenderContext.CheckLength((long)joined.Length + separator.Length + text.Length, call.Position);
            joined.Append(i > 0 ? separator : "").Append(text);
        }

        return call.Made(joined.ToString());
    }

    private static Value Map(Value input, FilterCall call) => Value.From(Keys(call.Items(input), call));

    private static Value Where(Value input, FilterCall call)
    {
        var items = call.Items(input);
        var keys = Keys(items, call);
        var kept = new List<Value>();
        for (var i = 0; i < items.Length; i++)
        {
            if (call.Count > 1 ? Comparison.AreEqual(keys[i], call.Argument(1), call.Context, call.Position) : keys[i].IsTruthy)
            {
                kept.Add(items[i]);
            }
        }

        return Value.From([.. kept]);
    }

    private static Value Sort(Value input, FilterCall call)
    {
        var items = call.Items(input);
        var keys = Keys(items, call).Select(k => SortKey.Of(k, call)).ToArray();
        call.Charge(items.Length * (BitOperations.Log2((uint)items.Length + 1) + 1) / 4);
        var order = Enumerable.Range(0, items.Length).ToArray();
        Array.Sort(order, (a, b) =>
        {
            var compared = keys[a].CompareTo(keys[b]);
            return compared != 0 ? compared : a.CompareTo(b);
        });
        return Value.From([.. order.Select(i => items[i])]);
    }

    private static Value Unique(Value input, FilterCall call)
    {
        var items = call.Items(input);
        var keys = Keys(items, call);
        var seen = new HashSet<object>();
        var kept = new List<Value>();
        for (var i = 0; i < items.Length; i++)
        {
            if (seen.Add(UniqueKey(keys[i], call)))
            {
                kept.Add(items[i]);
            }
        }

        return Value.From([.. kept]);
    }

    private static Value Compact(Value input, FilterCall call)
    {
        var items = call.Items(input);
        var keys = Keys(items, call);
        return Value.From([.. items.Where((_, i) => !keys[i].IsNothing)]);
    }

    private static Value Slice(Value input, FilterCall call)
    {
        var start = call.Whole(0, 0);
        var length = Math.Max(0, call.Whole(1, 1));
        if (input.IsList)
        {
            var items = call.Items(input);
            var from = start < 0 ? items.Length + (long)start : start;
            return from < 0 || from >= items.Length ? Value.From([]) : Value.From([.. items.Skip((int)from).Take(length)]);
        }

        var text = call.Text(input);
        var count = Characters.Count(text, call.Context, call.Position);
        var at = start < 0 ? count + (long)start : start;
        return at < 0 || at >= count ? Value.From("") : call.Made(Characters.Cut(text, (int)at, length));
    }

    private static Value Sum(Value input, FilterCall call)
    {
        var total = Number.From(0);
        foreach (var key in Keys(call.Items(input), call))
        {
            call.Context.Step(call.Position);
            total = Number.Add(total, key.IsNothing ? Number.From(0) : call.Number(key));
        }

        return call.Made(total);
    }

    /// <summary>The items themselves, or the member of each that the first argument names.</summary>
    private static Value[] Keys(Value[] items, FilterCall call)
    {
        if (call.Count == 0)
        {
            return items;
        }

        var name = Encoding.UTF8.GetBytes(call.Text(0));
        var keys = new Value[items.Length];
        for (var i = 0; i < keys.Length; i++)
        {
            keys[i] = Conversions.Member(items[i], name, call.Context, call.Position);
        }

        return keys;
    }

    private static object UniqueKey(Value value, FilterCall call)
    {
        call.Context.Step(call.Position);
        if (value.TryNumber(out var number))
        {
            return number.Key;
        }

        // The kind goes in front, so that the text "null" is not nothing and "[1]" is not a list.
        return value.IsText ? "t" + call.Text(value) : "j" + value.ToJson(call.Context, call.Position);
    }
}
