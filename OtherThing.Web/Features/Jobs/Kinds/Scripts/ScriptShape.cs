using OtherThing.Core.Jobs;
using Wire = OtherThing.Protocol.V1;

namespace OtherThing.Web.Features.Jobs.Kinds.Scripts;

/// <summary>A script and its interpreter.</summary>
internal sealed class ScriptShape : IJobShape
{
    public JobSpec Read(CreateJobRequest request, JobSpec spec) => spec with { Script = request.Script, Shell = request.Shell };

    public void Write(JobSpec spec, Wire.JobSpec wire) => (wire.Script, wire.Shell) = (spec.Script ?? "", spec.Shell ?? "");
}
