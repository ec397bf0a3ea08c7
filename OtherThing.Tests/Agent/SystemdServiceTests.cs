using System.Text;
using OtherThing.Agent.Services;

namespace OtherThing.Tests.Agent;

/// <summary>What <c>service install</c> writes for systemd.</summary>
public sealed class SystemdServiceTests
{
    [Theory]
    [InlineData("--name", "Jo's \"big\" box")]
    [InlineData("back\\slash", "$HOME", "`id`", "two  spaces", "")]
    [InlineData("https://ot.example.org", "größer")]
    public void Options_QuotedForTheFileAndForItsWords_ComeBackByteForByte(params string[] words)
    {
        var line = SystemdService.Quote(string.Join(' ', words.Select(SystemdService.Quote)));

        var value = Assert.Single(Words(line));
        Assert.Equal(words, Words(value));
    }

    [Theory]
    [InlineData("a\nExecStart=/bin/sh")]
    [InlineData("a\0b")]
    public void LineBreak_IsRefused(string word) => Assert.Throws<ArgumentException>(() => SystemdService.Quote(word));

    [Fact]
    public void Unit_StartsThisProgramWithTheOptionsOfTheFile() => Assert.Contains(
        "ExecStart=/opt/node/otherthing-node run --data /var/lib/otherthing-node $OPTIONS\n",
        SystemdService.Unit("/opt/node/otherthing-node").ReplaceLineEndings("\n"), StringComparison.Ordinal);

    /// <summary>Words in double quotes, as systemd.service(5) and systemd.syntax(7) describe them.</summary>
    private static List<string> Words(string text)
    {
        var words = new List<string>();
        for (var at = 0; at < text.Length; at++)
        {
            if (text[at] == ' ')
            {
                continue;
            }

            Assert.Equal('"', text[at]);
            var word = new StringBuilder();
            for (at++; text[at] != '"'; at++)
            {
                at += text[at] == '\\' ? 1 : 0;
                word.Append(text[at]);
            }

            words.Add(word.ToString());
        }

        return words;
    }
}
