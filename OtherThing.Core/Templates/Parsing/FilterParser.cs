using System.Globalization;
using OtherThing.Core.Results;
using OtherThing.Core.Templates.Filters;
using OtherThing.Core.Templates.Tree;
using OtherThing.Core.Templates.Values;

namespace OtherThing.Core.Templates.Parsing;

/// <summary>Reads one filter with its arguments. A method that returns null or false has told the problem.</summary>
internal sealed class FilterParser(Scanner scanner, ProblemList problems, ExpressionParser expressions)
{
    /// <summary>A filter, from behind its bar on.</summary>
    public FilterUse? Parse()
    {
        scanner.SkipSpace();
        var start = scanner.Position;
        if (scanner.TakeName() is not { } name)
        {
            problems.Add(start, scanner.AtEnd ? 0 : 1, "template.filter_expected", "The name of a filter follows the bar.");
            return null;
        }

        if (!TemplateFilters.TryFind(name, out var filter))
        {
            var nearest = Nearest.One(name, TemplateFilters.All.Select(f => f.Name)) is { } near ? $" Did you mean {near}?" : "";
            problems.Add(start, name.Length, "template.unknown_filter", $"There is no filter {Conversions.Quote(name)}.{nearest}");
            return null;
        }

        var arguments = new List<Expression>();
        var byPosition = 0;
        scanner.SkipSpaceBefore(':');
        if (scanner.Take(":"))
        {
            do
            {
                if (ParseArgument(filter, arguments, ref byPosition) is false)
                {
                    return null;
                }

                scanner.SkipSpaceBefore(',');
            }
            while (scanner.Take(","));
        }

        if (byPosition < filter.Required || byPosition > filter.Allowed)
        {
            problems.Add(
                start, scanner.Position - start, "template.filter_arguments",
                $"{TemplateFilters.Signature(filter)}: {byPosition.ToString(CultureInfo.InvariantCulture)} given.");
            return null;
        }

        return new FilterUse(filter, arguments, start);
    }

    private bool ParseArgument(TemplateFilter filter, List<Expression> arguments, ref int byPosition)
    {
        scanner.SkipSpace();
        var start = scanner.Position;
        var named = true;
        if (scanner.TakeName() is { } name)
        {
            scanner.SkipSpaceBefore(':');
            if (scanner.Take(":"))
            {
                if (!filter.Arguments.Any(a => a.IsNamed && a.Name == name))
                {
                    problems.Add(
                        start, name.Length, "template.filter_arguments",
                        $"{TemplateFilters.Signature(filter)}: it has no argument {Conversions.Quote(name)}.");
                    return false;
                }
            }
            else
            {
                scanner.Position = start;
                named = false;
            }
        }
        else
        {
            named = false;
        }

        if (!named && arguments.Count > byPosition++)
        {
            problems.Add(start, 1, "template.filter_arguments", "Arguments with a name come last.");
            return false;
        }

        if (expressions.ParseValue() is not { } value)
        {
            return false;
        }

        arguments.Add(value);
        return true;
    }
}
