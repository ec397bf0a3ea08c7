using System.Text.RegularExpressions;
using OtherThing.Core.Flows;
using OtherThing.Core.Flows.Validation;
using OtherThing.Core.Steps;
using OtherThing.Tests.Support;

namespace OtherThing.Tests.Guide;

public sealed partial class StepGuideTests
{
    public static TheoryData<string> Types => [.. StepCatalog.All.Select(type => type.Name)];

    [Fact]
    public void Page_Steps_IsWhatTheCodeSays() => GuidePage.AssertIs("steps.md", StepGuide.WriteIndex());

    [Theory]
    [MemberData(nameof(Types))]
    public void Page_OfAStepType_IsWhatTheCodeSays(string type) => GuidePage.AssertIs($"steps/{type}.md", StepGuide.Write(StepCatalog.Find(type)!));

    [Theory]
    [MemberData(nameof(Types))]
    public void Example_OfAStepType_IsValid(string name)
    {
        var type = StepCatalog.Find(name)!;
        var step = new FlowStep { Id = "step", Type = name, Config = type.Example };
        var inside = new FlowStep { Id = "inside", Type = "data.set", Parent = "step", Config = StepCatalog.Find("data.set")!.Example };

        var problems = FlowValidator.Validate(new FlowDocument { Steps = type.IsContainer ? [step, inside] : [step] });

        Assert.True(type.IsPlaceholder || problems.Count == 0, string.Join('\n', problems));
    }

    [Fact]
    public void Pages_OfTypesThatAreGone_AreGone()
    {
        var written =
            Directory.EnumerateFiles(Path.Combine(Repository.Root, "docs", "guide", "steps"), "*.md").Select(file => Path.GetFileNameWithoutExtension(file));

        Assert.Equal(StepCatalog.All.Select(type => type.Name).Order(StringComparer.Ordinal), written.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void EveryCode_ThatAnExecutorFailsWith_IsInTheGuide()
    {
        var listed = StepCatalog.All.SelectMany(type => StepErrorCodes.Of(type.Name)).Concat(StepErrorCodes.OfAll).Select(error => error.Code).ToHashSet();
        var sources = new[] { ("OtherThing.Core", "*Executor.cs"), ("OtherThing.Core", "FlowMachine*.cs"), (
            "OtherThing.Core", "RunGrain*.cs"), ("OtherThing.Web", "*Executor.cs"), ("OtherThing.Web", "ChatTurn.cs"), ("OtherThing.Web", "Node*.cs"), ("OtherThing.Core", "ModelRouter.cs") };
        var used = sources
            .SelectMany(source => Directory.EnumerateFiles(Path.Combine(Repository.Root, source.Item1), source.Item2, SearchOption.AllDirectories))
            .SelectMany(file => Failure().Matches(File.ReadAllText(file)).Select(match => match.Groups[1].Value))
            .Distinct().ToList();

        Assert.True(used.Count > 20, $"{used.Count} codes found");
        Assert.Equal("", string.Join(", ", used.Where(code => !listed.Contains(code)).Order()));
    }

    [GeneratedRegex("(?:StepOutcome\\.(?:Failed|Unknown)|Error\\.Conflict|FailInline|turn\\.Broken|Broken)\\(\\s*(?:level, slot, |costs, )?\"([a-z]+\\.[a-z_]+)\"")]
    private static partial Regex Failure();
}
