using OtherThing.Core.Jobs;
using Wire = OtherThing.Protocol.V1;

namespace OtherThing.Web.Features.Jobs.Kinds.Commands;

/// <summary>Program and arguments.</summary>
internal sealed class CommandShape : IJobShape
{
    public JobSpec Read(CreateJobRequest request, JobSpec spec) => spec with { Command = request.Command ?? [] };

    public void Write(JobSpec spec, Wire.JobSpec wire) => wire.Argv.Add(spec.Command);
}
