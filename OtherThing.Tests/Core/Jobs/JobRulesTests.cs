using OtherThing.Core.Jobs;
using OtherThing.Core.Results;

namespace OtherThing.Tests.Core.Jobs;

public sealed class JobRulesTests
{
    public static TheoryData<JobKind, JobSpec, string> Wrong => new()
    {
        { JobKind.Command, new JobSpec(), "command" },
        { JobKind.Command, new JobSpec { Command = [" "] }, "command" },
        { JobKind.Command, new JobSpec { Command = ["a", null!] }, "command" },
        { JobKind.Command, new JobSpec { Command = ["a", "b\0"] }, "command" },
        { JobKind.Script, new JobSpec { Shell = "sh" }, "script" },
        { JobKind.Script, new JobSpec { Script = "x", Shell = "perl" }, "shell" },
        { JobKind.Command, new JobSpec { Command = ["a"], TimeoutSeconds = 0 }, "timeoutSeconds" },
        { JobKind.Command, new JobSpec { Command = ["a"], Env = new Dictionary<string, string> { ["A B"] = "1" } }, "env.A B" },
        { JobKind.Command, new JobSpec { Command = ["a"], Env = new Dictionary<string, string> { ["A"] = null! } }, "env.A" },
        { JobKind.Command, new JobSpec { Command = ["a"], Requirements = new JobRequirements { CpuCores = double.NaN } }, "requirements.cpuCores" },
        { JobKind.Command, new JobSpec { Command = ["a"], Requirements = new JobRequirements { MemoryMb = -1 } }, "requirements.memoryMb" },
        { JobKind.Command, new JobSpec { Command = ["a"], Requirements = new JobRequirements { Os = "amiga" } }, "requirements.os" },
        { JobKind.Command, new JobSpec { Command = ["a"], Requirements = new JobRequirements { Labels = [""] } }, "requirements.labels" },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void Check_WrongField_NamesIt(JobKind kind, JobSpec spec, string path)
    {
        var refusal = JobRules.Check(kind, spec);

        Assert.Equal((ErrorKind.Invalid, "job.invalid"), (refusal!.Kind, refusal.Code));
        Assert.Equal(path, refusal.Fields[0].Path);
    }

    [Fact]
    public void Check_TooMuchStdin_IsTooLarge()
    {
        var refusal = JobRules.Check(JobKind.Command, new JobSpec { Command = ["cat"], Stdin = new string('é', (JobRules.MaxStdinBytes / 2) + 1) });

        Assert.Equal((ErrorKind.TooLarge, "job.too_large"), (refusal!.Kind, refusal.Code));
    }

    [Fact]
    public void Check_Noop_NeedsNothing() => Assert.Null(JobRules.Check(JobKind.Noop, new JobSpec()));
}
