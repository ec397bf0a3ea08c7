using System.Text.Json;
using OtherThing.Core.Results;

namespace OtherThing.Core.Flows.Gallery;

/// <summary>The flows to begin with, read once from the files beside this one: <c>NN-id.json</c>, in that order.</summary>
public static class FlowGallery
{
    private const string Folder = "OtherThing.Core.Flows.Gallery.";
    private static readonly Lazy<IReadOnlyList<FlowTemplate>> s_all = new(Read);

    /// <summary>All of them.</summary>
    public static IReadOnlyList<FlowTemplate> All => s_all.Value;

    /// <summary>The one of that id; null when there is none.</summary>
    public static FlowTemplate? Find(string id) => All.FirstOrDefault(template => template.Id == id);

    private static FlowTemplate[] Read()
    {
        var assembly = typeof(FlowGallery).Assembly;
        return
        [
            .. assembly.GetManifestResourceNames()
                .Where(name => name.StartsWith(Folder, StringComparison.Ordinal) && name.EndsWith(".json", StringComparison.Ordinal))
                .Order(StringComparer.Ordinal)
                .Select(name =>
                {
                    using var stream = assembly.GetManifestResourceStream(name)!;
                    var file = name[Folder.Length..^".json".Length];
                    return Read(JsonSerializer.Deserialize<JsonElement>(stream, Json.Options))
                        with { Id = file[(file.IndexOf('-', StringComparison.Ordinal) + 1)..] };
                }),
        ];
    }

    private static FlowTemplate Read(JsonElement file) => new()
    {
        Title = file.GetProperty("title").GetString()!,
        Purpose = file.GetProperty("purpose").GetString()!,
        Needs = [.. file.GetProperty("needs").EnumerateArray().Select(need => need.GetString()!)],
        TryWith = file.GetProperty("tryWith"),
        Flow = FlowJson.Parse(file.GetProperty("flow")).Value,
    };
}
