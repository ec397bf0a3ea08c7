using System.Text;
using System.Text.Json;
using CsCheck;
using NetArchTest.Rules;
using OtherThing.Core.Templates;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Core.Templates;

/// <summary>C12: paths and a fixed filter list only; random templates reach no .NET member and end in a value or a <see cref="TemplateError"/>.</summary>
public sealed class TemplateFuzzTests
{
    private static readonly JsonScope s_scope = new(
        $$"""
        {
          "input": {
            "n": 3, "neg": -7, "x": 1.50, "huge": 1e400, "long": 123456789012345678901234567890, "ok": true, "none": null, "name": "Ada", "html": "<b>hi</b><script>",
            "emoji": "😀é", "bad": "\ud800", "date": "2026-03-09T07:05:09Z", "json": "{\"a\":[1,2]}", "empty": [], "object": {"\udc00": 1, "b": {"c": [1]} },
            "list": [3, "b", null, 1.5, true, {"name": "x"}, [1, [2]]], "people": [{"name": "a", "age": 1}, {"name": "b"}, 7],
            "words": "{{string.Join(' ', Enumerable.Range(0, 2_000))}}", "numbers": [{{string.Join(',', Enumerable.Range(0, 2_000))}}]
          },
          "steps": { "ask": { "text": "hi", "items": [{"name": "a"}] } }, "item": {"id": 1}, "index": 0, "iteration": 2, "run": {"id": "r"}, "workspace": {"slug": "w"}
        }
        """);

    private static readonly string[] s_names =
        ["n", "neg", "x", "huge", "long", "ok", "none", "name", "html", "emoji", "bad", "date", "json", "empty", "object", "list", "people", "words",
            "numbers", "gone"];

    private static readonly string[] s_junk =
    [
        "{{", "}}", "{%", "%}", "{{-", "-%}", "|", ":", ",", ".", "..", "[", "]", "(", ")", "'", "\"", "==", "<>", "<", ">=", "=", "-", "1", "0.5",
        "99999999999999999999", " ", "\n",
        "if", "elsif", "else", "endif", "unless", "for", "in", "endfor", "assign", "break", "raw", "endraw", "comment", "contains", "and", "or", "nil",
        "empty", "forloop", "limit",
        "GetType", "ToString", "Assembly", "constructor", "__proto__", "prototype", "GetRawText", "ValueKind", "Length", "😀", "\ud800", "\0", "\\", "é",
    ];

    private static readonly Gen<string> s_name = Gen.OneOf(s_names);

    private static readonly Gen<string> s_operator = Gen.OneOf("==", "!=", "<", "<=", ">", ">=", "contains");

    private static readonly Gen<string> s_value = Gen.Frequency(
        (6, s_name.Select(n => "input." + n)),
        (1, Gen.Select(s_name, Gen.Int[-3, 3]).Select((n, i) => $"input.{n}[{i}]")),
        (1, Gen.Select(s_name, s_name).Select((a, b) => $"input.{a}[input.{b}]")),
        (1, Gen.Select(s_name, Gen.OneOf("size", "first", "last", "name", "GetType", "Length")).Select((n, m) => $"input.{n}.{m}")),
        (1, Gen.Int[-5, 60].Select(i => i.ToString(System.Globalization.CultureInfo.InvariantCulture))),
        (1, Gen.OneOf(
            "'a'", "\" \"", "''", "'%Y-%j'", "'name'", "true", "nil", "empty", "blank", "1.5", "x", "item.id", "forloop.index", "(1..input.n)",
            "(input.neg..3)", "steps.ask.items")));

    private static readonly Gen<string> s_filter = Gen.Select(Gen.OneOf(TemplateFilters.All.ToArray()), s_value.Array[2], Gen.Int[0, 9])
        .Select((filter, values, luck) =>
        {
            var given = luck == 0 ? 2 : filter.Arguments.Count(a => !a.IsNamed && (a.IsRequired || luck > 5));
            return given == 0 ? $" | {filter.Name}" : $" | {filter.Name}: {string.Join(", ", values.Take(given))}";
        });

    private static readonly Gen<string> s_expression = Gen.Select(s_value, s_filter.Array[0, 3]).Select((v, f) => v + string.Concat(f));

    private static readonly Gen<string> s_condition = Gen.Select(s_value, s_operator, s_value, Gen.Bool, s_value)
        .Select((a, o, b, both, c) => both ? $"{a} {o} {b} or {c}" : $"{a} {o} {b}");

    private static readonly Gen<string> s_leaf = Gen.Frequency(
        (5, s_expression.Select(e => $"{{{{ {e} }}}}")),
        (2, s_expression.Select(e => $"{{% assign x = {e} %}}")),
        (1, Gen.OneOf("text ", " {%- break -%} ", "{% continue %}", "{% raw %}{{{% endraw %}", "{% comment %}{{{% endcomment %}")),
        (1, Gen.OneOf(s_junk)));

    private static readonly Gen<string> s_block = Gen.Select(s_leaf.Array[0, 3], s_condition, s_value, Gen.Int[0, 5]).Select((inner, condition, value, kind) =>
    {
        var body = string.Concat(inner);
        return kind switch
        {
            0 => $"{{% if {condition} %}}{body}{{% else %}}{body}{{% endif %}}",
            1 => $"{{% unless {condition} %}}{body}{{% endunless %}}",
            2 => $"{{% for x in {value} %}}{body}{{% endfor %}}",
            3 => $"{{% for x in {value} reversed limit: {value} %}}{{% for y in x %}}{body}{{% endfor %}}{{% endfor %}}",
            _ => body,
        };
    });

    private static readonly Gen<string> s_text = Gen.Frequency(
        (4, s_expression.Select(e => $"{{{{ {e} }}}}")),
        (6, s_block.Array[1, 4].Select(string.Concat)),
        (3, Gen.OneOf(s_junk).Array[1, 25].Select(pieces => string.Join(pieces.Length % 2 == 0 ? " " : "", pieces))));

    [Fact]
    public void Render_RandomTemplates_EndInAValueOrATemplateError()
    {
        var (rendered, refused, broken) = (0, 0, 0);
        s_text.Sample(
            text => _ = Try(text) switch
            {
                true => Interlocked.Increment(ref rendered),
                false => Interlocked.Increment(ref refused),
                null => Interlocked.Increment(ref broken),
            },
            iter: Iterations,
            print: text => JsonSerializer.Serialize(text));

        TestContext.Current.TestOutputHelper?.WriteLine($"{rendered} rendered, {refused} refused when rendered, {broken} did not parse");
        Assert.True(rendered > Iterations / 10 && refused > Iterations / 10 && broken > Iterations / 10, "The templates are too alike to prove much.");
    }

    [Fact]
    public void Evaluate_RandomConditions_EndInAnAnswerOrATemplateError()
    {
        Gen.OneOf(s_condition, Gen.OneOf(s_junk).Array[0, 12].Select(string.Concat)).Sample(
            text =>
            {
                if (Condition.TryParse(text, out var condition, out var problems))
                {
                    OnlyTemplateErrors(() => condition.Evaluate(s_scope), text);
                }
                else
                {
                    InsideTheText(problems, text);
                }
            },
            iter: Iterations / 10,
            print: text => JsonSerializer.Serialize(text));
    }

    [Theory]
    [InlineData("{{ input.GetType }}")]
    [InlineData("{{ input.name.Length }}")]
    [InlineData("{{ input.GetType.Assembly.GetTypes }}")]
    [InlineData("{{ ''.GetType }}")]
    [InlineData("{{ input.constructor.constructor }}")]
    [InlineData("{{ input.__proto__ }}")]
    [InlineData("{{ input['GetRawText'] }}")]
    [InlineData("{{ System.Environment.MachineName }}")]
    [InlineData("{{ input | GetType }}")]
    [InlineData("{{ input.name | ToString }}")]
    [InlineData("{{ input.list | map: 'GetType' | first | json | prepend: input.gone }}")]
    [InlineData("{{ forloop.Outer }}")]
    [InlineData("{{ this }}")]
    [InlineData("{{ context.Scope }}")]
    public void Render_NameOfANetMember_ReachesNothing(string text)
    {
        if (Template.TryParse(text, out var template, out _))
        {
            Assert.Equal("template.path_missing", Assert.Throws<TemplateError>(() => template.Render(s_scope)).Code);
        }
    }

    [Fact]
    public void Templates_Code_UsesNothingThatReachesOut()
    {
        var result = Types.InAssembly(typeof(Template).Assembly)
            .That().ResideInNamespaceStartingWith("OtherThing.Core.Templates")
            .ShouldNot().HaveDependencyOnAny(
                "System.Reflection", "System.Diagnostics.Process", "System.IO.File", "System.IO.Directory", "System.Net", "System.Linq.Expressions",
                "System.Dynamic",
                "System.Environment", "System.Activator", "System.Threading.Tasks", "System.Text.Json.JsonSerializer", "System.Text.RegularExpressions")
            .GetResult();

        Assert.Empty(result.FailingTypeNames ?? []);
    }

    private static int Iterations => Effort.Of(20_000, 200_000);

    /// <returns>True when it rendered, false when that was refused, null when it did not parse.</returns>
    private static bool? Try(string text)
    {
        if (!Template.TryParse(text, out var template, out var problems))
        {
            InsideTheText(problems, text);
            return null;
        }

        return OnlyTemplateErrors(
            () =>
            {
                var element = template.Render(s_scope);
                var written = element.GetRawText();
                Check(Encoding.UTF8.GetByteCount(written) <= (6 * TemplateLimits.MaxOutputBytes) + 2, "too long");
                Check(!written.Contains("System.", StringComparison.Ordinal) && !written.Contains("OtherThing.", StringComparison.Ordinal),
                    "a .NET name came out");
            },
            text);
    }

    private static bool OnlyTemplateErrors(Action render, string text)
    {
        try
        {
            render();
            return true;
        }
        catch (TemplateError error)
        {
            Check(error.Position >= 0 && error.Position <= text.Length && error.Code.StartsWith("template.", StringComparison.Ordinal),
                "an error outside the text");
            return false;
        }
    }

    private static void InsideTheText(IReadOnlyList<TemplateProblem> problems, string text)
    {
        Check(problems.Count is > 0 and <= TemplateLimits.MaxProblems, "no or too many problems");
        foreach (var problem in problems)
        {
            Check(problem.Position >= 0 && problem.Length >= 0 && problem.Position + problem.Length <= text.Length, "a problem outside the text");
        }
    }

    private static void Check(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new InvalidOperationException(otherwise);
        }
    }
}
