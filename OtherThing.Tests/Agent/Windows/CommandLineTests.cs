using System.Text;
using CsCheck;
using OtherThing.Agent.Windows;

namespace OtherThing.Tests.Agent;

/// <summary>The one line that Windows hands to a program, taken apart by the documented rules of Microsoft's C library.</summary>
public sealed class CommandLineTests
{
    private static readonly Gen<string> s_word = Gen.OneOf(
        Gen.String[Gen.Char["\\\" a\t"], 0, 12], Gen.String[Gen.Char['\u0001', '\uffff'].Where(letter => !char.IsSurrogate(letter)), 0, 12], Gen.Const(""));

    [Fact]
    public void Join_TenThousandCommands_AreTakenApartToTheSameWords() =>
        s_word.Array[1, 6].Sample(words => Assert.Equal(words, Parse(CommandLines.Join(["probe.exe", .. words]))[1..]), iter: 10_000);

    [Theory]
    [InlineData("\"a.exe\" b", "a.exe", "b")]
    [InlineData("\"a.exe\" \"\"", "a.exe", "")]
    [InlineData("\"a b.exe\" \"c d\"", "a b.exe", "c d")]
    [InlineData("\"a.exe\" a\\b", "a.exe", "a\\b")]
    [InlineData("\"a.exe\" \"a \\\\\"", "a.exe", "a \\")]
    [InlineData("\"a.exe\" \"\\\"\"", "a.exe", "\"")]
    [InlineData("\"a.exe\" \"\\\\\\\"\"", "a.exe", "\\\"")]
    public void Join_Words_AreQuotedAsDocumented(string line, params string[] words) => Assert.Equal(line, CommandLines.Join(words));

    [Theory]
    [InlineData("a\0b", "x")]
    [InlineData("a.exe", "a\0b")]
    [InlineData("a\".exe", "x")]
    public void Join_WhatNoLineCanSay_IsRefused(params string[] words) => Assert.Throws<ArgumentException>(() => CommandLines.Join(words));

    [Theory]
    [InlineData("cmd.exe /e:ON /v:OFF /d /c \"\"C:\\a b\\x.cmd\" plain \"\" \"a b\" \"a&b\" \"q\"\"q\" \"end\\\\\"\"", "plain", "", "a b", "a&b", "q\"q", "end\\")]
    [InlineData("cmd.exe /e:ON /v:OFF /d /c \"\"C:\\a b\\x.cmd\" \"%%cd:~,%PATH%%cd:~,%\"\"", "%PATH%")]
    [InlineData("cmd.exe /e:ON /v:OFF /d /c \"\"C:\\a b\\x.cmd\" \"\\\\\"\"&calc\"\"", "\\\"&calc")]
    public void For_BatchFile_LeavesNothingForCmdToTakeAsItsOwn(string line, params string[] words) =>
        Assert.Equal(line, CommandLines.For(@"C:\a b\x.cmd", ["x.cmd", .. words]));

    [Theory]
    [InlineData("a\nb")]
    [InlineData("a\rb")]
    public void For_BatchFileAndAnEndOfLine_IsRefused(string word) =>
        Assert.Throws<ArgumentException>(() => CommandLines.For(@"C:\x.BAT", ["x", word]));

    [Fact]
    public void EnvironmentBlock_IsSortedAndTakesTheLaterOfTwoThatDifferByCase()
    {
        var block = EnvironmentBlock.Of([new("path", "old"), new("b", "2=3"), new("A", "1"), new("PATH", "new"), new("empty", "")]);

        Assert.Equal("A=1\0b=2=3\0empty=\0PATH=new\0\0", block);
        Assert.Equal("\0\0", EnvironmentBlock.Of([]));
        Assert.Throws<ArgumentException>(() => EnvironmentBlock.Of([new("a=b", "")]));
        Assert.Throws<ArgumentException>(() => EnvironmentBlock.Of([new("a", "b\0c=d")]));
    }

    /// <summary>"Parsing C command-line arguments", as the manual of the C library has it: written from that text, not from what it tests.</summary>
    private static List<string> Parse(string line)
    {
        var words = new List<string>();
        var at = 0;

        // The program: quotes switch, backslashes mean nothing.
        var word = new StringBuilder();
        for (var quoted = false; at < line.Length && (quoted || line[at] is not (' ' or '\t')); at++)
        {
            if (line[at] == '"')
            {
                quoted = !quoted;
            }
            else
            {
                word.Append(line[at]);
            }
        }

        words.Add(word.ToString());
        while (true)
        {
            while (at < line.Length && line[at] is ' ' or '\t')
            {
                at++;
            }

            if (at >= line.Length)
            {
                return words;
            }

            words.Add(ParseOne(line, ref at));
        }
    }

    private static string ParseOne(string line, ref int at)
    {
        var word = new StringBuilder();
        var quoted = false;
        while (at < line.Length && (quoted || line[at] is not (' ' or '\t')))
        {
            var slashes = 0;
            while (at < line.Length && line[at] == '\\')
            {
                (slashes, at) = (slashes + 1, at + 1);
            }

            if (at >= line.Length || line[at] != '"')
            {
                word.Append('\\', slashes);
                if (slashes == 0)
                {
                    word.Append(line[at++]);
                }

                continue;
            }

            word.Append('\\', slashes / 2);
            if (slashes % 2 == 1)
            {
                word.Append('"');
            }
            else if (quoted && at + 1 < line.Length && line[at + 1] == '"')
            {
                // Two quotes inside of quotes are one.
                word.Append('"');
                at++;
            }
            else
            {
                quoted = !quoted;
            }

            at++;
        }

        return word.ToString();
    }
}
