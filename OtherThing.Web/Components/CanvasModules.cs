using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Components;

namespace OtherThing.Web.Components;

/// <summary>
/// Our scripts by their fingerprinted addresses, which a browser keeps for good: an import map leads every <c>import './x.js'</c> there, so
/// opening the canvas anew asks the server for none of its modules.
/// </summary>
internal sealed class CanvasModules
{
    /// <summary>The module that draws the canvas.</summary>
    public const string Entry = "Features/Flows/Canvas/FlowCanvas.razor.js";

    private static readonly ConditionalWeakTable<ResourceAssetCollection, CanvasModules> s_known = [];

    private CanvasModules(ResourceAssetCollection assets)
    {
        var addresses = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var asset in assets)
        {
            if (asset.Properties?.FirstOrDefault(property => property.Name == "label")?.Value is { } label
                && label.EndsWith(".js", StringComparison.Ordinal) && !label.StartsWith('_'))
            {
                addresses[label] = asset.Url;
            }
        }

        ImportMap = JsonSerializer.Serialize(new { imports = addresses.ToDictionary(module => "./" + module.Key, module => "./" + module.Value) });
        ImportMapHash = "sha256-" + Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(ImportMap)));
        Addresses = [
            .. addresses.Where(module => module.Key == Entry || module.Key.StartsWith("canvas/", StringComparison.Ordinal)).Select(module => module.Value)];
    }

    /// <summary>The import map, as JSON.</summary>
    public string ImportMap { get; }

    /// <summary>What the content policy knows it by.</summary>
    public string ImportMapHash { get; }

    /// <summary>The canvas's own modules.</summary>
    public IReadOnlyList<string> Addresses { get; }

    public static CanvasModules Of(ResourceAssetCollection assets) => s_known.GetValue(assets, static each => new CanvasModules(each));

    /// <summary>True for the address of a builder: <c>/w/harbour/flows/0197…</c>.</summary>
    public static bool IsBuilder(PathString path) =>
        path.Value?.Split('/') is ["", "w", _, "flows", var flow] && Guid.TryParse(flow, out _);
}
