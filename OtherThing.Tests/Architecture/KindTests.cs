using System.Text.RegularExpressions;
using OtherThing.Core.Jobs;
using OtherThing.Core.Jobs.Kinds;
using OtherThing.Core.Nodes;
using OtherThing.Tests.Support;
using OtherThing.Web.Gateway;
using Wire = OtherThing.Protocol.V1;

namespace OtherThing.Tests.Architecture;

/// <summary>A kind of work is a folder on the server and one in the agent, and nothing else asks which kind a job is.</summary>
public sealed partial class KindTests
{
    /// <summary>Where a kind is chosen, which is not asking for one.</summary>
    private static readonly string[] s_choose = ["NodeCommandExecutor.cs", "NodeFit.razor"];

    public static TheoryData<JobKind> Kinds => [.. Enum.GetValues<JobKind>()];

    [Fact]
    public void Code_OutsideOfItsFolders_NamesNoKind()
    {
        var files = new[] { "OtherThing.Core", "OtherThing.Data", "OtherThing.Web", "OtherThing.Node" }
            .SelectMany(project => Directory.EnumerateFiles(Path.Combine(Repository.Root, project), "*", SearchOption.AllDirectories))
            .Where(file => Path.GetExtension(file) is ".cs" or ".razor" && !Elsewhere().IsMatch(file)).ToList();

        var naming = files.Where(file => !s_choose.Contains(Path.GetFileName(file)) && Kind().IsMatch(File.ReadAllText(file)));

        Assert.True(files.Count > 500, $"{files.Count} files");
        Assert.Empty(naming.Select(file => Path.GetRelativePath(Repository.Root, file)));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Kind_OfTheServer_IsKnownToTheAgentByTheSameWords(JobKind kind)
    {
        var job = new Job
        {
            Id = Guid.NewGuid(),
            WorkspaceId = Guid.NewGuid(),
            UserId = Guid.NewGuid(),
            Kind = kind,
            Effects = JobEffects.Once,
            Spec = new JobSpec { Command = ["echo", "a b"], Script = "true", Shell = "bash" },
            CreatedAt = DateTime.UtcNow,
            AttemptId = Guid.NewGuid(),
        };

        var sent = ServerFrames.Of(new NodeCommand.Assign(job), new NodesOptions(), TimeProvider.System).Assign.Spec;
        var work = OtherThing.Agent.Attempts.Kinds.WorkKinds.Of(sent.Kind);

        Assert.Equal(kind.ToString(), sent.Kind.ToString());
        Assert.Equal(JobKinds.Of(kind).Allow, OtherThing.Agent.Attempts.Kinds.WorkKinds.WordOf(work.Kind));
        Assert.Null(work.Check(sent));
        Assert.Equal("echo|a b|true|bash", string.Join("|", [.. sent.Argv, sent.Script, sent.Shell]));
    }

    [Fact]
    public void Words_OfTheOwnersPolicy_AreThoseOfTheWire()
    {
        Assert.Equal(["command", "script", "container", "model"], OtherThing.Agent.Attempts.Kinds.WorkKinds.Words);
        Assert.Null(OtherThing.Agent.Attempts.Kinds.WorkKinds.WordOf(Wire.JobKind.Noop));
        Assert.Null(OtherThing.Agent.Attempts.Kinds.WorkKinds.WordOf((Wire.JobKind)99));
        Assert.Equal("command, script or noop", JobKinds.Words);
    }

    [GeneratedRegex(@"\bJobKind\.(?:Command|Script|Noop|Container|Model)\b(?![^\n]*</?(?:summary|see))")]
    private static partial Regex Kind();

    [GeneratedRegex(@"[/\\](?:bin|obj|Migrations|CompiledModels|Kinds)[/\\]")]
    private static partial Regex Elsewhere();
}
