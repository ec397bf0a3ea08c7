using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using OtherThing.Core.Templates.Filters;

namespace OtherThing.Core.Templates;

/// <summary>The fixed list of filters. There is no way to add one from outside, and no other function a template can call.</summary>
public static class TemplateFilters
{
    /// <summary>What <c>input</c> is in the examples, as JSON.</summary>
    public const string SampleInput =
        """
        {
          "title": "Hello, world",
          "price": 12.5,
          "count": 7,
          "words": ["pear", "apple", "fig", "apple"],
          "machines": [
            { "name": "alpha", "cores": 8, "site": "attic" },
            { "name": "beta", "cores": 4, "site": null },
            { "name": "gamma", "cores": 16, "site": "office" }
          ],
          "nothing": null
        }
        """;

    /// <summary>Every filter, by group and then in the order of the guide.</summary>
    public static IReadOnlyList<TemplateFilter> All { get; } =
    [
        .. InGroup("Values", ValueFilters.All),
        .. InGroup("Text", TextFilters.All),
        .. InGroup("Lists", ListFilters.All),
        .. InGroup("Numbers", NumberFilters.All),
        .. InGroup("Dates", DateFilters.All),
        .. InGroup("Encoding", EncodingFilters.All),
    ];

    private static readonly FrozenDictionary<string, TemplateFilter> s_byName = All.ToFrozenDictionary(f => f.Name, StringComparer.Ordinal);

    /// <summary>Finds a filter by its name, which is case-sensitive.</summary>
    public static bool TryFind(string name, [NotNullWhen(true)] out TemplateFilter? filter) => s_byName.TryGetValue(name, out filter);

    /// <summary>How the filter is written: <c>truncate: length = 50, ellipsis = "..."</c>.</summary>
    public static string Signature(TemplateFilter filter)
    {
        var arguments = filter.Arguments.Select(a => a.Default is null ? a.Name : a.IsNamed ? $"{a.Name}: {a.Default}" : $"{a.Name} = {a.Default}");
        return filter.Arguments.Count == 0 ? $"{filter.Name} takes no arguments" : $"{filter.Name}: {string.Join(", ", arguments)}";
    }

    private static IReadOnlyList<TemplateFilter> InGroup(string group, IReadOnlyList<TemplateFilter> filters)
    {
        foreach (var filter in filters)
        {
            filter.Group = group;
        }

        return filters;
    }
}
