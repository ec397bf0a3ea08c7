using System.Text;
using OtherThing.Core.Templates;
using OtherThing.Core.Templates.Filters;

namespace OtherThing.Tests.Guide;

/// <summary>Writes the guide's page about templates from the table of filters and the limits.</summary>
internal static class TemplateGuide
{
    private const string Language =
        """
        # Templates

        Most fields of a step may hold a template: text with `{{ }}` and `{% %}` in it, in the language Liquid. It is filled in when the
        step runs. What it puts in is data: it is never read as a template again.

        ## What a template can read

        | Name | What it is |
        |---|---|
        | `input` | what the run was started with |
        | `steps.<id>` | the output of that step, once it ran: `steps.ask.text` |
        | `item`, `index` | inside a map: the item and its place, from 0 |
        | `iteration` | inside a loop: how often it went round |
        | `run`, `workspace` | the run and the workspace it belongs to |

        `steps.list.items[0].name` goes into lists and objects; `[-1]` counts from the end; `["odd name"]` is for names with spaces or dots;
        `[input.n]` takes the name or place from another value. Lists and texts have `.size`, lists also `.first` and `.last`.

        A path that does not exist is an error that says what is there instead. Two ways around: `{{ input.nickname | default: "friend" }}`,
        and conditions, where it counts as nothing.

        ## One value, or text

        A field that is exactly one `{{ }}` keeps the value's type: `{{ input.count }}` is a number, `{{ steps.fetch.body }}` an object. With
        anything around it, it is text; there nothing is "", and a list or an object is its JSON.

        ## Tags

        | Tag | What it does |
        |---|---|
        | `{% if input.n > 2 %}a{% elsif input.ok %}b{% else %}c{% endif %}` | the first branch that holds |
        | `{% unless input.ok %}a{% endunless %}` | unless it holds |
        | `{% for x in input.list limit: 10 offset: 2 %}{{ x }}{% else %}none{% endfor %}` | once for each item; also `reversed`, ranges `(1..5)`, and objects as `[name, value]` pairs |
        | `{% break %}`, `{% continue %}` | leave the loop, go on with its next item |
        | `{{ forloop.index }}` | inside a `for`: `index`, `index0`, `rindex`, `rindex0`, `first`, `last`, `length` |
        | `{% assign x = input.n \| plus: 1 %}` | a variable of this template |
        | `{% comment %}...{% endcomment %}` | nothing |
        | `{% raw %}{{ as it is }}{% endraw %}` | what stands between them, as it is |

        A hyphen at the edge of a tag, `{{- x -}}` or `{%- if x -%}`, takes away the white space next to it.

        ## Conditions

        In `if`, `unless`, and fields such as `condition`, where no braces are written: `steps.shape.n > 2 and input.ok`.

        `==` `!=` `<` `<=` `>` `>=` compare numbers with numbers and texts with texts; `contains` looks into a text, a list, or the names of
        an object; `== empty` and `== blank` ask for what has nothing in it. Only nothing (a missing path, null) and false are false: 0 and ""
        are true. `and` and `or` group from the right: `a and b or c` is `a and (b or c)`.

        ## Limits

        """;

    public static string Write()
    {
        var page = new StringBuilder(Language.ReplaceLineEndings("\n"));
        page.Append('\n')
            .Append(
                FormattableString.Invariant(
                    $"A template has at most {TemplateLimits.MaxSourceLength:N0} characters and {TemplateLimits.MaxNestedTags} tags in one another. It may produce 1 MiB and take\n"))
            .Append(
                FormattableString.Invariant(
                    $"{TemplateLimits.MaxSteps:N0} evaluation steps; long texts and lists cost several. A range spans at most {TemplateLimits.MaxRange:N0} numbers. Values taken over\n"))
            .Append("as they are may be larger, up to 16 MiB for a whole field.\n\n")
            .Append("## Filters\n\nA filter follows a bar: `{{ input.title | upcase | truncate: 10 }}`. In the examples `input` is:\n\n```json\n")
            .Append(TemplateFilters.SampleInput.ReplaceLineEndings("\n"))
            .Append("\n```\n");
        foreach (var group in TemplateFilters.All.GroupBy(f => f.Group))
        {
            page.Append("\n### ").Append(group.Key).Append("\n\n| Filter | What it gives | Example | Result |\n|---|---|---|---|\n");
            foreach (var filter in group)
            {
                AppendFilter(page, filter);
            }
        }

        page.Append("\n### Date formats\n\n| Directive | Writes |\n|---|---|\n");
        foreach (var (directive, meaning) in Strftime.Directives)
        {
            page.Append("| ").Append(Code(directive)).Append(" | ").Append(meaning).Append(" |\n");
        }

        return page.Append("\nA hyphen after the percent sign leaves padding out: `%-d` is 9, not 09.\n").ToString();
    }

    private static void AppendFilter(StringBuilder page, TemplateFilter filter)
    {
        var signature = filter.Arguments.Count == 0 ? filter.Name : TemplateFilters.Signature(filter);
        page.Append("| ").Append(Code(signature)).Append(" | ").Append(Cell(filter.Summary).Replace("<br />", "`<br />`", StringComparison.Ordinal))
            .Append(" | ").AppendJoin("<br>", filter.Examples.Select(e => Code(e.Template)))
            .Append(" | ").AppendJoin("<br>", filter.Examples.Select(e => Code(e.Result)))
            .Append(" |\n");
    }

    private static string Code(string text) => $"`{Cell(text)}`";

    private static string Cell(string text) =>
        text.Replace("|", "\\|", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
}
