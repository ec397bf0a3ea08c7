using System.Globalization;
using CsCheck;
using OtherThing.Core.Results;

namespace OtherThing.Tests.Core.Texts;

public sealed class TextCutTests
{
    private const string Family = "👨‍👩‍👧‍👦";

    private static readonly string[] s_characters = ["a", "é", "é̀", "😀", Family, "🇦🇹", "👍🏽", " ", "\n", "漢"];

    private static readonly Gen<string> s_text = Gen.Int[0, 9].Array[0, 60].Select(which => string.Concat(which.Select(at => s_characters[at])));

    [Fact]
    public void Cuts_AnyTextAnywhere_PartNoCharacter() => Gen.Select(s_text, Gen.Int[1, 80]).Sample((text, most) =>
    {
        var edges = StringInfo.ParseCombiningCharacters(text).Append(text.Length).ToHashSet();
        var (head, tail, words) = (TextCut.Head(text, most), TextCut.Tail(text, most), TextCut.Words(text, most));
        var shown = TextCut.Shown(text, most);

        return head.Length <= most && text.StartsWith(head, StringComparison.Ordinal) && edges.Contains(head.Length)
            && tail.Length <= most && text.EndsWith(tail, StringComparison.Ordinal) && edges.Contains(text.Length - tail.Length)
            && words.Length <= most && (words == text || edges.Contains(words.Length - 1))
            && new StringInfo(shown).LengthInTextElements <= most && (shown == text || (shown[^1] == '…' && edges.Contains(shown.Length - 1)));
    });

    [Fact]
    public void Shown_CountsAsPeopleDo()
    {
        Assert.Equal(string.Concat(Enumerable.Repeat(Family, 5)), TextCut.Shown(string.Concat(Enumerable.Repeat(Family, 5)), 5));
        Assert.Equal(string.Concat(Enumerable.Repeat(Family, 4)) + "…", TextCut.Shown(string.Concat(Enumerable.Repeat(Family, 6)), 5));
    }

    [Theory]
    [InlineData("milk\n", "milk")]
    [InlineData("\r\n a b\t", "a b")]
    [InlineData("a\nb", null)]
    [InlineData(" \n ", null)]
    [InlineData(null, null)]
    [InlineData("12345", "12345")]
    [InlineData("123456", null)]
    [InlineData("😀😀😀😀😀", "😀😀😀😀😀")]
    [InlineData("😀😀😀😀😀😀", null)]
    [InlineData("👨‍👩‍👧‍👦👨‍👩‍👧‍👦", null)]
    public void Line_IsTrimmedAndCountedByCharacter_AndNeverWiderThanItsColumn(string? text, string? line) =>
        Assert.Equal(line, new TextLimit(5, 20).Line(text));
}
