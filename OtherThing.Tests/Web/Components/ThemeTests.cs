using System.Globalization;
using System.Text.RegularExpressions;
using OtherThing.Tests.Support;
using OtherThing.Web.Components.Layout;

namespace OtherThing.Tests.Web.Components;

public sealed partial class ThemeTests
{
    public static TheoryData<string, string, string, string> Pairs()
    {
        var data = new TheoryData<string, string, string, string>();
        foreach (var (words, ground) in Theme.TextPairs)
        {
            data.Add("dark", $"{words.Name} on {ground.Name}", words.Dark, ground.Dark);
            data.Add("light", $"{words.Name} on {ground.Name}", words.Light, ground.Light);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public void TextPair_InEachTheme_HasAContrastOfAtLeast4Point5(string theme, string pair, string words, string ground)
    {
        var (a, b) = (Luminance(words), Luminance(ground));
        var contrast = (Math.Max(a, b) + 0.05) / (Math.Min(a, b) + 0.05);

        Assert.True(contrast >= 4.5, $"{theme}: {pair} has {contrast:0.00}");
    }

    [Fact]
    public void Stylesheet_SaysTheSameAsTheTheme()
    {
        var css = File.ReadAllText(Path.Combine(Repository.Root, "OtherThing.Web", "wwwroot", "theme.css"));
        var blocks = Blocks().Matches(css).Select(match => match.Value).ToArray();
        var light = blocks.Where(block => block.Contains("color-scheme: light", StringComparison.Ordinal)).ToArray();
        var dark = blocks.Where(block => block.Contains("color-scheme: dark", StringComparison.Ordinal)).ToArray();

        Assert.Single(light);
        Assert.Equal(2, dark.Length); // chosen, and by the system
        foreach (var role in Theme.Roles)
        {
            Assert.Contains($"--ot-{role.Name}: {role.Light};", light[0], StringComparison.Ordinal);
            Assert.All(dark, block => Assert.Contains($"--ot-{role.Name}: {role.Dark};", block, StringComparison.Ordinal));
        }

        foreach (Match triple in Triples().Matches(css))
        {
            var role = Theme.Roles.Single(role => role.Name == triple.Groups[1].Value);
            Assert.Contains(triple.Groups[2].Value, new[] { Triple(role.Light), Triple(role.Dark) });
        }
    }

    private static string Triple(string hex) =>
        string.Join(", ", Channels(hex).Select(channel => channel.ToString(CultureInfo.InvariantCulture)));

    private static int[] Channels(string hex) =>
        [.. new[] { 1, 3, 5 }.Select(at => int.Parse(hex.AsSpan(at, 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture))];

    private static double Luminance(string hex)
    {
        var linear = Channels(hex).Select(channel => channel / 255.0)
            .Select(channel => channel <= 0.04045 ? channel / 12.92 : Math.Pow((channel + 0.055) / 1.055, 2.4)).ToArray();
        return (0.2126 * linear[0]) + (0.7152 * linear[1]) + (0.0722 * linear[2]);
    }

    [GeneratedRegex(@"\{[^{}]*\}")]
    private static partial Regex Blocks();

    [GeneratedRegex(@"--ot-([a-z-]+)-rgb: ([0-9, ]+);")]
    private static partial Regex Triples();
}
