using OtherThing.Core.Payloads;
using OtherThing.Core.Templates.Values;

namespace OtherThing.Core.Templates.Filters;

/// <summary>Filters about types and JSON.</summary>
internal static class ValueFilters
{
    public static IReadOnlyList<TemplateFilter> All { get; } =
    [
        DefaultFilter.Filter,
        new("json", "The value written as JSON on one line.", (input, call) => call.Made(input.ToJson(call.Context, call.Position)))
        {
            Examples = [
                new("{{ input.words | json }}", "\"[\\\"pear\\\",\\\"apple\\\",\\\"fig\\\",\\\"apple\\\"]\""),
                new("{{ \"say \\ hi\" | json }}", "\"\\\"say \\\\\\\\ hi\\\"\"")],
        },
        new("parse_json", "The value a JSON text stands for; anything but a text is kept as it is.", ParseJson)
        {
            Examples = [new("{{ '{\"n\":3}' | parse_json }}", "{\"n\":3}")],
        },
        new("to_number", "The number a text stands for; true is 1 and false is 0.", ToNumber)
        {
            Examples = [new("{{ \"12.50\" | to_number }}", "12.50"), new("{{ true | to_number }}", "1")],
        },
        new("to_string", "The value as text; a list or an object becomes its JSON.", (input, call) => call.Made(call.Text(input)))
        {
            Examples = [new("{{ input.price | to_string }}", "\"12.5\"")],
        },
        new("keys", "The names of an object's members.", Keys)
        {
            Examples = [new("{{ input.machines[0] | keys }}", "[\"name\",\"cores\",\"site\"]")],
        },
        new("values", "The values of an object's members.", Members)
        {
            Examples = [new("{{ input.machines[0] | values }}", "[\"alpha\",8,\"attic\"]")],
        },
    ];

    private static Value ParseJson(Value input, FilterCall call)
    {
        if (!input.TryText(call.Position, out var text))
        {
            return input;
        }

        call.Charge(text.Length / 12);
        return PayloadJson.TryRead(text, out var value, out var reason)
            ? Value.From(value)
            : throw call.Refuse("template.value_invalid", $"parse_json: {Conversions.Quote(text)} {reason}.");
    }

    private static Value ToNumber(Value input, FilterCall call) => input.Kind switch
    {
        ValueKind.True => Value.From(1),
        ValueKind.False => Value.From(0),
        _ => Value.From(call.Number(input)),
    };

    private static Value Keys(Value input, FilterCall call) => Value.From([.. Pairs(input, call, "keys").Select(p => p.List[0])]);

    private static Value Members(Value input, FilterCall call) => Value.From([.. Pairs(input, call, "values").Select(p => p.List[1])]);

    private static Value[] Pairs(Value input, FilterCall call, string name) =>
        input.IsObject || input.IsNothing
            ? call.Items(input)
            : throw call.Refuse("template.type_mismatch", $"{name} needs an object and got {input.Describe()}.");
}
