using CsCheck;
using OtherThing.Core.Console;
using OtherThing.Core.Results;

namespace OtherThing.Tests.Core.Console;

public sealed class ConsoleSyntaxTests
{
    [Theory]
    [InlineData("tasks", "tasks")]
    [InlineData("  task   add \"Fix the parser\" ", "task,add,Fix the parser")]
    [InlineData("run x --input topic=\"two words\"", "run,x,--input,topic=two words")]
    [InlineData("a 'it is | not ; split'", "a,it is | not ; split")]
    [InlineData("a \"say \\\"hi\\\" \\\\ \\n\"", "a,say \"hi\" \\ \\n")]
    [InlineData("a \"\" b", "a,,b")]
    public void Parse_Words_KeepsWhatQuotesHold(string line, string words) =>
        Assert.Equal(words.Split(','), ConsoleSyntax.Parse(line).Value[0].Command.Words);

    [Fact]
    public void Parse_PipesAndSemicolons_MakeStages()
    {
        var pipelines = ConsoleSyntax.Parse("tasks | where a = b|head 3; runs ;").Value;

        Assert.Equal(2, pipelines.Count);
        Assert.Equal(["where a = b", "head 3"], pipelines[0].Filters.Select(filter => string.Join(' ', filter.Words)));
        Assert.Empty(pipelines[1].Filters);
    }

    [Theory]
    [InlineData("a \"open", "console.usage")]
    [InlineData("a | | b", "console.usage")]
    [InlineData("| a", "console.usage")]
    [InlineData(" ; ;", "console.line_invalid")]
    public void Parse_Broken_IsRefused(string line, string code) => Assert.Equal(code, ConsoleSyntax.Parse(line).Error?.Code);

    [Fact]
    public void Parse_AnyWordsQuoted_ComeBackAsTheyWere() =>
        Gen.String[Gen.Char, 0, 12].Array[1, 6].Sample(words =>
        {
            var line = string.Join(
                ' ', words.Select(word => '"' + word.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal) + '"'));

            Assert.Equal(words, ConsoleSyntax.Parse(line).Value[0].Command.Words);
        });

    [Theory]
    [InlineData("taks", "tasks")]
    [InlineData("rusn", "runs")]
    [InlineData("xyzzyxyzzy", "")]
    public void Nearest_Typo_FindsTheWord(string word, string first)
    {
        var found = Nearest.To(word, ["tasks", "task add", "runs", "stats", "members"]);

        Assert.Equal(first, found.Count == 0 ? "" : found[0]);
    }
}
