using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Web.Components;

/// <summary>Scripts have addresses that say what is in them, and a browser is told these before it asks for any.</summary>
public sealed partial class ImportMapTests(SharedServer server)
{
    [Fact]
    public async Task Page_NamesEveryModuleOfTheCanvas_AndThePolicyKnowsTheMap()
    {
        using var client = server.NewClient();
        using var page = await client.GetAsync("/account/login", TestContext.Current.CancellationToken);
        var map = Map().Match(await page.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).Groups[1].Value;

        var policy = page.Headers.GetValues("Content-Security-Policy").Single();
        Assert.Contains($"'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(map)))}'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain(
            "'unsafe-inline'", policy.Split(';').Single(part => part.Contains("script-src", StringComparison.Ordinal)), StringComparison.Ordinal);
        var modules = JsonElement.Parse(map).GetProperty("imports").EnumerateObject().ToDictionary(module => module.Name, module => module.Value.GetString()!);
        var folder = Path.GetFullPath(Path.Combine(BuildOutput.Server, "../../../wwwroot/canvas"));
        Assert.All(Directory.GetFiles(folder, "*.js").Select(file => $"./canvas/{Path.GetFileName(file)}"), module => Assert.NotEqual(module, modules[module]));
        using var canvas = await client.GetAsync(modules["./canvas/canvas.js"], TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, canvas.StatusCode);
        Assert.Contains("./Features/Flows/Canvas/FlowCanvas.razor.js", modules.Keys);
    }

    [GeneratedRegex("<script type=\"importmap\">(.*?)</script>", RegexOptions.Singleline)]
    private static partial Regex Map();
}
