using System.Globalization;
using System.Text;
using System.Text.Json;

namespace OtherThing.Core.Flows.Exchange;

/// <summary>A step of another product.</summary>
/// <param name="Key">What its connections call it.</param>
/// <param name="Name">What people call it.</param>
/// <param name="Type">Its type there.</param>
/// <param name="Original">All of it, as it was.</param>
/// <param name="Settings">Its parameters.</param>
/// <param name="Position">Where it lies, in our canvas pixels.</param>
internal sealed record ForeignNode(string Key, string Name, string Type, JsonElement Original, JsonElement Settings, FlowPosition Position)
{
    /// <summary>Unique in our document.</summary>
    public string Id { get; set; } = "";

    /// <summary>The container it is in, by our id.</summary>
    public string? Parent { get; set; }

    /// <summary>True when it was switched off there.</summary>
    public bool Disabled { get; init; }
}

/// <summary>A connection of another product.</summary>
/// <param name="From">The key of the node it leaves.</param>
/// <param name="Kind">The family of connection: <c>main</c> carries data.</param>
/// <param name="Output">The output it leaves by, from 0.</param>
/// <param name="To">The key of the node it enters.</param>
/// <param name="Input">The input it enters by, from 0.</param>
internal readonly record struct ForeignLink(string From, string Kind, int Output, string To, int Input)
{
    public bool IsMain => Kind == "main";
}

/// <summary>Nodes and links of another product, with the ids our steps will have.</summary>
internal sealed class ForeignGraph
{
    private readonly Dictionary<string, ForeignNode> _byKey = new(StringComparer.Ordinal);
    private readonly ILookup<string, ForeignLink> _into;
    private readonly ILookup<string, ForeignLink> _outOf;

    public ForeignGraph(IReadOnlyList<ForeignNode> nodes, IEnumerable<ForeignLink> links)
    {
        Nodes = nodes;
        var taken = new HashSet<string>(StringComparer.Ordinal);
        foreach (var node in nodes)
        {
            _byKey.TryAdd(node.Key, node);
            node.Id = FreeId(node.Name, taken);
        }

        var known = links.Where(link => _byKey.ContainsKey(link.From) && _byKey.ContainsKey(link.To)).ToList();
        Links = known;
        _into = known.ToLookup(link => link.To, StringComparer.Ordinal);
        _outOf = known.ToLookup(link => link.From, StringComparer.Ordinal);
    }

    public IReadOnlyList<ForeignNode> Nodes { get; }

    public IReadOnlyList<ForeignLink> Links { get; }

    public ForeignNode? Find(string key) => _byKey.GetValueOrDefault(key);

    public IEnumerable<ForeignLink> Into(ForeignNode node) => _into[node.Key];

    public IEnumerable<ForeignLink> OutOf(ForeignNode node) => _outOf[node.Key];

    /// <summary>A place scaled to our wider cards and laid on the grid.</summary>
    public static FlowPosition Place(double x, double y, double wider, double higher) => new(OnGrid(x * wider), OnGrid(y * higher));

    private static double OnGrid(double value) => double.IsFinite(value) ? Math.Clamp(Math.Round(value / 16) * 16, -900_000, 900_000) : 0;

    /// <summary>"HTTP Request" is <c>http_request</c>, the second one <c>http_request_2</c>.</summary>
    private static string FreeId(string name, HashSet<string> taken)
    {
        var text = new StringBuilder();
        foreach (var letter in name.Normalize(NormalizationForm.FormD))
        {
            if (char.IsAsciiLetterOrDigit(letter))
            {
                text.Append(char.ToLowerInvariant(letter));
            }
            else if (text.Length > 0 && text[^1] != '_' && CharUnicodeInfo.GetUnicodeCategory(letter) != UnicodeCategory.NonSpacingMark)
            {
                text.Append('_');
            }
        }

        var id = text.ToString().Trim('_');
        id = id.Length == 0 ? "step" : char.IsAsciiDigit(id[0]) ? "step_" + id : id;
        id = id.Length > 50 ? id[..50].TrimEnd('_') : id;
        var free = id;
        for (var number = 2; !taken.Add(free); number++)
        {
            free = string.Create(CultureInfo.InvariantCulture, $"{id}_{number}");
        }

        return free;
    }
}
