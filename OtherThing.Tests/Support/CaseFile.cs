using System.Text.Json;

namespace OtherThing.Tests.Support;

/// <summary>Inputs from real use with their right values, one file a kind: see <c>Cases/README.md</c>.</summary>
internal static class CaseFile
{
    /// <summary>The ids of a file's cases, a row each.</summary>
    /// <param name="file">Its name without <c>.json</c>.</param>
    /// <param name="where">Only these; null takes all.</param>
    public static TheoryData<string> Ids(string file, Func<JsonElement, bool>? where = null) =>
        [.. Read(file).Where(each => where is null || where(each)).Select(each => each.GetProperty("id").GetString()!)];

    /// <summary>One case.</summary>
    public static JsonElement Find(string file, string id) => Read(file).Single(each => each.GetProperty("id").GetString() == id);

    private static JsonElement.ArrayEnumerator Read(string file) =>
        JsonElement.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Cases", file + ".json"))).EnumerateArray();
}
