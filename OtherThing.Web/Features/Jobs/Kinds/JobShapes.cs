using OtherThing.Core.Jobs;
using OtherThing.Web.Features.Jobs.Kinds.Commands;
using OtherThing.Web.Features.Jobs.Kinds.Scripts;
using Wire = OtherThing.Protocol.V1;

namespace OtherThing.Web.Features.Jobs.Kinds;

/// <summary>How the fields of a kind of work come in over REST and go out to a node.</summary>
internal interface IJobShape
{
    /// <summary>Takes its fields from a request.</summary>
    JobSpec Read(CreateJobRequest request, JobSpec spec);

    /// <summary>Writes its fields for a node.</summary>
    void Write(JobSpec spec, Wire.JobSpec wire);
}

/// <summary>The kinds of work that have fields of their own.</summary>
internal static class JobShapes
{
    private static readonly IJobShape[] s_all = [new CommandShape(), new ScriptShape()];

    // The words are the same on the wire; a kind that has none there fails here, when the server starts.
    private static readonly Dictionary<JobKind, Wire.JobKind> s_wire =
        Enum.GetValues<JobKind>().ToDictionary(kind => kind, kind => Enum.Parse<Wire.JobKind>(kind.ToString()));

    public static JobSpec Read(CreateJobRequest request, JobSpec spec) => s_all.Aggregate(spec, (read, shape) => shape.Read(request, read));

    public static void Write(JobKind kind, JobSpec spec, Wire.JobSpec wire)
    {
        wire.Kind = s_wire[kind];
        foreach (var shape in s_all)
        {
            shape.Write(spec, wire);
        }
    }
}
